import CallDomain
import GatewayService
import Synchronization
import Testing

@testable import GatewayHTTP

/// Recordings from memory, and what was asked of them.
private final class StubRecordings: RecordingSource {
    private let answer: @Sendable (RecordingRequest) -> RecordingAnswer
    private let asked = Mutex<[RecordingRequest]>([])

    init(_ answer: @escaping @Sendable (RecordingRequest) -> RecordingAnswer) { self.answer = answer }

    var requests: [RecordingRequest] { asked.withLock { $0 } }

    func open(_ request: RecordingRequest) async -> RecordingAnswer {
        asked.withLock { $0.append(request) }
        return answer(request)
    }

    /// A recording of these chunks, whole; where it breaks, it does so after them.
    static func stream(_ chunks: [String], length: Int64?, range: String? = nil, breaks: Bool = false)
        -> RecordingAnswer
    {
        let rest = Mutex(chunks[...])
        return .stream(
            RecordingHead(contentType: "audio/wav", contentLength: length, contentRange: range),
            RecordingBody {
                guard let chunk = rest.withLock({ $0.popFirst() }) else {
                    if breaks { throw CancellationError() }
                    return nil
                }
                return Array(chunk.utf8)
            })
    }
}

@Suite("/api/v1/calls/{id}/recording")
struct RecordingRoutesTests {
    private static let path = "/api/v1/calls/e-1/recording"

    private func run(
        _ source: StubRecordings?, _ body: @escaping @Sendable (TestGateway) async throws -> Void
    ) async throws {
        try await TestGateway.run(recordings: source) { gateway async throws in
            #expect(try await gateway.post(TestGateway.execution("e-1", "completed")).status == 200)
            try await body(gateway)
        }
    }

    @Test("A recording ends where its key does, and the player sees that it was cut off")
    func revoked() async throws {
        let wall = Mutex<WallClock?>(nil)
        let source = StubRecordings { _ in
            let rest = Mutex(["RI", "FF"][...])
            return .stream(
                RecordingHead(contentType: "audio/wav", contentLength: 4, contentRange: nil),
                RecordingBody {
                    guard let chunk = rest.withLock({ $0.popFirst() }) else { return nil }
                    // The key ends while the second chunk is awaited.
                    if chunk == "FF" { wall.withLock { $0 }?.advance(by: .seconds(61)) }
                    return Array(chunk.utf8)
                })
        }
        try await run(source) { gateway async throws in
            wall.withLock { $0 = gateway.wall }
            let key = try await gateway.mintKey("default", scopes: "\"reveal\"", more: ",\"expiresInSeconds\":60")
            await #expect(throws: (any Error).self) { try await gateway.send("GET", Self.path, key: key.key) }
        }
    }

    @Test("A recording is played, with what a player needs and nothing of where it is")
    func plays() async throws {
        let source = StubRecordings { _ in StubRecordings.stream(["RI", "FF"], length: 4) }
        try await run(source) { gateway async throws in
            let answer = try await gateway.send("GET", Self.path, key: "key-reveal")
            #expect(answer.status == 200 && answer.text == "RIFF")
            #expect(answer.headers["content-type"] == "audio/wav")
            #expect(answer.headers["content-length"] == "4")
            #expect(answer.headers["accept-ranges"] == "bytes")
            #expect(answer.headers["cache-control"] == "no-store")
            #expect(answer.headers["x-content-type-options"] == "nosniff")
            #expect(answer.headers["cross-origin-resource-policy"] == "same-origin")
            #expect(answer.headers["content-disposition"]?.hasPrefix("inline; filename=\"call") == true)
            #expect(answer.headers["location"] == nil)
            let request = try #require(source.requests.first)
            #expect(request.execution.rawValue == "e-1" && request.account == .default && request.range == nil)
            #expect(request.storedURL == "https://example.com/r.mp3")
        }
    }

    @Test("A range is handed on, and comes as a part")
    func range() async throws {
        let source = StubRecordings { _ in StubRecordings.stream(["IF"], length: 2, range: "bytes 1-2/4") }
        try await run(source) { gateway async throws in
            let answer = try await gateway.send("GET", Self.path, key: "key-reveal", headers: ["Range": "bytes=1-2"])
            #expect(answer.status == 206 && answer.text == "IF")
            #expect(answer.headers["content-range"] == "bytes 1-2/4")
            #expect(source.requests.first?.range == .through(1...2))
        }
    }

