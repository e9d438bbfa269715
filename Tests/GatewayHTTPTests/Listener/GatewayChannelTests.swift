import CallDomain
import GatewayHTTP
import NIOCore
import NIOSSL
import Testing

@Suite("GatewayChannel")
struct GatewayChannelTests {
    @Test("TLS 1.2 and 1.3 are accepted", arguments: [TLSVersion.tlsv12, .tlsv13])
    func accepts(version: TLSVersion) async throws {
        try await TestGateway.run { gateway in
            let text = try await RawConnection.exchange(
                port: gateway.port, ["GET /none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"]
            ) { configuration in
                configuration.minimumTLSVersion = version
                configuration.maximumTLSVersion = version
            }
            #expect(text.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        }
    }

    @Test(
        "A request that is to be the last is answered so, and what comes after it is not looked at",
        arguments: ["close", "Close", "keep-alive , close"])
    func close(value: String) async throws {
        try await TestGateway.run { gateway in
            let last = "GET /none HTTP/1.1\r\nHost: localhost\r\nConnection: \(value)\r\n\r\n"
            let text = try await RawConnection.exchange(
                port: gateway.port, [last + "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"])
            #expect(text.lowercased().contains("\r\nconnection: close\r\n"))
            #expect(text.ranges(of: "HTTP/1.1 ").count == 1)
        }
    }

    @Test("TLS 1.1 is refused")
    func refusesOldTLS() async throws {
        try await TestGateway.run { gateway in
            await #expect(throws: (any Error).self) {
                let text = try await RawConnection.exchange(port: gateway.port, ["GET / HTTP/1.1\r\n\r\n"]) {
                    $0.minimumTLSVersion = .tlsv1
                    $0.maximumTLSVersion = .tlsv11
                }
                #expect(text.isEmpty)
                throw NIOSSLError.uncleanShutdown
            }
            let answer = try await gateway.send("GET", "/api/v1/me", key: TestGateway.allScopes)
            #expect(answer.status == 200)
        }
    }

    @Test("HTTP/2 is agreed on by ALPN, and HTTP/1.1 where only that is offered")
    func negotiates() async throws {
        try await TestGateway.run { gateway in
            let second = try await gateway.send("GET", "/api/v1/me", key: TestGateway.allScopes)
            #expect(second.version == "HTTP/2.0")
            #expect(second.headers["strict-transport-security"] == "max-age=63072000")
            let first = try await RawConnection.exchange(
                port: gateway.port,
                [
                    "GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer key-all\r\nConnection: close\r\n\r\n"
                ])
            #expect(first.hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test(
        "Too many, too long and too large header fields are answered 431, and the connection is closed",
        arguments: [
            (0..<65).map { "A\($0): b\r\n" }.joined(),
            "Long: \(String(repeating: "x", count: 9 * 1024))\r\n",
            (0..<6).map { "A\($0): \(String(repeating: "x", count: 7 * 1024))\r\n" }.joined(),
        ])
    func limitsHeaders(fields: String) async throws {
        try await TestGateway.run { gateway in
            let text = try await RawConnection.exchange(
                port: gateway.port, ["GET / HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n"])
            #expect(text.hasPrefix("HTTP/1.1 431 "))
            #expect(text.contains("/problems/headers-too-large"))
            #expect(text.lowercased().contains("connection: close"))
        }
    }

    @Test("Too many header fields are answered 431 over HTTP/2")
    func limitsHeadersOfStreams() async throws {
        try await TestGateway.run { gateway in
            let headers = Dictionary(uniqueKeysWithValues: (0..<70).map { ("A\($0)", "b") })
            let answer = try await gateway.send("GET", "/api/v1/me", key: TestGateway.allScopes, headers: headers)
            #expect(answer.status == 431)
            #expect(answer.version == "HTTP/2.0")
        }
    }

    @Test("What is no HTTP is answered 400 as a problem")
    func malformed() async throws {
        try await TestGateway.run { gateway in
            let text = try await RawConnection.exchange(port: gateway.port, ["NOT HTTP AT ALL\r\n\r\n"])
            #expect(text.hasPrefix("HTTP/1.1 400 "))
            #expect(text.contains("application/problem+json"))
        }
    }

    @Test("A header block that does not end in time closes the connection, unanswered")
    func slowHeaders() async throws {
        var limits = ListenerLimits()
        limits.timeToHeaders = .milliseconds(300)
        try await TestGateway.run(limits: limits) { gateway in
            let text = try await RawConnection.exchange(port: gateway.port, ["GET / HTTP/1.1\r\nHos"])
            #expect(text.isEmpty)
        }
    }

    @Test("A body that does not end in time is answered 408, and the connection is closed")
    func slowBody() async throws {
        var limits = ListenerLimits()
        limits.timeToBody = .milliseconds(300)
        limits.linger = .milliseconds(100)
        try await TestGateway.run(limits: limits) { gateway in
            let text = try await RawConnection.exchange(
                port: gateway.port,
                ["POST /webhooks/bolna HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"id\""])
            #expect(text.hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test("A connection without a request is closed when its idle time is over")
    func idle() async throws {
        var limits = ListenerLimits()
        limits.idle = .milliseconds(300)
        try await TestGateway.run(limits: limits) { gateway in
            let text = try await RawConnection.exchange(
                port: gateway.port, ["GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n"])
            #expect(text.hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test("One connection too many from an address is closed, and the others go on")
    func limitsConnections() async throws {
        var limits = ListenerLimits()
        limits.connectionsPerAddress = 1
        try await TestGateway.run(limits: limits) { gateway in
            let first = try await gateway.send("GET", "/api/v1/me", key: TestGateway.allScopes)
            #expect(first.status == 200)
            await #expect(throws: (any Error).self) {
                let text = try await RawConnection.exchange(
                    port: gateway.port, ["GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n"])
                #expect(text.isEmpty)
                throw NIOSSLError.uncleanShutdown
            }
            let again = try await gateway.send("GET", "/api/v1/me", key: TestGateway.allScopes)
            #expect(again.status == 200)
        }
    }

    @Test("A body that is announced too large is answered 413 before it is read")
    func largeBody() async throws {
        try await TestGateway.run { gateway in
            let text = try await RawConnection.exchange(
                port: gateway.port,
                ["POST /webhooks/bolna HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n"])
            #expect(text.hasPrefix("HTTP/1.1 413 "))
            #expect(text.contains("/problems/body-too-large"))
        }
    }

    @Test("A body that grows too large without announcing it is answered 413")
    func growingBody() async throws {
        try await TestGateway.run { gateway in
            let chunk = "10000\r\n\(String(repeating: "x", count: 65_536))\r\n"
            let text = try await RawConnection.exchange(
                port: gateway.port,
                ["POST /webhooks/bolna HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"]
                    + Array(repeating: chunk, count: 17))
            #expect(text.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test("An encoded body is answered 415")
    func encodedBody() async throws {
        try await TestGateway.run { gateway in
            let answer = try await gateway.send(
                "POST", "/webhooks/bolna", headers: ["Content-Encoding": "gzip"], body: [0x1F, 0x8B])
            #expect(answer.status == 415)
        }
    }
}
