import CallDomain

extension QueryParameters {
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
