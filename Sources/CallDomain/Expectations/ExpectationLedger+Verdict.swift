extension ExpectationLedger {
    /// Whether something that was expected has not come in time.
    package func isOverdue(at now: Timestamp) -> Bool {
        guard let open else { return false }
        return open.due <= now
    }

    /// What a full read, or a listing, means that was sent while this ledger stood.
    ///
    /// Only a change whose webhook Bolna is known to send can have been missed: none is captured for waiting statuses,
    /// and an agent may be set not to send some.
    ///
    /// - Parameters:
    ///   - sentAt: when it was sent.
    ///   - change: the change of status that it was the first to tell; nil where it told none.
    package func verdict(onReadSentAt sentAt: Timestamp, told change: ToldChange?) -> ReadVerdict {
        guard let change else { return .probe }
        guard let open, open.isLate(at: sentAt), !change.isSuppressed,
            PathHealth.isCounted(change.position, by: change.source)
        else { return .find }
        return .missedWebhook
    }
}

/// A change of status, as far as the webhook is concerned that should have told it.
package struct ToldChange: Hashable, Sendable {
    /// The position that was reached.
    package var position: Position
    /// What told it.
    package var source: Source
    /// Whether the agent is known not to send its status.
    package var isSuppressed: Bool

    /// Puts a change together.
    package init(position: Position, source: Source, isSuppressed: Bool = false) {
        self.position = position
        self.source = source
        self.isSuppressed = isSuppressed
    }

    /// The change that a decision came to; nil where the status is as before.
    package init?(_ decision: Decision, position: Position?, source: Source, profile: ScopeProfile) {
        guard let status = decision.statusAfter, let position else { return nil }
        self.init(
            position: position, source: source, isSuppressed: profile.suppressedStatuses.contains(status))
    }
}

extension Expectation {
    /// Whether a webhook that was to come has not come in time.
    package func isLate(at now: Timestamp) -> Bool { path == .webhook && !isProbe && deadline <= now }
}

/// What a read of a call found, as far as the webhook path is concerned.
package enum ReadVerdict: String, Hashable, CaseIterable, Sendable {
    /// Nothing new.
    case probe
    /// A change whose webhook was not due, or not expected.
    case find
    /// A change whose webhook had been due.
    case missedWebhook = "missed-webhook"
}
