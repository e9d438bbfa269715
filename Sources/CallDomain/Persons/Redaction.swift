/// How much of a person is gone from a call's statements, least first.
package enum Redaction: UInt8, Hashable, Comparable, CaseIterable, Sendable {
    // Raw values are stored and ordered: append, never renumber.
    /// Nothing.
    case none = 0
    /// What was said, and what was made of it.
    case words = 1
    /// Everything that tells who it was.
    case person = 2

    /// What was said in a call, and what was made of it.
    package static let wordFields: Set<CallField> = [.transcript, .summary, .extractedData, .agentExtraction]

    /// Everything that is said of a person, or that others may have written a number or a name into.
    package static let personFields: Set<CallField> = wordFields.union([
        .fromNumber, .toNumber, .recipientData, .recordingURL, .transferCallData, .errorMessage, .hangupReason,
        .terminationReason, .providerCallID, .batchRunDetails, .retryHistory,
    ])

    /// The fields that are gone.
    package var fields: Set<CallField> {
        switch self {
        case .none: []
        case .words: Self.wordFields
        case .person: Self.personFields
        }
    }

    /// Less first.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension Statement {
    /// The statement without the fields that a redaction takes: what places it among others stays, so that a fold of
    /// redacted statements differs from the fold of whole ones in these fields alone.
    package func redacted(_ redaction: Redaction) -> Statement {
        guard redaction != .none else { return self }
        var redacted = self
        for field in redaction.fields { redacted.fields[field] = nil }
        return redacted
    }
}
