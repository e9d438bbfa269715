/// A quarantined delivery as it is stored.
package struct QuarantineRecord: Sendable {
    /// Its number, growing in the order of commits.
    package var id: Int64
    /// What was kept.
    package var delivery: QuarantinedDelivery
    /// The size of the body in bytes, also where the body was not asked for or is no longer kept.
    package var bodyBytes: Int
    /// Whether the body is still kept: an open entry's always is.
    package var isBodyKept: Bool
    /// How often the same bytes came from the same sender for the same reason.
    package var count: Int
    /// How it was settled; nil while it is open.
    package var settlement: QuarantineSettlement?

    /// Puts a record together.
    package init(
        id: Int64, delivery: QuarantinedDelivery, bodyBytes: Int, isBodyKept: Bool = true, count: Int,
        settlement: QuarantineSettlement? = nil
    ) {
        self.id = id
        self.delivery = delivery
        self.bodyBytes = bodyBytes
        self.isBodyKept = isBodyKept
        self.count = count
        self.settlement = settlement
    }
}

/// How an entry of the quarantine was settled, and when. A settled entry keeps its reason, and its bytes within bounds and
/// until their time is over.
package struct QuarantineSettlement: Hashable, Sendable {
    /// How.
    package var resolution: QuarantineResolution
    /// When.
    package var at: Timestamp

    /// Puts a settlement together.
    package init(resolution: QuarantineResolution, at: Timestamp) {
        self.resolution = resolution
        self.at = at
    }
}

/// The ways in which an entry of the quarantine is settled.
package enum QuarantineResolution: UInt8, Hashable, CaseIterable, Sendable {
    // Raw values are stored: append, never renumber.
    /// A full read of its call, sent after it was received, tells what it could have told.
    case settledByRead = 0
    /// A change of this program or its settings made it usable: its observations are in the journal.
    case replayedAfterChange = 1
    /// A person replayed it: its observations are in the journal.
    case replayedByHand = 2
    /// A person discarded it: nothing follows from it.
    case discardedByHand = 3
    /// It is of another kind than calls, and was settled as it came.
    case keptAsOther = 4
    /// The time for which bodies are kept was over: its bytes are gone.
    case expired = 5
    /// It is about a person who is forgotten: its bytes are gone.
    case forgotten = 6

    /// The words in JSON and tables.
    package var words: String {
        switch self {
        case .settledByRead: "settled by read"
        case .replayedAfterChange: "replayed after change"
        case .replayedByHand: "replayed by hand"
        case .discardedByHand: "discarded by hand"
        case .keptAsOther: "kept as other"
        case .expired: "expired"
        case .forgotten: "forgotten"
        }
    }
}

/// How much an account's quarantine holds.
///
/// The only age bound of open entries is that of the account's retention of bodies. At their bound none is dropped: a further
/// unusable delivery is refused as if the store were full, its sender is told to try again, and the poller heals the gap.
/// Of settled entries, those of other kinds among them, the oldest bodies go first, then the oldest entries.
package enum QuarantineBounds {
    /// The most open entries of an account.
    package static let mostOpenEntries = 100_000
    /// The most bytes of bodies of an account's open entries.
    package static let mostOpenBytes = 1 << 30
    /// The most open entries of unverified senders, which are counted apart so that strangers cannot fill the others' room.
    package static let mostUnverifiedEntries = 10_000
    /// The most bytes of bodies of open entries of unverified senders.
    package static let mostUnverifiedBytes = 64 << 20
    /// The most settled entries of an account.
    package static let mostSettledEntries = 100_000
    /// The most bytes of bodies of an account's settled entries.
    package static let mostSettledBytes = 256 << 20
    /// The most entries of other kinds than calls of an account.
    package static let mostOtherEntries = 10_000
    /// The most bytes of bodies of an account's entries of other kinds.
    package static let mostOtherBytes = 64 << 20
    /// The most entries that one request replays or discards.
    package static let mostPerRequest = 200
    /// The most bytes of bodies that one request replays; at least one entry is.
    package static let mostBytesPerRequest = 8 << 20
}
