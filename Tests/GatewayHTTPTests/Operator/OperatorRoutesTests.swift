import Foundation
import GatewayHTTP
import GatewayService
import NIOCore
import NIOPosix
import SQLiteStore
import Testing

@Suite("OperatorServer")
struct OperatorServerTests {
    @Test("Alive, ready and measured, over plain HTTP on its own port")
    func serves() async throws {
        try await TestGateway.run { gateway in
            func get(_ path: String) async throws -> TestGateway.Answer {
                try await gateway.send("GET", path, port: gateway.operatorPort, scheme: "http")
            }
            #expect(try await get("/livez").text == "ok\n")
            #expect(try await get("/readyz").text == "ok\n")
            #expect(try await get("/readyz?verbose").text == "[+] not draining\n[+] store writable\n")
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing"))
            let metrics = try await get("/metrics")
            #expect(metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(metrics.text.contains("gw_deliveries_received_total"))
            #expect(metrics.text.contains("gw_sse_clients 0"))
            #expect(try await get("/api/v1/calls").status == 404)
        }
    }

    @Test("A store that cannot be written makes it not ready, though alive")
    func brokenStore() async throws {
        try await TestGateway.run { gateway in
            func get(_ path: String) async throws -> TestGateway.Answer {
                try await gateway.send("GET", path, port: gateway.operatorPort, scheme: "http")
            }
            try gateway.store.close()
            let ready = try await get("/readyz?verbose")
            #expect(ready.status == 503)
            #expect(ready.text == "[+] not draining\n[-] store writable\n")
            #expect(try await get("/livez").status == 200)
        }
    }

    @Test("The public listener has none of its routes", arguments: ["/livez", "/readyz", "/metrics"])
    func isSeparate(path: String) async throws {
        try await TestGateway.run { gateway in
            let answer = try await gateway.send("GET", path, key: TestGateway.allScopes)
            #expect(answer.status == 404)
        }
    }
}

@Suite("ControlServer")
struct ControlServerTests {
    @Test("Only the owner can open the socket, and whoever does is an administrator without a key")
    func socket() async throws {
        try await TestGateway.run { gateway in
            let attributes = try FileManager.default.attributesOfItem(atPath: gateway.socket)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            let text = try await Self.get("/api/v1/me", gateway)
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(text.contains(#""actor":"socket""#))
        }
    }
    @Test("What all accounts have together is told over the socket alone; a key hears of its own watchers")
    func health() async throws {
        try await TestGateway.run { gateway in
            // Held to the end of the test: nobody else watches.
            let theirs = try await gateway.dependencies.changes.subscribe(account: TestGateway.other, after: nil)
            for (key, own) in [(TestGateway.allScopes, 0), ("key-other", 1)] {
                let answer = try await gateway.send("GET", "/api/v1/health", key: key)
                #expect(answer.text.contains(#""watchers":\#(own)"#))
                for word in ["sizeBytes", "schemaVersion", "watchersOfAll"] { #expect(!answer.text.contains(word)) }
            }
            let text = try await Self.get("/api/v1/health", gateway)
            for word in ["sizeBytes", "schemaVersion", #""watchersOfAll":1"#, #""watchers":0"#] {
                #expect(text.contains(word), "\(word)")
            }
            withExtendedLifetime(theirs) {}
        }
    }

    /// Asks the socket for a path, and returns all that it answers.
    private static func get(_ path: String, _ gateway: TestGateway) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: gateway.socket) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(
                ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
            var text = ""
            for try await part in inbound { text += String(buffer: part) }
            return text
        }
    }
}
