import CallDomain

/// The kinds of entries of a quarantine that are bounded apart. The numbers are those of the column `shelf`, which follows
/// from an entry's other columns.
enum QuarantineShelf: Int, CaseIterable {
    /// Open, of senders who are believed.
    case open = 0
    /// Open, of unverified senders.
    case unverified = 1
    /// Settled.
    case settled = 2
    /// Of another kind than calls.
    case other = 3

    /// Where a delivery is put as it comes.
    init(_ delivery: QuarantinedDelivery) {
        if delivery.reason.isOtherKind {
            self = .other
        } else {
            self = delivery.standing == .hint ? .unverified : .open
        }
    }

    /// Whether what comes at the bound is refused; else the oldest goes.
    var refusesMore: Bool { self == .open || self == .unverified }

    /// The most entries of an account.
    var mostEntries: Int {
        switch self {
        case .open: QuarantineBounds.mostOpenEntries
        case .unverified: QuarantineBounds.mostUnverifiedEntries
        case .settled: QuarantineBounds.mostSettledEntries
        case .other: QuarantineBounds.mostOtherEntries
        }
    }

    /// The most bytes of bodies of an account.
    var mostBytes: Int {
        switch self {
        case .open: QuarantineBounds.mostOpenBytes
        case .unverified: QuarantineBounds.mostUnverifiedBytes
        case .settled: QuarantineBounds.mostSettledBytes
        case .other: QuarantineBounds.mostOtherBytes
        }
    }
}
