/// What happened to a call, as far as its expectations are concerned.
package enum LedgerEvent: Hashable, Sendable {
    /// A statement that is no full read of ours was folded: a webhook, a dial's answer, an import, a ruling.
    case statement
    /// An unverified hint was stored beside the call.
    case hint
    /// The call was read in full, whoever asked; the request was sent at this time.
    case read(sentAt: Timestamp)
    /// A list page that was sent at this time showed the call in the status that is held.
    case listed(sentAt: Timestamp)
    /// A read of the call brought no usable answer.
    case readFailed(retryAt: Timestamp, isNotFound: Bool)
    /// Nothing happened to the call, but its scope fares differently now.
    case recompute
    /// Bolna can be asked about the call again, after a time in which it could not: a wait that ended then, although
    /// nobody had looked, goes on.
    case reopened
}
