import AsyncHTTPClient
import CallDomain
import Foundation
import GatewayService
import NIOCore
import NIOHTTP1
import Testing
import WebhookTrust

@testable import GatewayHTTP

/// Reads a stream of events as a browser does.
private struct EventReader {
    var iterator: HTTPClientResponse.Body.AsyncIterator
    var buffered = ""

    init(_ response: HTTPClientResponse) { iterator = response.body.makeAsyncIterator() }

    /// The next block, between two blank lines; nil at the end of the stream.
    mutating func next() async throws -> String? {
        while true {
            if let end = buffered.range(of: "\n\n") {
                let block = String(buffered[..<end.lowerBound])
                buffered = String(buffered[end.upperBound...])
                return block
            }
            guard let part = try await iterator.next() else { return nil }
            buffered += String(buffer: part)
        }
    }

    /// The next event's id, name and data, comments and settings skipped.
    mutating func event() async throws -> (id: String, name: String, data: String)? {
        while let block = try await next() {
            var fields: [String: String] = [:]
            for line in block.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2 { fields[String(parts[0])] = String(parts[1].drop { $0 == " " }) }
            }
            if let name = fields["event"] { return (fields["id"] ?? "", name, fields["data"] ?? "") }
        }
        return nil
    }

    /// The data of the next event that tells something; heartbeats, which come when it is their time, are skipped.
    mutating func change() async throws -> String? {
        while let event = try await event() {
            if event.name != "heartbeat" { return event.data }
        }
        return nil
    }
}

@Suite("ChangeRoutes")
struct ChangeRoutesTests {
    private static func open(
        _ gateway: TestGateway, key: String = TestGateway.allScopes, lastEventID: String? = nil, query: String = ""
    ) async throws -> EventReader {
        var request = HTTPClientRequest(url: "https://127.0.0.1:\(gateway.port)/api/v1/changes\(query)")
        request.headers.add(name: "Authorization", value: "Bearer \(key)")
        if let lastEventID { request.headers.add(name: "Last-Event-ID", value: lastEventID) }
        let response = try await gateway.client.execute(request, timeout: .seconds(30))
        #expect(response.status == .ok)
        #expect(response.headers.first(name: "content-type") == "text/event-stream")
        return EventReader(response)
    }

    /// Does something while a stream is open; then nobody reads it any more, which closes it.
    private static func whileOpen(_ gateway: TestGateway, _ body: () async throws -> Void) async throws {
        var reader = try await open(gateway)
        _ = try await reader.next()
        try await body()
    }

