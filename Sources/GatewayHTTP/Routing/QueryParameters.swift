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
}
