/// A quarantined delivery as it is stored.
package struct QuarantineRecord: Sendable {
    /// Its number, growing in the order of commits.
    package var id: Int64
    /// What was kept.
    package var delivery: QuarantinedDelivery
    /// The size of the body in bytes, also where the body was not asked for.
    package var bodyBytes: Int
    /// How often the same bytes came from the same sender for the same reason.
    package var count: Int
    /// How it was settled; nil while it is open.
    package var settlement: QuarantineSettlement?

    /// Puts a record together.
    package init(
        id: Int64, delivery: QuarantinedDelivery, bodyBytes: Int, count: Int, settlement: QuarantineSettlement? = nil
    ) {
        self.id = id
        self.delivery = delivery
        self.bodyBytes = bodyBytes
        self.count = count
        self.settlement = settlement
    }
}

/// How an entry of the quarantine was settled, and when. A settled entry keeps its reason and its bytes.
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

    /// The words in JSON and tables.
    package var words: String {
        switch self {
        case .settledByRead: "settled by read"
        case .replayedAfterChange: "replayed after change"
        case .replayedByHand: "replayed by hand"
        case .discardedByHand: "discarded by hand"
        }
    }
}

/// How much an account's quarantine holds.
///
/// There is no age bound: an open entry stays until it is settled. At the size bound nothing is dropped: a further
/// unusable delivery is refused as if the store were full, its sender is told to try again, and the poller heals the gap.
package enum QuarantineBounds {
    /// The most open entries of an account.
    package static let mostOpenEntries = 100_000
    /// The most bytes of bodies of an account's open entries.
    package static let mostOpenBytes = 1 << 30
    /// The most entries that one request replays or discards.
    package static let mostPerRequest = 200
    /// The most bytes of bodies that one request replays; at least one entry is.
    package static let mostBytesPerRequest = 8 << 20
}
