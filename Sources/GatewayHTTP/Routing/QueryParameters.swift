import CallDomain

/// The parameters of a request's query; one that is given twice is refused, since readers would differ on it.
struct QueryParameters: Sendable {
    /// The most parameters of one query.
    static let mostParameters = 32

    private var values: [String: String] = [:]

    /// Reads the part after `?`; nil where it is malformed, too long, or names a parameter twice.
    init?(_ query: Substring) {
        let parts = query.split(separator: "&")
        guard parts.count <= Self.mostParameters else { return nil }
        for part in parts {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentCoding.decode(pair[0], plusIsBlank: true),
                let value = PercentCoding.decode(pair.count > 1 ? pair[1] : "", plusIsBlank: true),
                values.updateValue(value, forKey: name) == nil
            else { return nil }
        }
    }

    /// Whether a parameter is there, with or without a value.
    func contains(_ name: String) -> Bool { values[name] != nil }

    /// The value of a parameter; nil where it is absent or empty.
    func text(_ name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }

    /// A whole number within bounds, or a default where it is absent.
    func number(_ name: String, in bounds: ClosedRange<Int>, default fallback: Int) throws(Problem) -> Int {
        guard let text = text(name) else { return fallback }
        guard let number = Int(text), bounds.contains(number) else {
            throw Problem(
                .badRequest, "\(name) must be a whole number from \(bounds.lowerBound) to \(bounds.upperBound).")
        }
        return number
    }

    /// A time in ISO 8601; nil where it is absent.
    func time(_ name: String) throws(Problem) -> Timestamp? {
        guard let text = text(name) else { return nil }
        guard let time = Timestamp(iso8601: text) else {
            throw Problem(.badRequest, "\(name) must be an ISO 8601 time, such as 2026-03-04T09:15:08Z.")
        }
        return time
    }

    /// Statuses as words separated by commas, in any spelling; `all` is no filter.
    func statuses(_ name: String) -> Set<CallStatus> {
        let words = (text(name) ?? "").split(separator: ",").map(String.init)
        return Set(words.filter { $0 != "all" }.compactMap { CallStatus(spelling: $0) })
    }
}
