import BolnaWire
package import CallDomain
import Logging

/// A webhook whose sender has been judged.
package struct VerifiedDelivery: Sendable {
    /// The account it was addressed to.
    package var account: AccountID
    /// The agent of its address or token; nil for any.
    package var agent: AgentID?
    /// How sure its sender is.
    package var trust: Trust
    /// What it may do.
    package var standing: Standing
    /// When it had been received.
    package var receivedAt: Timestamp
    /// The bytes as received.
    package var body: [UInt8]
    /// The SHA-256 of the bytes.
    package var digest: ContentDigest
    /// The address it came from, as far as it is known.
    package var peer: String?

    /// Puts a delivery together.
    package init(
        account: AccountID, agent: AgentID?, trust: Trust, standing: Standing, receivedAt: Timestamp, body: [UInt8],
        digest: ContentDigest, peer: String? = nil
    ) {
        self.peer = peer
        self.account = account
        self.agent = agent
        self.trust = trust
        self.standing = standing
        self.receivedAt = receivedAt
        self.body = body
        self.digest = digest
    }
}

/// What became of a delivery.
package enum IntakeOutcome: Hashable, Sendable {
    /// It is on disk: that many observations are new, that many repeat earlier ones.
    case stored(new: Int, duplicates: Int)
    /// It is on disk, aside.
    case quarantined(QuarantineReason)
    /// Nothing is stored; the sender should try again.
    case busy(retryAfter: Duration)
}

