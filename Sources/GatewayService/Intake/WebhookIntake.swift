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
        let outcome: IntakeOutcome
        do {
            outcome = try await store(delivery)
        } catch {
            outcome = .busy(retryAfter: error.retryAfter)
        }
        switch outcome {
        case .stored(let new, _): context.metrics.delivered(new > 0 ? .stored : .duplicate)
        case .quarantined: context.metrics.delivered(.quarantined)
        case .busy: context.metrics.delivered(.busy)
        }
        context.metrics.acknowledged(after: context.now().duration(since: delivery.receivedAt))
        return outcome
    }

    /// Counts a delivery that is answered 401, by reason; nothing is written for it, the next heartbeat writes the count.
    package func countRefusal(account: AccountID, reason: String) {
        context.tallies.count(CallDomain.Tally(account: account, kind: .refusal, name: reason, count: 1))
    }

    private func store(_ delivery: VerifiedDelivery) async throws(JournalError) -> IntakeOutcome {
        let reading = DeliveryReading(
            webhook: delivery.body, digest: delivery.digest, of: delivery.agent, hash: context.digest)
        let entries = entries(of: delivery, reading)
        let receipts = try await context.submit(entries)
        if receipts.contains(where: { !$0.isFailed }) {
            context.countNames(
                of: delivery, drifts: reading.drifts, statuses: reading.parts.compactMap(\.statement.status))
        }
        if receipts.contains(where: { $0.isHint }) { onHint() }
        var tally = Tally()
        for receipt in receipts { try tally.count(receipt) }
        if tally.isPoisoned {
            let aside = context.sparing(delivery.quarantined(.poisoned, "the store could not process it by itself"))
            for case .failed(let error) in try await context.submit([aside]) {
                context.logger.error(
                    "A delivery cannot be stored, not even aside; its sender is told to try again.",
                    metadata: ["account": "\(delivery.account.rawValue)", "store.error": "\(error.message)"])
                throw .unavailable(error)
            }
            tally.reason = tally.reason ?? .poisoned
        }
        if tally.new + tally.duplicates == 0, let reason = tally.reason { return .quarantined(reason) }
        return .stored(new: tally.new, duplicates: tally.duplicates)
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

    private struct Tally {
        var new = 0
        var duplicates = 0
        var reason: QuarantineReason?
        var isPoisoned = false

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
