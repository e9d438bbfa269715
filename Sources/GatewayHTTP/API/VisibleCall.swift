import BolnaWire
import CallDomain

/// A call as one principal may see it: without `reveal` numbers are masked, and what was said, recorded or given about
/// a person is absent.
struct VisibleCall {
    let record: CallRecord
    let state: CallState
    /// Whether everything is shown.
    let reveals: Bool

    /// Fields that are masked without `reveal`: numbers, and sentences about the line, in which only numbers are hidden:
    /// they are set phrases of providers, and tell why a call failed.
    private static let maskedFields: Set<CallField> = [
        .fromNumber, .toNumber, .errorMessage, .hangupReason, .terminationReason,
    ]
    /// Fields that are absent without `reveal`: all else that an erasure takes, too.
    static let personalFields = Redaction.personFields.subtracting(maskedFields)

    /// Nil for a call that only unverified hints tell of: clients do not see it.
    init?(_ record: CallRecord, for principal: Principal) {
        guard let state = record.state else { return nil }
        self.record = record
        self.state = state
        self.reveals = principal.scopes.contains(.reveal)
    }

    /// A field's value, masked or absent where it must be.
    subscript(field: CallField) -> FieldValue? { Self.visible(state[field], of: field, reveals: reveals) }

    /// A value of a field, masked or absent where it must be.
    static func visible(_ value: FieldValue?, of field: CallField, reveals: Bool) -> FieldValue? {
        guard let value, !reveals else { return value }
        if personalFields.contains(field) { return nil }
        guard case .text(let text) = value else { return value }
        switch field {
        case .fromNumber, .toNumber: return .text(NumberMask.mask(text))
        // Carriers name the number they could not reach.
        case .errorMessage, .hangupReason, .terminationReason: return .text(NumberMask.maskNumbers(in: text))
        default: return value
        }
    }

    /// The text of a field, masked or absent where it must be.
    func text(_ field: CallField) -> String? {
        if case .text(let text)? = self[field] { text } else { nil }
    }

    /// The seconds somebody talked, else those the line was open.
    var duration: Double? {
        state.number(.conversationDuration) ?? state.number(.telephonyDuration)
    }

    /// What the gateway or its client put into the recipient data when dialling; nothing without `reveal`, since clients
    /// may write into any of it what they like.
    var recipientData: RecipientData {
        guard reveals, case .json(let json)? = state[.recipientData] else { return RecipientData() }
        return RecipientData(json: json)
    }
}

extension CallState {
    /// The number in a field; nil where it is empty or of another kind.
    fileprivate func number(_ field: CallField) -> Double? {
        if case .number(let number)? = self[field] { number } else { nil }
    }
}

extension JSONWriter {
    /// Writes a member with a field's value, or null.
    mutating func member(_ name: String, _ value: FieldValue?) {
        key(name)
        switch value {
        case nil: null()
        case .text(let text)?: self.value(text)
        case .number(let number)?: self.value(number)
        case .flag(let flag)?: self.value(flag)
        case .time(let time)?: self.value(time)
        case .json(let json)?: raw(json.utf8)
        }
    }
}