/// Takes webhooks: decodes, stores, and answers once they are on disk.
package final class WebhookIntake: Sendable {
    private let context: ServiceContext
    private let onHint: @Sendable () -> Void

    /// Works within a context; calls `onHint` when a delivery asks for a read at once.
    package init(context: ServiceContext, onHint: @escaping @Sendable () -> Void) {
        self.context = context
        self.onHint = onHint
    }

    /// Stores a delivery and returns after the synced commit that holds it.
    package func receive(_ delivery: VerifiedDelivery) async -> IntakeOutcome {
        await withCheckedContinuation { continuation in
            receive(delivery, at: nil) { continuation.resume(returning: $0) }
        }
    }

    /// As ``receive(_:)``, and calls once instead of returning: before it returns where the delivery cannot be taken, else at
    /// the place, or on the writer's thread where there is none.
    package func receive(
        _ delivery: VerifiedDelivery, at place: AnswerPlace?, then tell: @escaping @Sendable (IntakeOutcome) -> Void
    ) {
        store(delivery, at: place) { [self] result in
            let outcome: IntakeOutcome =
                switch result {
                case .success(let outcome): outcome
                case .failure(let error): .busy(retryAfter: error.retryAfter)
                }
            count(outcome, receivedAt: delivery.receivedAt)
            tell(outcome)
        }
    }

    /// Whether a delivery of so many bytes can be taken now; what its sender is told where it cannot. To be asked before
    /// it is digested and decoded: where more comes than can be stored, most deliveries end here.
    package func refusal(bytes: Int, receivedAt: Timestamp) -> IntakeOutcome? {
        guard let error = context.writer.refusal(entries: 1, bytes: bytes) else { return nil }
        let outcome = IntakeOutcome.busy(retryAfter: error.retryAfter)
        count(outcome, receivedAt: receivedAt)
        return outcome
    }

    private func count(_ outcome: IntakeOutcome, receivedAt: Timestamp) {
        switch outcome {
        case .stored(let new, _): context.metrics.delivered(new > 0 ? .stored : .duplicate)
        case .quarantined: context.metrics.delivered(.quarantined)
        case .busy: context.metrics.delivered(.busy)
        }
        context.metrics.acknowledged(after: context.now().duration(since: receivedAt))
    }

    /// Counts a delivery that is answered 401, by reason; nothing is written for it, the next heartbeat writes the count.
    package func countRefusal(account: AccountID, reason: String) {
        context.tallies.count(CallDomain.Tally(account: account, kind: .refusal, name: reason, count: 1))
    }

    private func store(
        _ delivery: VerifiedDelivery, at place: AnswerPlace?,
        then tell: @escaping @Sendable (Result<IntakeOutcome, JournalError>) -> Void
    ) {
        let reading = DeliveryReading(
            webhook: delivery.body, digest: delivery.digest, of: delivery.agent, hash: context.digest)
        let entries = entries(of: delivery, reading)
        let drifts = reading.drifts
        let statuses = reading.parts.compactMap(\.statement.status)
        // To the intake itself: a copy of the context, with all that it refers to, would be made for each delivery.
        context.writer.submit(entries, at: place) { [self] outcome in
            if case .success(let receipts) = outcome { context.learn(receipts, of: entries) }
            do throws(JournalError) {
                let tally = try tally(try outcome.get(), of: delivery, drifts: drifts, statuses: statuses)
                guard tally.isPoisoned else { return tell(.success(tally.outcome)) }
                keepAside(delivery, tally, at: place, then: tell)
            } catch {
                tell(.failure(error))
            }
        }
    }

    /// Counts what became of a delivery's parts, and has what follows from it happen.
    private func tally(
        _ receipts: [JournalReceipt], of delivery: VerifiedDelivery, drifts: [Drift], statuses: [CallStatus]
    ) throws(JournalError) -> Tally {
        if receipts.contains(where: { !$0.isFailed }) {
            context.countNames(of: delivery, drifts: drifts, statuses: statuses)
        }
        if receipts.contains(where: { $0.isHint }) { onHint() }
        var tally = Tally()
        for receipt in receipts { try tally.count(receipt) }
        return tally
    }

    /// Keeps a delivery aside that the store could not process.
    private func keepAside(
        _ delivery: VerifiedDelivery, _ tally: Tally, at place: AnswerPlace?,
        then tell: @escaping @Sendable (Result<IntakeOutcome, JournalError>) -> Void
    ) {
        let aside = context.sparing(delivery.quarantined(.poisoned, "the store could not process it by itself"))
        context.writer.submit([aside], at: place) { [self] outcome in
            switch outcome {
            case .failure(let error): tell(.failure(error))
            case .success(let receipts):
                for case .failed(let error) in receipts {
                    context.logger.error(
                        "A delivery cannot be stored, not even aside; its sender is told to try again.",
                        metadata: ["account": "\(delivery.account.rawValue)", "store.error": "\(error.message)"])
                    return tell(.failure(.unavailable(error)))
                }
                var tally = tally
                tally.reason = tally.reason ?? .poisoned
                tell(.success(tally.outcome))
            }
        }
    }

    private func entries(of delivery: VerifiedDelivery, _ reading: DeliveryReading) -> [JournalEntry] {
        var entries = reading.parts.map { part in
            let key = ObservationKey(
                source: .webhook, trust: delivery.trust, standing: delivery.standing, digest: part.digest)
            return JournalEntry.observation(
                context.observation(
                    account: delivery.account, agent: delivery.agent, key: key, receivedAt: delivery.receivedAt,
                    body: part.body, statement: part.statement))
        }
        if let fault = reading.fault {
            var aside = delivery.quarantined(fault.reason, fault.detail)
            aside.readExecutions = reading.parts.map(\.statement.executionID)
            entries.append(context.sparing(aside))
        }
        return entries
    }

    private struct Tally: Sendable {
        var new = 0
        var duplicates = 0
        var reason: QuarantineReason?
        var isPoisoned = false

        /// What the sender is told.
        var outcome: IntakeOutcome {
            if new + duplicates == 0, let reason { return .quarantined(reason) }
            return .stored(new: new, duplicates: duplicates)
        }

        mutating func count(_ receipt: JournalReceipt) throws(JournalError) {
            switch receipt {
            case .observed(let observed) where observed.decision.outcome == .duplicate: duplicates += 1
            case .observed: new += 1
            case .quarantined(let reason, _): self.reason = self.reason ?? reason
            case .failed(let error) where error.isRetryable: throw .unavailable(error)
            case .failed: isPoisoned = true
            // Whether a person is forgotten is nothing that a sender is told.
            case .forgotten: duplicates += 1
            case .revised, .tried, .done, .dialExists, .erased, .indexed: break
            }
        }
    }
}

extension VerifiedDelivery {
    /// The delivery as it is kept aside.
    func quarantined(_ reason: QuarantineReason, _ detail: String) -> QuarantinedDelivery {
        QuarantinedDelivery(
            account: account, agent: agent, execution: BolnaDecoder.mentionedExecution(in: body), source: .webhook,
            trust: trust, standing: standing, receivedAt: receivedAt, reason: reason, detail: detail, digest: digest,
            body: body)
    }
}

extension JournalReceipt {
    /// Whether nothing of it is stored.
    fileprivate var isFailed: Bool { if case .failed = self { true } else { false } }

    /// Whether an unverified hint asks for a read.
    var isHint: Bool {
        if case .observed(let observed) = self { observed.ledger.open?.why == .hint } else { false }
    }
}

extension JournalError {
    /// When to try again.
    package var retryAfter: Duration {
        switch self {
        case .queueFull(let retryAfter): retryAfter
        case .unavailable, .stopping: .seconds(5)
        }
    }
}