    @Test("A waiting client hears of a change, and of none of another account")
    func live() async throws {
        try await TestGateway.run { gateway in
            var reader = try await Self.open(gateway)
            #expect(try await reader.next() == "retry: 2000")
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing"))
            let event = try #require(try await reader.event())
            #expect(event.name == "call")
            #expect(
                event.data.hasPrefix(
                    #"{"status":"ringing","source":"webhook","at":"2026-03-04T09:15:08.000Z","call":{"#))
            #expect(event.data.contains(#""freshness":{"status":"ringing""#))
        }
    }

    @Test("Without reveal events are masked too")
    func masks() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            var reader = try await Self.open(gateway, key: "key-masked", query: "?since=0")
            let event = try #require(try await reader.event())
            #expect(event.data.contains(#""to":"+14*******00""#))
            for secret in ["4155550100", "4155550111", "user: hello", "r.mp3", "Asha"] {
                #expect(!event.data.contains(secret), "\(secret)")
            }
        }
    }

    @Test("A client that comes back with its last id, in either way, misses nothing and hears nothing twice")
    func resumes() async throws {
        try await TestGateway.run { gateway in
            for number in 1...4 {
                _ = try await gateway.post(TestGateway.execution("exec-\(number)", "ringing", minute: number))
            }
            var first = try await Self.open(gateway, query: "?since=0")
            var ids: [String] = []
            for _ in 1...2 { ids.append(try #require(try await first.event()).id) }
            var second = try await Self.open(gateway, lastEventID: ids[1])
            _ = try await gateway.post(TestGateway.execution("exec-5", "ringing", minute: 5))
            var calls: [String] = []
            for _ in 3...5 {
                let event = try #require(try await second.event())
                ids.append(event.id)
                calls += (1...5).map { "exec-\($0)" }.filter { event.data.contains("\"\($0)\"") }
            }
            #expect(calls == ["exec-3", "exec-4", "exec-5"])
            let places = try ids.map { try BoundCursor.change($0, account: .default) }
            #expect(places == places.sorted())
            #expect(Set(places).count == 5)
        }
    }

    @Test("The id of an event is worth nothing to another account")
    func foreignIDs() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing"))
            var reader = try await Self.open(gateway, query: "?since=0")
            let event = try #require(try await reader.event())
            let answer = try await gateway.send("GET", "/api/v1/changes?since=\(event.id)", key: "key-other")
            #expect(answer.status == 400)
            let number = try await gateway.send("GET", "/api/v1/changes?since=1", key: TestGateway.allScopes)
            #expect(number.status == 400)
        }
    }

    /// What can be taken from somebody who watches.
    enum Loss: CaseIterable {
        case revoked
        case expired
        case disabled
    }

    @Test(
        "Who loses his key, its time or his account is told nothing more, and his stream ends",
        arguments: Loss.allCases)
    func loses(_ loss: Loss) async throws {
        try await TestGateway.run { _, configuration in
            configuration.stream.recheck = .milliseconds(10)
        } _: { gateway in
            let text = try APIKeyText.mint()
            var key = StoredAPIKey(
                id: text.id, account: .default, label: "watcher", digest: try text.digest, scopes: [.read],
                createdAt: gateway.wall.now, expiresAt: gateway.wall.now.advanced(by: .seconds(60)))
            let live = gateway.dependencies.live
            live.keys.replace([key])
            var reader = try await Self.open(gateway, key: text.secret)
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing"))
            #expect(try await reader.change() != nil)
            switch loss {
            case .revoked:
                key.revokedAt = gateway.wall.now
                live.keys.replace([key])
            case .expired: gateway.wall.advance(by: .seconds(60))
            case .disabled:
                live.directory.replace([GatewayAccount(id: .default, hasToken: true, isDisabled: true)])
            }
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed", minute: 1))
            #expect(try await reader.change() == nil)
            #expect(try await gateway.send("GET", "/api/v1/me", key: text.secret).status == 401)
        }
    }

    @Test("No account can take all streams")
    func placesOfAccount() async throws {
        try await TestGateway.run { _, configuration in
            configuration.stream.mostStreamsOfAccount = 1
        } _: { gateway in
            try await Self.whileOpen(gateway) {
                #expect(try await gateway.send("GET", "/api/v1/changes", key: TestGateway.allScopes).status == 503)
                _ = try await Self.open(gateway, key: "key-other")
            }
        }
    }

    @Test("Comments keep a quiet stream alive, and events without an id that scripts hear")
    func heartbeats() async throws {
        try await TestGateway.run(heartbeat: .milliseconds(20)) { gateway in
            var reader = try await Self.open(gateway)
            _ = try await reader.next()
            #expect(try await reader.next() == ":\nevent: heartbeat\ndata: {}")
            #expect(try await reader.next() == ":\nevent: heartbeat\ndata: {}")
        }
    }

    @Test("An id that is none is answered 400")
    func badID() async throws {
        try await TestGateway.run { gateway in
            let answer = try await gateway.send("GET", "/api/v1/changes?since=x", key: TestGateway.allScopes)
            #expect(answer.status == 400)
        }
    }

    @Test("A graceful shutdown ends streams that would never end by themselves")
    func shutdown() async throws {
        try await TestGateway.run { gateway in
            var reader = try await Self.open(gateway)
            _ = try await reader.next()
            await gateway.stop()
            #expect(try await reader.next() == nil)
        }
    }

    @Test("A client that goes away frees its place at once, and one too many is answered 503")
    func places() async throws {
        try await TestGateway.run(mostStreams: 1) { gateway in
            try await Self.whileOpen(gateway) {
                let tooMany = try await gateway.send("GET", "/api/v1/changes", key: TestGateway.allScopes)
                #expect(tooMany.status == 503)
                #expect(tooMany.headers["retry-after"] == "2")
                #expect(gateway.changes.subscribers == 1)
            }
            // Each turn is a request, which the gateway serves after it was told that the client had gone.
            for _ in 1...1_000 where gateway.changes.subscribers > 0 {
                _ = try await gateway.send("GET", "/api/v1/me", key: TestGateway.allScopes)
            }
            #expect(gateway.changes.subscribers == 0)
        }
    }
}
