import GatewayHTTP
import GatewayService
import Testing

@Suite("HTTP/2 limits", .serialized)
struct HTTP2LimitTests {
    /// A sequence of frames that ends the connection, and the limit it is counted under.
    struct Flood: Sendable {
        let name: String
        let limit: ListenerLimit
        let frames: [Frame]
    }

    static let floods: [Flood] = [
        Flood(
            name: "streams that are reset as soon as they are opened", limit: .streamResets,
            frames: (0..<101).flatMap { number in
                let stream = UInt32(2 * number + 1)
                return [.request(stream: stream), Frame(.reset, stream: stream, [0, 0, 0, 8])]
            }),
        Flood(
            name: "pings", limit: .controlFrames,
            frames: Array(repeating: Frame(.ping, Array(repeating: 0, count: 8)), count: 201)),
        Flood(name: "settings", limit: .controlFrames, frames: Array(repeating: Frame(.settings), count: 201)),
        Flood(
            name: "priorities", limit: .controlFrames,
            frames: Array(repeating: Frame(.priority, stream: 1, [0, 0, 0, 0, 1]), count: 201)),
        Flood(
            name: "empty data", limit: .controlFrames,
            frames: [.request(stream: 1, method: Frame.post, flags: Frame.endHeaders)]
                + Array(repeating: Frame(.data, stream: 1), count: 20)),
        Flood(
            name: "continuations", limit: .continuationFrames,
            frames: [.request(stream: 1, flags: Frame.endStream)]
                + Array(repeating: Frame(.continuation, stream: 1, Frame.field("a", "b")), count: 6)),
    ]

    @Test("A flood of frames ends the connection with ENHANCE_YOUR_CALM, and is counted")
    func ends() async throws {
        try await TestGateway.run { gateway in
            var counts: [ListenerLimit: Int] = [:]
            for flood in Self.floods {
                let frames = try await RawStreams.exchange(port: gateway.port, flood.frames)
                let goAway = frames.last { $0.kind == Frame.Kind.goAway.rawValue }
                #expect(goAway?.errorCode == Frame.enhanceYourCalm, "\(flood.name)")
                counts[flood.limit, default: 0] += 1
                let line = "gw_listener_limits_total{limit=\"\(flood.limit.rawValue)\"} \(counts[flood.limit] ?? 0)\n"
                #expect(gateway.registry.exposition().contains(line), "\(flood.name)")
            }
            let other = try await gateway.send("GET", "/api/v1/me", key: TestGateway.allScopes)
            #expect(other.status == 200)
        }
    }

    @Test("What comes in other windows of time is not added up", .timeLimit(.minutes(10)))
    func window() async throws {
        var limits = ListenerLimits()
        // Shorter than the time between two frames: each is in a window of its own.
        limits.frameWindow = .nanoseconds(1)
        let count = 3 * limits.controlFrames
        try await TestGateway.run(limits: limits) { gateway in
            let ping = Frame(.ping, Array(repeating: 0, count: 8))
            let frames = try await RawStreams.exchange(port: gateway.port, Array(repeating: ping, count: count)) {
                frames in frames.count { $0.kind == Frame.Kind.ping.rawValue } == count
            }
            #expect(frames.count { $0.kind == Frame.Kind.ping.rawValue } == count)
            #expect(!frames.contains { $0.kind == Frame.Kind.goAway.rawValue })
        }
    }

    @Test("A header list far beyond the limit ends the connection")
    func hugeHeaders() async throws {
        try await TestGateway.run { gateway in
            let field = Frame.field("a", String(repeating: "x", count: 16_000))
            let frames = try await RawStreams.exchange(
                port: gateway.port,
                [.request(stream: 1, flags: Frame.endStream)]
                    + (0..<5).map { number in
                        Frame(.continuation, flags: number == 4 ? Frame.endHeaders : 0, stream: 1, field)
                    } + [.request(stream: 3, fields: field), .request(stream: 5, fields: field)])
            #expect(frames.contains { $0.kind == Frame.Kind.goAway.rawValue && $0.errorCode != 0 })
        }
    }

