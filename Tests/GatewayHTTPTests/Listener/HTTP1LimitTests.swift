import Foundation
import GatewayHTTP
import GatewayService
import Testing

@Suite("HTTP/1 limits", .serialized)
struct HTTP1LimitTests {
    private static let request = "GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n"

    private static func answers(in text: String) -> [String] {
        text.components(separatedBy: "HTTP/1.1 ").dropFirst().map { String($0.prefix(3)) }
    }

    @Test("A target that is too long is answered 414, over both versions")
    func target() async throws {
        try await TestGateway.run { gateway in
            let target = "/api/v1/me?a=" + String(repeating: "x", count: 8 * 1024)
            let text = try await RawConnection.exchange(
                port: gateway.port, ["GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n"])
            #expect(text.hasPrefix("HTTP/1.1 414 "))
            #expect(text.contains("/problems/target-too-long"))
            #expect(text.lowercased().contains("connection: close"))
            let second = try await gateway.send("GET", target, key: TestGateway.allScopes)
            #expect(second.status == 414)
            #expect(gateway.registry.exposition().contains(#"gw_listener_limits_total{limit="target"} 2"#))
        }
    }

    @Test("A connection takes so many requests, then the answer closes it")
    func requestsPerConnection() async throws {
        var limits = ListenerLimits()
        limits.requestsPerConnection = 3
        try await TestGateway.run(limits: limits) { gateway in
            let text = try await RawConnection.exchange(
                port: gateway.port, [String(repeating: Self.request, count: 5)])
            #expect(Self.answers(in: text) == ["404", "404", "404"])
            #expect(text.lowercased().components(separatedBy: "connection: close").count == 2)
        }
    }

    @Test("Requests may wait for their answers up to a number; one more is answered 400 behind them")
    func pipelining() async throws {
        var limits = ListenerLimits()
        limits.pipelinedRequests = 4
        try await TestGateway.run(limits: limits) { gateway in
            let text = try await RawConnection.exchange(
                port: gateway.port, [String(repeating: Self.request, count: 8)])
            #expect(Self.answers(in: text) == ["404", "404", "404", "404", "400"])
            #expect(gateway.registry.exposition().contains(#"gw_listener_limits_total{limit="pipelinedRequests"} 1"#))
        }
    }

    @Test("Requests before a malformed one are answered, then it is")
    func malformedBehind() async throws {
        try await TestGateway.run { gateway in
            let text = try await RawConnection.exchange(
                port: gateway.port, [Self.request + Self.request + "GET /none\r\n\r\n"])
            #expect(Self.answers(in: text) == ["404", "404", "400"])
            #expect(text.contains("application/problem+json"))
        }
    }

    @Test("A body that is slower than the rate is answered 408 once its grace is over")
    func rate() async throws {
        var limits = ListenerLimits()
        limits.bodyGrace = .zero
        limits.bodyBytesPerSecond = 1_000_000
        limits.linger = .milliseconds(10)
        try await TestGateway.run(limits: limits) { gateway in
            let text = try await RawConnection.exchange(
                port: gateway.port,
                ["POST /webhooks/bolna HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"id\""])
            #expect(text.hasPrefix("HTTP/1.1 408 "))
            #expect(gateway.registry.exposition().contains(#"gw_listener_limits_total{limit="bodyTime"} 1"#))
        }
    }

    private static let tooLarge =
        "POST /webhooks/bolna HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n"

    @Test("The rest of a refused request that never comes is awaited for a while only", .timeLimit(.minutes(10)))
    func linger() async throws {
        var limits = ListenerLimits()
        limits.linger = .milliseconds(100)
        limits.idle = .seconds(600)
        limits.timeToBody = .seconds(600)
        try await TestGateway.run(limits: limits) { gateway in
            let text = try await RawConnection.exchange(port: gateway.port, [Self.tooLarge])
            #expect(Self.answers(in: text) == ["413"])
        }
    }

