package import CallDomain
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// Answers requests as the control socket does, without a listener: for commands that find no running gateway.
package struct LocalDispatcher: Sendable {
    private let responder: GatewayResponder

    /// An answer.
    package struct Answer: Sendable {
        /// The HTTP status.
        package var status: Int
        /// The body.
        package var body: [UInt8]
    }

    /// Answers with these dependencies; bodies of requests are bounded as for a listener.
    package init(dependencies: GatewayDependencies, bodyLimit: Int = 64 * 1024) {
        let principal = Principal(
            account: .default, scopes: Set(Scope.allCases), actor: "command", credential: .socket, reachesAll: true)
        responder = GatewayResponder(
            table: .api(
                dependencies: dependencies, apiBodyLimit: bodyLimit, webhookBodyLimit: bodyLimit,
                stream: StreamSettings(), isLocal: true),
            authenticator: .everybody(principal, dependencies.live), isSecure: false, now: dependencies.now,
            logger: dependencies.logger)
    }

    /// Answers a GET, or a POST where there is a body, about an account. Streams of events never end and must not be
    /// asked for.
    package func send(path: String, body: [UInt8]?, account: AccountID) async throws -> Answer {
        var head = HTTPRequest(method: body == nil ? .get : .post, scheme: "http", authority: "localhost", path: path)
        if let name = Authenticator.accountField { head.headerFields[name] = account.rawValue }
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body ?? [])))
        let response = await responder.answer(request, peer: "local")
        let collector = BodyCollector()
        try await response.body.write(collector)
        return Answer(status: response.status.code, body: collector.bytes)
    }
}

/// Takes a body as it is written.
private final class BodyCollector: ResponseBodyWriter {
    private(set) var bytes: [UInt8] = []

    func write(_ buffer: ByteBuffer) async throws { bytes.append(contentsOf: buffer.readableBytesView) }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
