/// What Bolna says a call is doing, after spelling is normalized.
///
/// Bolna's vocabulary and its odd spellings: docs pages `list-phone-call-status`, `api-reference/errors`, seen August 2026.
/// A word that is not known is kept, counts as not final, and shows up in the drift report.
package enum CallStatus: Hashable, Sendable {
    /// Waits for its `scheduled_at`, or for the next automatic retry.
    case scheduled
    /// A row of a batch before dialling.
    case prepared
    /// Outside the agent's hours; will be dialled later.
    case rescheduled
    /// Accepted; waits for a free line, without bound.
    case queued
    /// Handed to the telephony provider.
    case initiated
    /// The other side rings.
    case ringing
    /// Somebody talks with the agent.
    case inProgress
    /// The audio is over; processing goes on and `completed` follows.
    case callDisconnected
    /// Processing is done; says nothing about whether somebody talked.
    case completed
    /// The line was busy.
    case busy
    /// Nobody answered, or the call was rejected.
    case noAnswer
    /// The call could not be connected.
    case failed
    /// An internal error of Bolna while placing the call.
    case error
    /// Canceled before it was answered.
    case canceled
    /// Stopped over the API, or no answer from the telephony provider.
    case stopped
    /// Never dialled: the balance was too low.
    case balanceLow
    /// A word the gateway does not know, normalized.
    case unknown(String)

    /// The sixteen known statuses, in the order of their phases.
    package static let known: [CallStatus] = [
        .scheduled, .prepared, .rescheduled, .queued, .initiated, .ringing, .inProgress, .callDisconnected,
        .completed, .busy, .noAnswer, .failed, .error, .canceled, .stopped, .balanceLow,
    ]

    /// The longest status word that is kept, in bytes; a longer one is cut, since it is kept only to be shown.
    package static let longestWord = 64

    /// Reads any spelling: case, `_`, blanks, `cancelled` and the predecessor's `connected` are understood.
    /// Returns nil for a word that is empty after trimming.
    package init?(spelling: String) {
        guard let word = Self.normalize(spelling) else { return nil }
        switch word {
        case "scheduled": self = .scheduled
        case "prepared": self = .prepared
        case "rescheduled": self = .rescheduled
        case "queued": self = .queued
        case "initiated": self = .initiated
        case "ringing": self = .ringing
        case "in-progress", "connected": self = .inProgress
        case "call-disconnected": self = .callDisconnected
        case "completed": self = .completed
        case "busy": self = .busy
        case "no-answer": self = .noAnswer
        case "failed": self = .failed
        case "error": self = .error
        case "canceled", "cancelled": self = .canceled
        case "stopped": self = .stopped
        case "balance-low": self = .balanceLow
        default: self = .unknown(word)
        }
    }

    /// Bolna's own word for this status, or the normalized word that is not known.
    package var word: String {
        switch self {
        case .scheduled: "scheduled"
        case .prepared: "prepared"
        case .rescheduled: "rescheduled"
        case .queued: "queued"
        case .initiated: "initiated"
        case .ringing: "ringing"
        case .inProgress: "in-progress"
        case .callDisconnected: "call-disconnected"
        case .completed: "completed"
        case .busy: "busy"
        case .noAnswer: "no-answer"
        case .failed: "failed"
        case .error: "error"
        case .canceled: "canceled"
        case .stopped: "stopped"
        case .balanceLow: "balance-low"
        case .unknown(let word): word
        }
    }

    /// The part of a call's life this status belongs to; nil for an unknown status.
    package var phase: CallPhase? {
        switch self {
        case .scheduled, .prepared, .rescheduled, .queued: .waiting
        case .initiated, .ringing: .dialling
        case .inProgress: .talking
        case .callDisconnected: .ended
        case .completed, .busy, .noAnswer, .failed, .error, .canceled, .stopped, .balanceLow: .final
        case .unknown: nil
        }
    }

    /// Whether Bolna states nothing further for this attempt; an unknown status is not final.
    package var isFinal: Bool { phase == .final }

    /// The step within an attempt in half steps: even for known statuses, nil for an unknown one, whose (odd) place
    /// depends on the statements beside it. All waiting statuses share one step, and so do all final ones.
    package var step: Int? {
        switch self {
        case .scheduled, .prepared, .rescheduled, .queued: 0
        case .initiated: 2
        case .ringing: 4
        case .inProgress: 6
        case .callDisconnected: 8
        case .completed, .busy, .noAnswer, .failed, .error, .canceled, .stopped, .balanceLow: 10
        case .unknown: nil
        }
    }

    /// Lower case, `_`, blanks and control characters as `-`, cut at ``longestWord`` bytes between characters, ends
    /// trimmed; nil where nothing is left. What it returns it leaves as it is, so that a stored word is read as itself.
    private static func normalize(_ spelling: String) -> String? {
        var word: [UInt8] = []
        for byte in spelling.utf8 {
            switch byte {
            case 0x41...0x5A: word.append(byte | 0x20)
            case 0...0x20, 0x5F, 0x7F: word.append(0x2D)
            default: word.append(byte)
            }
        }
        var kept = word.drop { $0 == 0x2D }
        if kept.count > longestWord {
            // A byte that continues a character must not be the first that is cut off.
            var end = kept.startIndex + longestWord
            while kept[end] & 0xC0 == 0x80 { end -= 1 }
            kept = kept[..<end]
        }
        guard let last = kept.lastIndex(where: { $0 != 0x2D }) else { return nil }
        return String(decoding: kept[...last], as: UTF8.self)
    }
}

/// The part of a call's life: waiting < dialling < talking < ended < final.
package enum CallPhase: Int, Hashable, Comparable, CaseIterable, Sendable {
    /// Not dialled yet.
    case waiting
    /// Being dialled.
    case dialling
    /// Somebody talks.
    case talking
    /// Hung up; processing goes on.
    case ended
    /// Done.
    case final

    /// Earlier in life first.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The phase's word in JSON and on pages.
    package var word: String {
        switch self {
        case .waiting: "waiting"
        case .dialling: "dialling"
        case .talking: "talking"
        case .ended: "ended"
        case .final: "final"
        }
    }
}
