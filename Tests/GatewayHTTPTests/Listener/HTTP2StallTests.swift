import CallDomain
import GatewayHTTP
import GatewayService
import Synchronization
import Testing

/// A recording from memory that says when its first chunk was handed on, and then ends or waits.
private struct LargeRecording: RecordingSource {
    /// More than the system keeps for a socket.
    static let bytes = 16 << 20

    var bytes = LargeRecording.bytes
    var isEndless = false
    var isWritten: @Sendable () -> Void = {}

    func open(_ request: RecordingRequest) async -> RecordingAnswer {
        let isFirst = Mutex(true)
        return .stream(
            RecordingHead(contentType: "audio/wav", contentLength: isEndless ? nil : Int64(bytes)),
            RecordingBody { [self] in
                let isFirst = isFirst.withLock { isFirst in
                    defer { isFirst = false }
                    return isFirst
                }
                if isFirst { return Array(repeating: 0, count: bytes) }
                isWritten()
                guard isEndless else { return nil }
                let (never, continuation) = AsyncStream.makeStream(of: Void.self)
                for await _ in never {}
                continuation.finish()
                throw CancellationError()
            })
    }
}

@Suite("HTTP/2 clients that take nothing", .serialized)
struct HTTP2StallTests {
    private static let path = "/api/v1/calls/e-1/recording"
    private static let stalled = #"gw_listener_limits_total{limit="writeStall"} 1\#n"#

    /// Asks for a recording, with room for all of it.
    private static let request: [Frame] = [
        .initialWindow(1 << 30), .window(1 << 30), .get(path, key: "key-reveal", stream: 1),
    ]

    private static func run(
        _ limits: ListenerLimits, _ recording: LargeRecording,
        _ body: @escaping @Sendable (TestGateway) async throws -> Void
    ) async throws {
        try await TestGateway.run(limits: limits, recordings: recording) { gateway async throws in
            #expect(try await gateway.post(TestGateway.execution("e-1", "completed")).status == 200)
            try await body(gateway)
        }
    }

    private static var patient: ListenerLimits {
        var limits = ListenerLimits()
        limits.idle = .seconds(600)
        limits.writeStall = .seconds(600)
        limits.drain = .milliseconds(100)
        return limits
    }

    @Test(
        "A client that gives all room and reads nothing is closed, whether its answer has ended or not",
        .timeLimit(.minutes(10)), arguments: [false, true])
    func readsNothing(isEndless: Bool) async throws {
        var limits = Self.patient
        limits.writeStall = .milliseconds(200)
        try await Self.run(limits, LargeRecording(isEndless: isEndless)) { gateway in
            try await RawStreams.takeNothing(port: gateway.port, Self.request)
            #expect(gateway.registry.exposition().contains(Self.stalled))
        }
    }

    @Test("A client that reads nothing keeps the gateway from stopping no longer than others", .timeLimit(.minutes(10)))
    func stops() async throws {
        let (written, continuation) = AsyncStream.makeStream(of: Void.self)
        let recording = LargeRecording(isEndless: true) { continuation.finish() }
        try await Self.run(Self.patient, recording) { gateway in
            async let closed: Void = RawStreams.takeNothing(port: gateway.port, Self.request)
            for await _ in written {}
            await gateway.stop()
            try await closed
            #expect(!gateway.registry.exposition().contains("writeStall"))
        }
    }

    @Test("A refusal for which there is no room ends its stream, too", .timeLimit(.minutes(10)))
    func refused() async throws {
        var limits = Self.patient
        limits.writeStall = .milliseconds(100)
        try await Self.run(limits, LargeRecording()) { gateway in
            let frames = try await RawStreams.exchange(
                port: gateway.port,
                [.initialWindow(0), .request(stream: 1, fields: Frame.field("content-encoding", "gzip"))]
            ) { frames in frames.contains { $0.kind == Frame.Kind.reset.rawValue } }
            #expect(frames.contains { $0.isAnswer(on: 1) })
            #expect(frames.contains { $0.kind == Frame.Kind.reset.rawValue && $0.stream == 1 })
            #expect(gateway.registry.exposition().contains(Self.stalled))
        }
    }

    @Test("Answers that wait for room are not lost with the connection's last request", .timeLimit(.minutes(10)))
    func lastRequest() async throws {
        var limits = Self.patient
        limits.requestsPerConnection = 30
        let streams = (0..<30).map { UInt32(2 * $0 + 1) }
        // All of them together are more than a connection has room for at first.
        try await Self.run(limits, LargeRecording(bytes: 5_000)) { gateway in
            let frames = try await RawStreams.exchange(
                port: gateway.port, streams.map { .get(Self.path, key: "key-reveal", stream: $0) },
                steps: [
                    { frames in
                        let isTold = frames.contains { $0.kind == Frame.Kind.goAway.rawValue }
                        return isTold && streams.allSatisfy { stream in frames.contains { $0.isAnswer(on: stream) } }
                            ? [.window(1 << 20)] : nil
                    }
                ]
            ) { frames in
                streams.allSatisfy { stream in
                    frames.contains {
                        $0.stream == stream
                            && ($0.flags & Frame.endStream != 0 || $0.kind == Frame.Kind.reset.rawValue)
                    }
                }
            }
            #expect(frames.filter { $0.kind == Frame.Kind.reset.rawValue } == [])
            let bytes = frames.filter { $0.kind == Frame.Kind.data.rawValue }.map(\.payload.count).reduce(0, +)
            #expect(bytes == 30 * 5_000)
        }
    }
}
