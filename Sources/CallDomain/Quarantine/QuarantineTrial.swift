/// An attempt to settle one entry of the quarantine: what it says now, and how the entry ends if that can be stored.
/// Stored in one piece: the observations and the end of the entry, or neither.
package struct QuarantineTrial: Sendable {
    /// The account.
    package var account: AccountID
    /// The entry.
    package var entry: Int64
    /// What could be read from it now, with the time, source and trust of its receipt.
    package var observations: [IncomingObservation]
    /// How the entry ends; nil where it stays open, since it, or a part of it, is still unusable.
    package var resolution: QuarantineResolution?
    /// Under which decoder, rules and settings it was tried; nil where it was not, since a person discards it.
    package var circumstances: String?
    /// When.
    package var at: Timestamp

    /// Puts an attempt together.
    package init(
        account: AccountID, entry: Int64, observations: [IncomingObservation] = [],
        resolution: QuarantineResolution?, circumstances: String?, at: Timestamp
    ) {
        self.account = account
        self.entry = entry
        self.observations = observations
        self.resolution = resolution
        self.circumstances = circumstances
        self.at = at
    }
}

/// What became of an attempt to settle an entry.
package enum QuarantineTrialOutcome: Sendable {
    /// The entry is settled; what reconciliation did with each of its observations.
    case settled(QuarantineResolution, [ObservedCall])
    /// The entry stays open; what reconciliation did with the observations that could be stored, and, where the
    /// store had no room for one of them, so.
    case kept([ObservedCall], isOverfull: Bool)
    /// The entry had been settled before; nothing was done.
    case settledBefore(QuarantineSettlement)

    /// What reconciliation did.
    package var observed: [ObservedCall] {
        switch self {
        case .settled(_, let observed), .kept(let observed, _): observed
        case .settledBefore: []
        }
    }
}
