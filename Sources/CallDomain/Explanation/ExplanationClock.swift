/// How an explanation writes times: UTC, to the second, with the date where more than one day is told of, and for any
/// time of another day.
package struct ExplanationClock: Hashable, Sendable {
    /// The day whose times need no date, like `2026-03-04`; nil where all times are written with theirs.
    package private(set) var day: String?

    /// Writes all times with their dates.
    package init() {}

    /// Writes dates where these times lie on more than one day, else only for times of another day than theirs.
    package init(covering times: some Sequence<Timestamp>) {
        let days = Set(times.map { String($0.iso8601().prefix(10)) })
        day = days.count == 1 ? days.first : nil
    }

    /// A time, like `10:02:11` or `2026-03-04 10:02:11`.
    package func text(_ time: Timestamp) -> String {
        let whole = time.iso8601(fractionDigits: 0, zone: "")
        let parts = whole.split(separator: "T", maxSplits: 1)
        guard parts.count == 2 else { return whole }
        if let day, parts[0] == day { return String(parts[1]) }
        return "\(parts[0]) \(parts[1])"
    }
}

extension CallExplanation {
    /// The clock for all its sentences.
    package var clock: ExplanationClock {
        ExplanationClock(covering: steps.flatMap { [$0.receivedAt, $0.lastReceivedAt] } + [now])
    }
}

extension [String] {
    /// The words as people list them: `a`, `a and b`, `a, b and c`.
    var listed: String {
        guard let last else { return "" }
        return count == 1 ? last : "\(dropLast().joined(separator: ", ")) and \(last)"
    }
}

extension Int {
    /// The number with a noun: `1 read`, `3 reads`.
    func of(_ noun: String) -> String { self == 1 ? "1 \(noun)" : "\(self) \(noun)s" }
}
