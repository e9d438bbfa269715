import BolnaWire
import CallDomain
import GatewayService
import HTTPTypes
import Logging
import WebhookTrust

/// Where Bolna posts: the sender is judged over the bytes as received, and 2xx leaves only after the commit that holds
/// the delivery.
///
/// It is an object, so that what is yet to be done for a delivery refers to it, rather than to a copy of all dependencies.
final class WebhookRoutes: Sendable {
    private let dependencies: GatewayDependencies
    private let bodyLimit: Int

    init(dependencies: GatewayDependencies, bodyLimit: Int) {
        self.dependencies = dependencies
        self.bodyLimit = bodyLimit
    }

    var routes: [Route] {
        let patterns = [
            "/webhooks/bolna/{account}/{agent}/{token}", "/webhooks/bolna/{account}/{agent}",
            "/webhooks/bolna/{account}", "/webhooks/bolna", PredecessorRoutes.webhookPattern,
        ]
        return patterns.map { pattern in
            Route(
                .post, pattern,
                .direct(bodyLimit: bodyLimit) { [self] request, place, answer in
                    do {
                        try receive(request, pattern: pattern, at: place, then: answer)
                    } catch {
                        answer(.failure(error))
                    }
                })
        }
    }

    /// Judges a delivery and has it stored; calls once, or throws.
    private func receive(
        _ request: DirectRequest, pattern: String, at place: AnswerPlace?,
        then answer: @escaping @Sendable (DirectRequest.Outcome) -> Void
    ) throws {
        let addressed = request.parameters["account"] ?? AccountID.default.rawValue
        let account = AccountID(validating: addressed)
        let evidence = DeliveryEvidence.read(request)
        let credentials = DeliveryCredentials(
            evidence, account: account ?? AccountID(rawValue: addressed), peer: request.peer)
        let verdict = try dependencies.live.trusts.judge(
            credentials, body: request.body, account: account, now: dependencies.wall())
        switch verdict {
        case .refused(let reason):
            refused(request, evidence: evidence, account: addressed, reason: reason, pattern: pattern)
            answer(.success(.problem(Problem(.unauthorized, "The sender could not be verified."))))
        case .accepted(let trust, let standing, let tokenAgent, let secret):
            // Only now: a stranger is told nothing of how the gateway fares.
            if let busy = dependencies.intake.refusal(bytes: request.body.count, receivedAt: request.receivedAt) {
                noteUse(of: secret, account: credentials.account, at: request.receivedAt)
                return answer(.success(try Self.answer(to: busy)))
            }
            let digest = try ContentHash.sha256(request.body)
            let delivery = VerifiedDelivery(
                account: credentials.account, agent: tokenAgent ?? evidence.agent, trust: trust, standing: standing,
                receivedAt: request.receivedAt, body: request.body, digest: digest, peer: request.peer)
            dependencies.intake.receive(delivery, at: place) { [self] outcome in
                answer(
                    DirectRequest.Outcome {
                        try remember(
                            credentials, digest: digest, secret: secret, outcome: outcome, at: request.receivedAt)
                        return try Self.answer(to: outcome)
                    })
            }
        }
    }

    /// Notes which secret was used, and that this signature was: only once the delivery is on disk, so that what was not
    /// stored can be sent again without counting as a repetition.
    private func remember(
        _ credentials: DeliveryCredentials, digest: ContentDigest, secret: String?, outcome: IntakeOutcome,
        at time: Timestamp
    ) throws {
        noteUse(of: secret, account: credentials.account, at: time)
        if case .busy = outcome { return }
        guard let content = try credentials.signedContent(body: digest) else { return }
        if dependencies.witness.isRepeated(content, of: credentials.account, at: time) {
            dependencies.metrics.signatureRepeated(account: credentials.account)
        }
    }

    private func noteUse(of secret: String?, account: AccountID, at time: Timestamp) {
        guard let secret else { return }
        dependencies.uses.used(secret: secret, of: account, at: time)
        dependencies.metrics.secretUsed(account: account, label: secret, at: time)
    }

    private static let stored = DirectAnswer.object { $0.member("status", "stored") }.repeated
    private static let duplicate = DirectAnswer.object { $0.member("status", "duplicate") }.repeated

    /// What Bolna is told: nothing but a 2xx means that it need not send again.
    static func answer(to outcome: IntakeOutcome) throws(Problem) -> DirectAnswer {
        switch outcome {
        case .stored(let new, let duplicates): new == 0 && duplicates > 0 ? duplicate : stored
        case .quarantined(let reason):
            .object { json in
                json.member("status", "quarantined")
                json.member("reason", reason.rawValue)
            }
        case .busy(let retryAfter): throw Problem(.busy, retryAfter: retryAfter)
        }
    }

    private func refused(
        _ request: DirectRequest, evidence: Refusal.Credentials, account: String, reason: RefusalReason, pattern: String
    ) {
        dependencies.metrics.delivered(.refused)
        let addressed = dependencies.accounts[AccountID(rawValue: account)]?.id
        if let addressed { dependencies.intake.countRefusal(account: addressed, reason: reason.rawValue) }
        dependencies.refusals.record(
            Refusal(
                receivedAt: request.receivedAt, account: account, reason: reason.rawValue, peer: request.peer,
                body: request.body, credentials: evidence),
            addressedTo: addressed)
        dependencies.logger.info(
            "A delivery was refused.", metadata: ["http.route": "\(pattern)", "reason": "\(reason.rawValue)"])
    }
}
