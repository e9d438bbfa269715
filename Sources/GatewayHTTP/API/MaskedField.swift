package import CallDomain

/// Values of fields as they are shown to those who may not see numbers, words and names.
package enum MaskedField {
    /// Stands for what somebody said, or what was given about a person.
    package static let hidden = "(hidden)"

    /// A field's value as text; nil where there is none.
    package static func text(_ value: FieldValue?, of field: CallField?) -> String? {
        guard let value else { return nil }
        if let field, VisibleCall.personalFields.contains(field) { return hidden }
        switch value {
        case .text(let text):
            switch field {
            case .fromNumber?, .toNumber?: return NumberMask.mask(text)
            default: return NumberMask.maskNumbers(in: text)
            }
        case .number(let number): return Int64(exactly: number).map(String.init) ?? String(number)
        case .flag(let flag): return flag ? "yes" : "no"
        case .time(let time): return time.iso8601()
        case .json(let json): return NumberMask.maskNumbers(in: json)
        }
    }
}