    @Test(
        "What is no single range, or is tied to a version, is a wish for everything",
        arguments: [
            ["Range": "bytes=0-1,3-4"], ["Range": "items=0-1"], ["Range": "bytes=0-1", "If-Range": "\"v1\""],
        ])
    func noRange(headers: [String: String]) async throws {
        let source = StubRecordings { _ in StubRecordings.stream(["RIFF"], length: 4) }
        try await run(source) { gateway async throws in
            let answer = try await gateway.send("GET", Self.path, key: "key-reveal", headers: headers)
            #expect(answer.status == 200)
            #expect(source.requests.map(\.range) == [nil])
        }
    }

    @Test("HEAD tells the length and plays nothing")
    func head() async throws {
        let source = StubRecordings { _ in StubRecordings.stream(["RIFF"], length: 4) }
        try await run(source) { gateway async throws in
            let answer = try await gateway.send("HEAD", Self.path, key: "key-reveal")
            #expect(answer.status == 200 && answer.text.isEmpty)
            #expect(answer.headers["content-length"] == "4" && answer.headers["content-type"] == "audio/wav")
        }
    }

    @Test("Only reveal opens it, and only to its own account; nobody else makes the gateway ask Bolna")
    func scopes() async throws {
        let source = StubRecordings { _ in StubRecordings.stream(["RIFF"], length: 4) }
        try await run(source) { gateway async throws in
            #expect(try await gateway.send("GET", Self.path).status == 401)
            for scope in Scope.allCases where scope != .reveal {
                #expect(try await gateway.send("GET", Self.path, key: "key-\(scope.rawValue)").status == 403)
            }
            #expect(try await gateway.send("GET", Self.path, key: "key-other").status == 404)
            #expect(try await gateway.send("GET", "/api/v1/calls/none/recording", key: "key-reveal").status == 404)
            #expect(source.requests.isEmpty)
        }
    }

    @Test(
        "What stands in the way is told without addresses",
        arguments: [
            (.notFound, 404), (.busy, 503), (.noToken, 503), (.refused(.privateAddress), 502), (.refused(.host), 502),
            (.failed(TransportFailure(kind: .timeout, detail: "timed out")), 502),
        ] as [(RecordingAnswer, UInt)])
    func problems(answer: RecordingAnswer, status: UInt) async throws {
        try await run(StubRecordings { _ in answer }) { gateway async throws in
            let reply = try await gateway.send("GET", Self.path, key: "key-reveal")
            #expect(reply.status == status)
            #expect(reply.headers["content-type"] == "application/problem+json")
            #expect(!reply.text.contains("example.com"))
            #expect((reply.headers["retry-after"] != nil) == (status == 503 && reply.text.contains("busy")))
        }
    }

    @Test("Bytes that are not there are answered 416, with the length where it is known")
    func unsatisfiable() async throws {
        try await run(StubRecordings { _ in .unsatisfiable(length: 844) }) { gateway async throws in
            let headers = ["Range": "bytes=900-"]
            let answer = try await gateway.send("GET", Self.path, key: "key-reveal", headers: headers)
            #expect(answer.status == 416 && answer.headers["content-range"] == "bytes */844")
        }
    }

    @Test(
        "A transfer that breaks ends the answer, so that half a recording is not taken for a whole one",
        .timeLimit(.minutes(10)))
    func broken() async throws {
        try await run(StubRecordings { _ in StubRecordings.stream(["RI"], length: 4, breaks: true) }) {
            gateway async throws in
            await #expect(throws: (any Error).self) {
                try await gateway.send("GET", Self.path, key: "key-reveal")
            }
        }
    }

    @Test("Without a source nobody has it")
    func noSource() async throws {
        try await run(nil) { gateway async throws in
            #expect(try await gateway.send("GET", Self.path, key: "key-reveal").status == 404)
        }
    }

    @Test(
        "A file's name needs no quoting, whatever the call is called",
        arguments: [
            ("a-1", "audio/wav", "a-1.wav"), ("x\"; y=\"/../é", "audio/mpeg", "xy.mp3"), ("", "audio/amr", ".audio"),
        ])
    func names(call: String, type: String, name: String) {
        #expect(RecordingRoutes.fileName(CallID(rawValue: call), type) == name)
    }
}
