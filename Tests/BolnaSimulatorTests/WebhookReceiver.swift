import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL

@testable import BolnaSimulator

/// A receiver of webhooks over real TLS, with certificates of its own.
struct WebhookReceiver {
    struct Received: Sendable {
        var authorization: String?
        var path: String
        var body: String
    }

    let received: AsyncStream<Received>
    private let input: AsyncStream<Received>.Continuation
    private let certificates: SimulatorCertificates
    private let ports: AsyncStream<Int>
    private let portInput: AsyncStream<Int>.Continuation

    init() throws {
        (received, input) = AsyncStream.makeStream(of: Received.self)
        (ports, portInput) = AsyncStream.makeStream(of: Int.self)
        certificates = try SimulatorCertificates(validFrom: .now)
    }

    var authorityPEM: String { certificates.authorityPEM }

    func port() async -> Int? {
        await ports.first { _ in true }
    }

    func run() async throws {
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { [input] request, _ in
                var request = request
                let body = try await request.collectBody(upTo: 1 << 20)
                input.yield(
                    Received(
                        authorization: request.headers[.authorization], path: request.head.path ?? "",
                        body: String(buffer: body)))
                return Response(status: .noContent)
            },
            server: try .tls(.http1(), tlsConfiguration: certificates.tlsConfiguration),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { [portInput] channel in portInput.yield(channel.localAddress?.port ?? 0) },
            logger: Logger(label: "receiver") { _ in SwiftLogNoOpLogHandler() })
        try await application.run()
    }
}
