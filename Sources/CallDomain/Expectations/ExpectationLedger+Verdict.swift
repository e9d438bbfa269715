extension ExpectationLedger {
    /// Whether something that was expected has not come in time.
    package func isOverdue(at now: Timestamp) -> Bool {
        guard let open else { return false }
        return open.due <= now
    }

    /// What a full read, or a listing, means that was sent while this ledger stood.
    ///
    /// - Parameters:
    ///   - sentAt: when it was sent.
    ///   - toldChange: whether it was the first to tell a change of status.
    package func verdict(onReadSentAt sentAt: Timestamp, toldChange: Bool) -> ReadVerdict {
        guard toldChange else { return .probe }
        guard let open, open.path == .webhook, !open.isProbe, open.deadline <= sentAt else { return .find }
        return .missedWebhook
    }
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
