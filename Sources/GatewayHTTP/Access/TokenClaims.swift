import CallDomain

/// What a token says (RFC 7519, section 4), by the names of its claims.
struct TokenClaims: Decodable, Sendable {
    private let values: [String: Value]

    /// What a claim holds, as far as it matters here.
    private enum Value: Decodable, Sendable {
        case text(String)
        case number(Double)
        case texts([String])
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else if let texts = try? container.decode([String].self) {
                self = .texts(texts)
            } else {
                self = .other
            }
        }
    }

    init(from decoder: any Decoder) throws {
        values = try decoder.singleValueContainer().decode([String: Value].self)
    }

    /// Whether a claim is there, whatever it holds.
    func contains(_ name: String) -> Bool { values[name] != nil }

    /// A claim that is a text; nil for any other.
    func text(_ name: String) -> String? {
        guard case .text(let text)? = values[name] else { return nil }
        return text
    }

    /// A claim that is one text or several; none for any other.
    func texts(_ name: String) -> [String] {
        switch values[name] {
        case .text(let text): [text]
        case .texts(let texts): texts
        case .number, .other, nil: []
        }
    }

    /// A claim that names somebody: a text without control characters, or a whole number; nil for any other, and for one
    /// that is empty or too long.
    func name(_ name: String) -> String? {
        let text: String
        switch values[name] {
        case .text(let value): text = value
        case .number(let number):
            // Beyond 2⁵³ two numbers of the token can be the same one here.
            guard number.magnitude < 9_007_199_254_740_992, number.rounded() == number else { return nil }
            text = String(Int64(number))
        case .texts, .other, nil: return nil
        }
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        guard isPlain, (1...TokenSettings.longestUser).contains(text.utf8.count) else { return nil }
        return text
    }

    /// A claim that is a time, in seconds since 1970 (RFC 7519, section 2, “NumericDate”); nil for any other.
    func time(_ name: String) -> Timestamp? {
        guard case .number(let seconds)? = values[name], seconds.magnitude <= Self.largestTime else { return nil }
        return Timestamp(rawValue: Int64(seconds * 1_000_000))
    }

    /// The last second of the year 9999.
    private static let largestTime: Double = 253_402_300_799
}
