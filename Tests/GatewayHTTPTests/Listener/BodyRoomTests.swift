import GatewayService
import Testing

@testable import GatewayHTTP

@Suite("Room for bodies", .serialized)
struct BodyRoomTests {
    private static let mostBytes = 100_000

    private static var limits: ListenerLimits {
        var limits = ListenerLimits()
        limits.bodyBytesInAll = mostBytes
        return limits
    }

    /// A webhook of about so many bytes.
    private static func webhook(_ id: String, bytes: Int) -> String {
        let note = String(repeating: "x", count: bytes)
        return TestGateway.execution(id, "ringing").dropLast() + ",\"note\":\"\(note)\"}"
    }

    @Test("Room is taken up to a bound, all or nothing, and given back")
    func room() {
        let room = BodyRoom(limits: Self.limits)
        #expect(room.take(60_000))
        #expect(!room.take(40_001))
        #expect(room.take(40_000))
        #expect(!room.take(1))
        room.giveBack(60_000)
        #expect(room.bytes == 40_000)
        #expect(room.take(60_000))
    }

    /// A body that never ends: the answer, where one comes.
    private static func half(port: Int) async throws -> String {
        let head = "POST /webhooks/bolna HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\r\n"
        return try await RawConnection.exchange(port: port, [head + String(repeating: "x", count: 60_000)])
    }

    @Test("Of two bodies that have no room together one is answered 503; when the other is gone, its room is free")
    func crossed() async throws {
        try await TestGateway.run(limits: Self.limits) { gateway in
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<2 { group.addTask { try await Self.half(port: gateway.port) } }
                let answer = try #require(try await group.next())
                #expect(answer.hasPrefix("HTTP/1.1 503 "))
                #expect(answer.lowercased().contains("retry-after: 2"))
                #expect(gateway.registry.exposition().contains(#"gw_listener_limits_total{limit="bodiesInAll"} 1"#))
                #expect(try await gateway.send("GET", "/api/v1/me", key: TestGateway.allScopes).status == 200)
                // The connection of the other goes away in the midst of its body.
                group.cancelAll()
                while (try? await group.next()) != nil {}
            }
            var status: UInt = 503
            // The gateway sees the end of a connection some turns of its loop later.
            for _ in 0..<1_000 where status == 503 {
                status = try await gateway.post(Self.webhook("e", bytes: 90_000)).status
            }
            #expect(status == 200)
        }
    }

    @Test("Every way out gives the room back: answers, refusals, bodies that find no room; over both versions")
    func waysOut() async throws {
        try await TestGateway.run(limits: Self.limits) { gateway in
            for round in 0..<4 {
                #expect(try await gateway.post(Self.webhook("e\(round)", bytes: 60_000)).status == 200)
                #expect(try await gateway.post(Self.webhook("e", bytes: 60_000), signature: "t=1,v1=00").status == 401)
                #expect(try await gateway.post(Self.webhook("e", bytes: 60_000), to: "/none").status == 404)
                #expect(try await gateway.post(Self.webhook("e", bytes: 110_000)).status == 503)
                let body = Self.webhook("raw\(round)", bytes: 60_000)
                let signature = try TestGateway.signature(of: Array(body.utf8), at: gateway.wall.now)
                let head = """
                    POST /webhooks/bolna/default HTTP/1.1\r\nHost: localhost\r\nBolna-Signature: \(signature)\r\n\
                    Content-Length: \(body.utf8.count)\r\n
                    """
                let raw = try await RawConnection.exchange(
                    port: gateway.port, [head + "Connection: close\r\n\r\n" + body])
                #expect(raw.hasPrefix("HTTP/1.1 200 "), "\(raw.prefix(80))")
            }
            #expect(try await gateway.post(Self.webhook("last", bytes: 90_000)).status == 200)
        }
    }
}