    @Test("A header a little beyond the limit is answered on its stream alone")
    func largeHeaders() async throws {
        try await TestGateway.run { gateway in
            let fields = (0..<2).flatMap { Frame.field("a\($0)", String(repeating: "x", count: 7_900)) }
            // The acknowledgement comes first: the limit that the client was told holds from then on.
            let frames = try await RawStreams.exchange(
                port: gateway.port,
                [
                    Frame(.settings, flags: 1), .request(stream: 1, flags: Frame.endStream, fields: fields),
                    Frame(.continuation, stream: 1, fields),
                    Frame(.continuation, flags: Frame.endHeaders, stream: 1, fields),
                ]
            ) { frames in frames.contains { $0.kind == Frame.Kind.data.rawValue } }
            #expect(frames.filter { $0.kind == Frame.Kind.goAway.rawValue } == [])
            let body = frames.first { $0.kind == Frame.Kind.data.rawValue }?.payload ?? []
            #expect(String(decoding: body, as: UTF8.self).contains("/problems/headers-too-large"))
        }
    }

    @Test("An answer ends with its last bytes, so that who resets what is answered resets nothing")
    func end() async throws {
        try await TestGateway.run { gateway in
            let frames = try await RawStreams.exchange(port: gateway.port, [.request(stream: 1, method: Frame.post)]) {
                frames in
                frames.contains { $0.stream == 1 && $0.flags & Frame.endStream != 0 }
            }
            let body = frames.filter { $0.kind == Frame.Kind.data.rawValue }
            #expect(body.map(\.flags) == [Frame.endStream])
            #expect(body.first?.payload.isEmpty == false)
        }
    }

    @Test("One stream too many at once, of a client that knows the limit, ends the connection, and is counted")
    func streams() async throws {
        var limits = ListenerLimits()
        limits.streams = 3
        try await TestGateway.run(limits: limits) { gateway in
            let open = [1, 3, 5, 7].map(Frame.openWebhook)
            let frames = try await RawStreams.exchange(port: gateway.port, [Frame(.settings, flags: 1)] + open)
            let settings = frames.first { $0.kind == Frame.Kind.settings.rawValue }
            #expect(settings?.payload.starts(with: [0, 3, 0, 0, 0, 3]) == true)
            #expect(frames.contains { $0.kind == Frame.Kind.goAway.rawValue && $0.errorCode == Frame.protocolError })
            #expect(gateway.registry.exposition().contains(#"gw_listener_limits_total{limit="streams"} 1"#))
        }
    }

    @Test("After the last request that a connection takes, the client is told to go elsewhere")
    func lastRequest() async throws {
        var limits = ListenerLimits()
        limits.requestsPerConnection = 2
        try await TestGateway.run(limits: limits) { gateway in
            let frames = try await RawStreams.exchange(
                port: gateway.port, [.request(stream: 1), .request(stream: 3)]
            ) { frames in
                frames.contains { $0.kind == Frame.Kind.goAway.rawValue }
                    && frames.count { $0.kind == Frame.Kind.headers.rawValue } == 2
            }
            #expect(frames.filter { $0.kind == Frame.Kind.headers.rawValue }.map(\.stream).sorted() == [1, 3])
            #expect(frames.contains { $0.kind == Frame.Kind.goAway.rawValue && $0.errorCode == 0 })
        }
    }

    @Test("A client that does not go is cut off once what was on its way has come")
    func stays() async throws {
        var limits = ListenerLimits()
        limits.requestsPerConnection = 2
        limits.streams = 3
        try await TestGateway.run(limits: limits) { gateway in
            // Reset at once, so that they are not too many at a time.
            let frames = try await RawStreams.exchange(
                port: gateway.port,
                (0..<20).flatMap { number -> [Frame] in
                    let stream = UInt32(2 * number + 1)
                    return [.request(stream: stream), Frame(.reset, stream: stream, [0, 0, 0, 8])]
                })
            #expect(frames.contains { $0.kind == Frame.Kind.goAway.rawValue })
            #expect(gateway.registry.exposition().contains(#"gw_listener_limits_total{limit="requests"} 1"#))
        }
    }

    @Test("A client that closes its side is let go once its requests are answered", .timeLimit(.minutes(10)))
    func leaves() async throws {
        var limits = ListenerLimits()
        limits.idle = .seconds(600)
        try await TestGateway.run(limits: limits) { gateway in
            let frames = try await RawStreams.leave(port: gateway.port, [.request(stream: 1)])
            #expect(frames.contains { $0.kind == Frame.Kind.settings.rawValue })
        }
    }
}
