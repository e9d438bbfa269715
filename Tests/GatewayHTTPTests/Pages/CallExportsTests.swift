import CallDomain
import HTTPTypes
import HummingbirdCore
import NIOCore
import Synchronization
import Testing

@testable import GatewayHTTP

@Suite("Exports of calls")
struct CallExportsTests {
    /// Takes what is written, and tells of each piece.
    private struct Taker: ResponseBodyWriter {
        let onWrite: @Sendable (String) -> Void

        mutating func write(_ buffer: ByteBuffer) async throws { onWrite(String(buffer: buffer)) }
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    @Test("An export ends where its key does, before the next calls are read", arguments: ["csv", "ndjson"])
    func ends(format: String) async throws {
        try await TestGateway.run { gateway in
            let execution = TestGateway.execution("exec-1", "completed")
            #expect(try await gateway.post(execution).status == 200)
            let path = "/calls/export.\(format)"
            let route = try #require(
                CallExports(dependencies: gateway.dependencies).routes.first { $0.pattern == path })
            guard case .scoped(_, let handler) = route.handler else { return }
            let isAdmitted = Mutex(format == "csv")
            let pieces = Mutex<[String]>([])
            let request = RouteRequest(
                head: HTTPRequest(method: .get, scheme: "https", authority: "localhost", path: path),
                body: RequestBody(buffer: ByteBuffer()), parameters: [:],
                query: try #require(QueryParameters("")), peer: "local", receivedAt: gateway.wall.now,
                isAdmitted: { _ in isAdmitted.withLock { $0 } })
            let principal = Principal(account: .default, scopes: [.read], actor: "one")
            let response = try await handler(request, principal)
            await #expect(throws: Problem.self) {
                try await response.body.write(
                    Taker { piece in
                        pieces.withLock { $0.append(piece) }
                        isAdmitted.withLock { $0 = false }
                    })
            }
            let written = pieces.withLock { $0 }
            #expect(written.count == (format == "csv" ? 1 : 0))
            #expect(!written.joined().contains("exec-1"))
        }
    }
}
