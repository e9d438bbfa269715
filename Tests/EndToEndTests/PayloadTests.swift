import Foundation
import Testing

@Suite("Every faithful body, posted to the running gateway") struct PayloadTests {
    /// What a body leads to: the answer, and the call with its status, or nothing.
    private struct Expected {
        var answer: String
        var calls: [String: String] = [:]
    }

    /// The lifecycle's call is the same in the first seven files, and in the list page.
    private static let lifecycle = "f54886af-64c6-5dec-8a52-c3f9ab4af601"

    private static func stored(_ id: String, _ status: String) -> Expected {
        Expected(answer: "stored", calls: [id: status])
    }

    private static let expected: [String: Expected] = [
        "01-make-call-response.json": stored(lifecycle, "queued"),
        "02-lifecycle-1-queued.json": stored(lifecycle, "queued"),
        "03-lifecycle-2-initiated.json": stored(lifecycle, "initiated"),
        "04-lifecycle-3-ringing.json": stored(lifecycle, "ringing"),
        "05-lifecycle-4-in-progress.json": stored(lifecycle, "in-progress"),
        "06-lifecycle-5-call-disconnected.json": stored(lifecycle, "call-disconnected"),
        "07-lifecycle-6-completed.json": stored(lifecycle, "completed"),
        "08-late-1-completed-without-recording.json": stored("3010e1d3-bb5c-56d2-92b2-55237a152b7e", "completed"),
        "09-late-2-completed-with-recording.json": stored("3010e1d3-bb5c-56d2-92b2-55237a152b7e", "completed"),
        "10-busy.json": stored("8646b5b0-0072-507c-a7d1-d29adf83717d", "busy"),
        "11-no-answer.json": stored("6b4ab1df-68ce-5c59-a7b4-4de308477d93", "no-answer"),
        "12-failed.json": stored("7f4c44e3-dc66-5b42-94c6-890a9f8694ed", "failed"),
        "13-balance-low.json": stored("616c40fa-248d-5c70-a62b-4642a3052a0e", "balance-low"),
        "14-balance_low-snake-case.json": stored("", "balance-low"),
        "15-canceled.json": stored("", "canceled"),
        "16-stopped.json": stored("", "stopped"),
        "17-error.json": stored("", "error"),
        "18-voicemail-completed.json": stored("", "completed"),
        "19-batch-call-completed.json": stored("", "completed"),
        "20-transferred-completed.json": stored("", "completed"),
        "21-rescheduled-guardrails.json": stored("", "rescheduled"),
        "22-auto-retry-scheduled.json": stored("058ada6e-cba9-5356-ad33-31901f91e9a7", "scheduled"),
        "23-numeric-id-conversation_time.json": stored("7432000142914", "completed"),
        "24-missing-optional-fields.json": stored("ac8dafe6-2aae-5602-9fbe-8f75717413f9", "completed"),
        "25-huge-transcript.json": stored("", "completed"),
        "26-hindi-transcript.json": stored("", "completed"),
        "27-list-executions-page.json": Expected(answer: "quarantined"),
        "28-workflow-execution-terminal.json": Expected(answer: "quarantined"),
        "29-pre-call-webhook-in-progress.json": stored("4f46912b-9d3c-566a-a9e9-8f0f48454459", "in-progress"),
        "30-error-bodies.json": Expected(answer: "quarantined"),
    ]

    @Test("Signed, each is answered and leads to its call or to quarantine; doubled, it is counted once")
    func allPayloads() async throws {
        let folder = try TemporaryFolder()
        let fixture = try await ServeFixture.start(in: folder)
        let names = try Payloads.names()
        #expect(names.count == 30)
        for name in names {
            let body = Array(try Payloads.text(name).utf8)
            let expected = try #require(Self.expected[name])
            let answer = try await fixture.poster.post(signed: body)
            #expect(answer.status == 200, "\(name)")
            #expect(answer.body.contains("\"\(expected.answer)\""), "\(name): \(answer.body)")
            for (id, status) in expected.calls {
                let call = try await fixture.poster.get(
                    "/api/v1/calls/\(try Self.identifier(of: body, or: id))", key: ServeFixture.key)
                #expect(call.status == 200, "\(name)")
                #expect(try Self.member("status", of: call.body) == status, "\(name)")
            }
            if expected.answer == "stored" {
                #expect(try await fixture.poster.post(signed: body).body.contains("\"duplicate\""), "\(name)")
            }
        }
        #expect(try await fixture.stop() == 0)
    }

    @Test("A flipped bit, a stale time and a missing signature are 401, look alike, and leave nothing behind")
    func refused() async throws {
        let folder = try TemporaryFolder()
        let fixture = try await ServeFixture.start(in: folder)
        let body = Array(try Payloads.text("02-lifecycle-1-queued.json").utf8)
        var flipped = body
        flipped[100] ^= 1
        let signature = fixture.poster.signature(of: body)
        let stale = fixture.poster.signature(of: body, at: Date(timeIntervalSinceNow: -301))
        let answers = [
            try await fixture.poster.post(flipped, signature: signature),
            try await fixture.poster.post(body, signature: stale),
            try await fixture.poster.post(body, signature: nil),
            try await fixture.poster.post(body, path: "/webhooks/bolna/nobody", signature: signature),
        ]
        #expect(answers.map(\.status) == [401, 401, 401, 401])
        #expect(Set(answers.map(\.body)).count == 1)
        #expect(answers[0].body.contains("\"type\""))
        let calls = try await fixture.poster.get("/api/v1/calls", key: ServeFixture.key)
        #expect(!calls.body.contains(Self.lifecycle))
        let quarantine = try await fixture.poster.get("/api/v1/quarantine", key: ServeFixture.key)
        #expect(!quarantine.body.contains("\"reason\""))
        let refusals = try await fixture.poster.get("/api/v1/refusals", key: ServeFixture.key)
        // The one to an account that does not exist belongs to nobody who could ask.
        #expect(refusals.body.components(separatedBy: "\"reason\"").count == 4)
        #expect(try await fixture.stop() == 0)
    }

    /// The id in a body; `id` where it is known beforehand.
    private static func identifier(of body: [UInt8], or id: String) throws -> String {
        guard id.isEmpty else { return id }
        let object = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        return try #require(object?["id"] as? String)
    }

    private static func member(_ name: String, of body: String) throws -> String? {
        let object = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        return object?[name] as? String
    }
}
