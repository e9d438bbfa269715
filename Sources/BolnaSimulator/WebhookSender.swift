import AsyncHTTPClient
import BolnaModel
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import ServiceLifecycle

/// Sends webhooks. A call always has the same lane, and a lane sends one webhook after another: so the webhooks of one
/// call keep their order, and no more than `lanes` are on their way at once.
struct WebhookSender: Service {
    static let lanes = 32
    /// Webhooks waiting in one lane at most; further ones count as undelivered.
    static let laneCapacity = 4096
    /// How long a receiver may take. Bolna's own limit is not published.
    static let patience = TimeAmount.seconds(10)
    /// How much of an answer is read, so that its connection can be used again.
    private static let answerLimit = 64 * 1024

    private let streams: [AsyncStream<WebhookDelivery>]
    private let inputs: [AsyncStream<WebhookDelivery>.Continuation]
    private let headers: [SimulatorConfiguration.WebhookHeader]
    private let clientConfiguration: HTTPClient.Configuration
    private let report: @Sendable (WebhookDelivery, Int?) -> Void
    private let logger: Logger

    init(
        configuration: SimulatorConfiguration, logger: Logger,
        report: @escaping @Sendable (WebhookDelivery, Int?) -> Void
    ) throws {
        let pairs = (0..<Self.lanes).map { _ in
            AsyncStream.makeStream(of: WebhookDelivery.self, bufferingPolicy: .bufferingOldest(Self.laneCapacity))
        }
        streams = pairs.map(\.stream)
        inputs = pairs.map(\.continuation)
        headers = configuration.webhookHeaders
        var tls = TLSConfiguration.makeClientConfiguration()
        if let authorities = configuration.webhookCertificateAuthorities {
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authorities.utf8)))
        }
        // A redirect is no delivery.
        var client = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        client.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.lanes
        // A receiver that cannot be reached is a failed delivery at once, and must not hold up its lane.
        client.connectionPool.retryConnectionEstablishment = false
        clientConfiguration = client
        self.report = report
        self.logger = logger
    }

    /// Takes a webhook to be sent, unless its lane is full.
    func enqueue(_ delivery: WebhookDelivery) {
        if case .enqueued = inputs[delivery.callNumber % Self.lanes].yield(delivery) { return }
        report(delivery, nil)
    }

    func run() async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: clientConfiguration)
        await withDiscardingTaskGroup { group in
            for stream in streams {
                group.addTask {
                    for await delivery in stream.cancelOnGracefulShutdown() {
                        report(delivery, await post(delivery, client))
                    }
                }
            }
        }
        try await client.shutdown()
    }

    /// The status of the answer; nil where there was none.
    private func post(_ delivery: WebhookDelivery, _ client: HTTPClient) async -> Int? {
        var request = HTTPClientRequest(url: delivery.url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        for header in headers { request.headers.add(name: header.name, value: header.value) }
        request.body = .bytes(ByteBuffer(bytes: delivery.body))
        do {
            let response = try await client.execute(request, timeout: Self.patience)
            _ = try? await response.body.collect(upTo: Self.answerLimit)
            return Int(response.status.code)
        } catch {
            logger.debug(
                "Webhook got no answer",
                metadata: ["webhook.number": "\(delivery.number)", "error": "\(type(of: error))"])
            return nil
        }
    }
}