    @Test("A client that still sends the rest of a refused request sees the answer", .timeLimit(.minutes(10)))
    func lingerLetsRead() async throws {
        var limits = ListenerLimits()
        limits.linger = .seconds(600)
        limits.idle = .seconds(600)
        try await TestGateway.run(limits: limits) { gateway in
            let chunk = String(repeating: "x", count: 65_536)
            let text = try await RawConnection.exchange(
                port: gateway.port, [Self.tooLarge] + Array(repeating: chunk, count: 16) + ["x"])
            #expect(Self.answers(in: text) == ["413"])
        }
    }

    /// A request that is answered at once, and one whose body never ends.
    private static let unfinished =
        request + "POST /webhooks/bolna HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"id\""

    @Test("When the gateway stops, requests may go on for a while, and no longer", .timeLimit(.minutes(10)))
    func drain() async throws {
        var limits = ListenerLimits()
        limits.drain = .milliseconds(100)
        limits.timeToBody = .seconds(600)
        limits.bodyGrace = .seconds(600)
        limits.idle = .seconds(600)
        try await TestGateway.run(limits: limits) { gateway in
            let text = try await RawConnection.exchange(
                port: gateway.port, [Self.unfinished], onAnswer: { await gateway.stop() })
            #expect(Self.answers(in: text) == ["404"])
        }
    }

    @Test("When the gateway stops, a request that ends in time is answered", .timeLimit(.minutes(10)))
    func drainLetsEnd() async throws {
        var limits = ListenerLimits()
        limits.drain = .seconds(600)
        try await TestGateway.run(limits: limits) { gateway in
            let rest = String(repeating: " ", count: 95)
            let text = try await RawConnection.exchange(
                port: gateway.port, [Self.unfinished], then: [rest], onAnswer: { await gateway.stop() })
            #expect(Self.answers(in: text) == ["404", "401"])
        }
    }

    @Test("One connection too many in all is closed")
    func connections() async throws {
        var limits = ListenerLimits()
        limits.connections = 1
        limits.connectionsPerAddress = 1
        try await TestGateway.run(limits: limits) { gateway in
            let other = try await gateway.send("GET", "/api/v1/me", key: TestGateway.allScopes)
            #expect(other.status == 200)
            let text = try? await RawConnection.exchange(port: gateway.port, [Self.request])
            #expect(text?.isEmpty ?? true)
            #expect(gateway.registry.exposition().contains(#"gw_listener_limits_total{limit="connections"} 1"#))
        }
    }

    @Test("An answer that is not taken closes the connection")
    func stalled() async throws {
        var limits = ListenerLimits()
        limits.writeStall = .milliseconds(200)
        limits.pipelinedRequests = 10_000
        limits.requestsPerConnection = 1_000_000
        try await TestGateway.run(limits: limits) { gateway in
            let closed = try await RawConnection.sendWithoutReading(
                port: gateway.port, String(repeating: Self.request, count: 1_000))
            #expect(closed)
            #expect(gateway.registry.exposition().contains(#"gw_listener_limits_total{limit="writeStall"} 1"#))
        }
    }

    @Test("Only the hosts of the settings are answered for, in any case and with any port")
    func hosts() async throws {
        try await TestGateway.run(hosts: ["gateway.example"]) { gateway in
            for host in ["gateway.example", "GATEWAY.example:8443"] {
                let text = try await RawConnection.exchange(
                    port: gateway.port, ["GET /none HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n"])
                #expect(text.hasPrefix("HTTP/1.1 404 "))
            }
            for host in ["other.example", "gateway.example.evil", "127.0.0.1"] {
                let text = try await RawConnection.exchange(
                    port: gateway.port, ["GET /none HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n"])
                #expect(text.hasPrefix("HTTP/1.1 421 "))
                #expect(text.contains("/problems/misdirected"))
            }
        }
    }
}
