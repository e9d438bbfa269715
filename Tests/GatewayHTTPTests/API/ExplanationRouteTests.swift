import CallDomain
import Foundation
import GatewayHTTP
import SQLiteStore
import Testing

@Suite("The explanation of a call over HTTP")
struct ExplanationRouteTests {
    private struct Document: Decodable {
        struct Step: Decodable {
            var number: Int
            var text: String
            var source: String
        }
        struct Journal: Decodable { var isEqual: Bool }

        var status: String?
        var text: String
        var steps: [Step]
        var journal: Journal
        var omittedSteps: Int
    }

    @Test("Each step is told with its sentence, and the last word says what is believed")
    func explains() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing", minute: 1))
            gateway.wall.advance(by: .seconds(5))
            _ = try await gateway.post(TestGateway.execution("exec-1", "in-progress", minute: 2))
            let answer = try await gateway.send("GET", "/api/v1/calls/exec-1/explain", key: TestGateway.allScopes)
            #expect(answer.status == 200)
            let document = try JSONDecoder().decode(Document.self, from: Data(answer.text.utf8))
            #expect(document.status == "in-progress")
            #expect(document.steps.map(\.number) == [1, 2])
            #expect(document.steps.last?.text.hasSuffix("Advanced the call from ringing, by rule later-step.") == true)
            #expect(document.text.hasPrefix("Now: in-progress, as of "))
            #expect(document.journal.isEqual)
            #expect(document.omittedSteps == 0)
        }
    }

    @Test("Numbers are masked without reveal; words and what was given about a person are never shown")
    func masks() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            let masked = try await gateway.send("GET", "/api/v1/calls/exec-1/explain", key: "key-read")
            #expect(masked.status == 200)
            for secret in ["+14155550100", "+14155550111", "hello", "Asha", "lead-7", "example.com"] {
                #expect(!masked.text.contains(secret), "\(secret)")
            }
            #expect(masked.text.contains("+14*******00"))
            let revealed = try await gateway.send("GET", "/api/v1/calls/exec-1/explain", key: TestGateway.allScopes)
            #expect(revealed.text.contains("+14155550100"))
            #expect(revealed.text.contains("example.com"))
            #expect(!revealed.text.contains("hello") && !revealed.text.contains("Asha"))
        }
    }

    @Test("Another account's call, and one that nobody knows, are not found")
    func notFound() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            for (path, key) in [("exec-1", "key-other"), ("none", TestGateway.allScopes)] {
                let answer = try await gateway.send("GET", "/api/v1/calls/\(path)/explain", key: key)
                #expect(answer.status == 404)
                #expect(answer.headers["content-type"] == "application/problem+json")
            }
        }
    }

    @Test("A call that only hints tell of is explained to operators alone, since clients do not see it")
    func hints() async throws {
        try await TestGateway.run { gateway in
            let body = Array(TestGateway.execution("exec-1", "failed").utf8)
            let statement = Statement(executionID: ExecutionID(rawValue: "exec-1"), status: .failed)
            let key = ObservationKey(
                source: .webhook, trust: .addressed, standing: .hint, digest: ContentDigest(words: (1, 2, 3, 4)))
            _ = try gateway.store.apply([
                .observation(
                    IncomingObservation(
                        account: .default, key: key, receivedAt: gateway.wall.now, body: body, statement: statement,
                        profile: ScopeProfile(path: .healthy), proposedCallID: CallID(rawValue: "hinted")))
            ])
            let path = "/api/v1/calls/exec-1/explain"
            #expect(try await gateway.send("GET", path, key: "key-read").status == 404)
            let answer = try await gateway.send("GET", path, key: TestGateway.allScopes)
            #expect(answer.status == 200)
            #expect(answer.text.contains("\"status\":null"))
            #expect(answer.text.contains("nothing is believed of the call"))
        }
    }

    @Test("Of a call with very many statements the newest are told, and how many are left out")
    func bounds() async throws {
        try await TestGateway.run { gateway in
            let extra = 7
            var entries: [JournalEntry] = []
            for number in 0..<(ExplanationDocument.mostSteps + extra) {
                let digest = ContentDigest(words: (UInt64(number), 2, 3, 4))
                let received = gateway.wall.now.advanced(by: .seconds(number))
                entries.append(
                    .observation(
                        IncomingObservation(
                            account: .default,
                            key: ObservationKey(source: .webhook, trust: .signed, standing: .applied, digest: digest),
                            receivedAt: received, body: [UInt8](repeating: 0x20, count: 1 << 15),
                            statement: Statement(
                                executionID: ExecutionID(rawValue: "exec-1"), status: .ringing, updatedAt: received),
                            profile: ScopeProfile(path: .healthy), proposedCallID: CallID(rawValue: "long"))))
            }
            _ = try gateway.store.apply(entries)
            let answer = try await gateway.send("GET", "/api/v1/calls/exec-1/explain", key: TestGateway.allScopes)
            let document = try JSONDecoder().decode(Document.self, from: Data(answer.text.utf8))
            #expect(document.omittedSteps == extra)
            #expect(document.steps.first?.number == extra + 1)
            #expect(document.steps.count == ExplanationDocument.mostSteps)

            var seen = 0
            var path: String? = "/api/v1/calls/exec-1/journal?limit=200"
            while let next = path, seen < 1_000 {
                let page = try await gateway.send("GET", next, key: TestGateway.allScopes)
                #expect(page.text.utf8.count < JournalPage.mostBodyBytes + (1 << 20))
                let rows = try JSONDecoder().decode(JournalAnswer.self, from: Data(page.text.utf8))
                seen += rows.data.count
                path = rows.nextCursor.map { "/api/v1/calls/exec-1/journal?limit=200&cursor=\($0)" }
            }
            #expect(seen == ExplanationDocument.mostSteps + extra)
            let foreign = try await gateway.send(
                "GET", "/api/v1/calls/exec-1/journal?cursor=nonsense", key: TestGateway.allScopes)
            #expect(foreign.status == 400)
        }
    }

    private struct JournalAnswer: Decodable {
        struct Row: Decodable { var position: Int }
        var data: [Row]
        var nextCursor: String?
    }
}
