import BolnaWire
import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird
import NIOCore

/// `/livez`, `/readyz`, `/metrics`: for operators' machines, without keys, on a listener of their own.
struct OperatorRoutes: Sendable {
    /// How long the store may take to show that it can write.
    static let readinessLimit: Duration = .seconds(1)

    private let dependencies: GatewayDependencies

    init(dependencies: GatewayDependencies) { self.dependencies = dependencies }

    var routes: [Route] {
        [
            Route(.get, "/livez", .open { _ in Self.text(.ok, "ok\n") }),
            Route(.get, "/readyz", .open(ready)),
            Route(
                .get, "/metrics",
                .open { [dependencies] _ in
                    dependencies.metrics.watched(by: dependencies.changes.subscribers)
                    if let certificate = dependencies.certificates?.status {
                        dependencies.metrics.certificate(
                            notAfter: certificate.notAfter, daysLeft: certificate.daysLeft)
                    }
                    return Self.text(.ok, dependencies.registry.exposition(), type: MediaType.metrics)
                }),
        ]
    }

    @Sendable private func ready(_ request: RouteRequest) async throws -> Response {
        let checks = [
            ("not draining", !dependencies.drain.isDraining),
            ("store writable", await isStoreWritable(at: request.receivedAt)),
        ]
        let isReady = checks.allSatisfy(\.1)
        let lines =
            request.query.contains("verbose")
            ? checks.map { "[\($0.1 ? "+" : "-")] \($0.0)\n" }.joined() : (isReady ? "ok\n" : "not ready\n")
        return Self.text(isReady ? .ok : .serviceUnavailable, lines)
    }

    /// Writes a heartbeat, which is true in any case, and waits for its commit.
    private func isStoreWritable(at now: Timestamp) async -> Bool {
        let answers = AsyncStream.makeStream(of: Bool.self)
        let waiting = Task { [dependencies] in
            try? await dependencies.clock.sleep(for: Self.readinessLimit)
            answers.continuation.yield(false)
        }
        // Free of the group on purpose: a commit that hangs cannot be cancelled, and must not hold back the answer.
        Task { [dependencies] in
            let receipts = try? await dependencies.writer.submit([.heartbeat(at: now)])
            answers.continuation.yield(receipts?.count == 1)
        }
        defer { waiting.cancel() }
        for await answer in answers.stream { return answer }
        return false
    }

    private static func text(
        _ status: HTTPResponse.Status, _ text: String, type: String = MediaType.text
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
