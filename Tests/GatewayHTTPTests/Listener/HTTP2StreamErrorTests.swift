import GatewayHTTP
import GatewayService
import Testing

@Suite("Errors of HTTP/2 streams, and the end of a connection", .serialized)
struct HTTP2StreamErrorTests {
    @Test("A malformed stream is reset by itself, and the others go on", .timeLimit(.minutes(10)))
    func malformed() async throws {
        try await TestGateway.run { gateway in
            let frames = try await RawStreams.exchange(
                port: gateway.port,
                [
                    .openWebhook(stream: 1), .request(stream: 3, fields: Frame.field("Upper", "x")),
                    .webhookBody(stream: 1),
                ]
            ) { frames in frames.contains { $0.isAnswer(on: 1) } }
            #expect(frames.contains { $0.isAnswer(on: 1) })
            #expect(frames.contains(Frame(.reset, stream: 3, [0, 0, 0, UInt8(Frame.protocolError)])))
            #expect(!frames.contains { $0.kind == Frame.Kind.goAway.rawValue })
            #expect(gateway.registry.exposition().contains(#"gw_listener_limits_total{limit="malformed"} 1"#))
        }
    }

    @Test("Streams that fail one after the other end the connection", .timeLimit(.minutes(10)))
    func malformedAgain() async throws {
        var limits = ListenerLimits()
        limits.streamResets = 3
        try await TestGateway.run(limits: limits) { gateway in
            let frames = try await RawStreams.exchange(
                port: gateway.port,
                (0..<5).map { .request(stream: UInt32(2 * $0 + 1), fields: Frame.field("Upper", "x")) })
            #expect(frames.contains { $0.kind == Frame.Kind.goAway.rawValue && $0.errorCode == Frame.enhanceYourCalm })
            #expect(gateway.registry.exposition().contains(#"gw_listener_limits_total{limit="streamResets"} 1"#))
        }
    }

    @Test(
        "A stream that is opened after GOAWAY is refused, and those before it are answered", .timeLimit(.minutes(10)))
    func afterGoAway() async throws {
        var limits = ListenerLimits()
        limits.requestsPerConnection = 2
        try await TestGateway.run(limits: limits) { gateway in
            let frames = try await RawStreams.exchange(
                port: gateway.port, [.openWebhook(stream: 1), .openWebhook(stream: 3)],
                steps: [
                    { frames in
                        guard frames.contains(where: { $0.kind == Frame.Kind.goAway.rawValue }) else { return nil }
                        return [.openWebhook(stream: 5), .webhookBody(stream: 1), .webhookBody(stream: 3)]
                    }
                ]
            ) { frames in [1, 3].allSatisfy { stream in frames.contains { $0.isAnswer(on: stream) } } }
            #expect(frames.filter { $0.kind == Frame.Kind.headers.rawValue }.map(\.stream).sorted() == [1, 3])
            #expect(frames.contains(Frame(.reset, stream: 5, [0, 0, 0, UInt8(Frame.refusedStream)])))
            #expect(!gateway.registry.exposition().contains(#"gw_listener_limits_total{limit="malformed"}"#))
        }
    }

    @Test("What goes on after a connection's last request is not cut by the time to drain", .timeLimit(.minutes(10)))
    func goesOn() async throws {
        var limits = ListenerLimits()
        limits.requestsPerConnection = 1
        limits.drain = .nanoseconds(1)
        try await TestGateway.run(limits: limits) { gateway in
            let frames = try await RawStreams.exchange(
                port: gateway.port, [.openWebhook(stream: 1)],
                steps: [
                    { frames in
                        let ping = frames.first { $0.kind == Frame.Kind.ping.rawValue && $0.flags == 0 }
                        return ping.map { [Frame(.ping, flags: 1, $0.payload)] }
                    },
                    { frames in
                        let isLast = frames.count { $0.kind == Frame.Kind.goAway.rawValue } == 2
                        return isLast ? [.webhookBody(stream: 1)] : nil
                    },
                ]
            ) { frames in frames.contains { $0.isAnswer(on: 1) } }
            #expect(frames.contains { $0.isAnswer(on: 1) })
        }
    }

    @Test("When the gateway stops, streams may go on for a while, and no longer", .timeLimit(.minutes(10)))
    func drain() async throws {
        var limits = ListenerLimits()
        limits.drain = .milliseconds(100)
        limits.timeToBody = .seconds(600)
        limits.bodyGrace = .seconds(600)
        limits.idle = .seconds(600)
        try await TestGateway.run(limits: limits) { gateway in
            let frames = try await RawStreams.exchange(
                port: gateway.port, [.openWebhook(stream: 1)], onAnswer: { await gateway.stop() })
            #expect(!frames.contains { $0.isAnswer(on: 1) })
            #expect(frames.contains { $0.kind == Frame.Kind.goAway.rawValue })
        }
    }
}
