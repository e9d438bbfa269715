/// What a report is asked for: an account, perhaps one agent, a window of time, and the place in the journal up to which
/// it is read.
package struct ReportQuery: Hashable, Sendable {
    /// The account.
    package var account: AccountID
    /// Only calls of this agent; nil for all.
    package var agent: AgentID?
    /// The window's start.
    package var from: Timestamp
    /// The window's end, exclusive.
    package var to: Timestamp
    /// The last position of the journal that is looked at; nil for all there is.
    package var asOf: Int64?

    /// The longest window of a report.
    package static let longestWindow: Duration = .seconds(92 * 86_400)
    /// The window where none was asked for.
    package static let defaultWindow: Duration = .seconds(86_400)

    /// Takes a window as it is.
    package init(account: AccountID, agent: AgentID? = nil, from: Timestamp, to: Timestamp, asOf: Int64? = nil) {
        self.account = account
        self.agent = agent
        self.from = from
        self.to = to
        self.asOf = asOf
    }

    /// Reads what a person or program wrote; every problem is one sentence on what was expected. Times are cut to
    /// milliseconds, as they are printed, so that a window that was printed can be asked for again.
    ///
    /// - Parameters:
    ///   - from: the start, as ``Timestamp/init(reportTime:now:)`` reads it; nil or empty is the default window before
    ///     the end.
    ///   - to: the end; nil or empty is `now`.
    ///   - agent: Bolna's id of an agent; nil or empty is all.
    ///   - asOf: a position; nil or empty is the newest.
    package init(
        account: AccountID, from: String?, to: String?, agent: String?, asOf: String?, now: Timestamp
    ) throws(ReportQueryProblem) {
        let end = (try Self.time(to, name: "to", now: now) ?? now).wholeMilliseconds
        let start =
            try Self.time(from, name: "from", now: now)?.wholeMilliseconds
            ?? end.advanced(by: .zero - Self.defaultWindow)
        guard start < end else {
            throw ReportQueryProblem("from must be before to, but \(start.iso8601()) is not before \(end.iso8601())")
        }
        guard end.duration(since: start) <= Self.longestWindow else {
            throw ReportQueryProblem("the window must be at most 92 days long")
        }
        self.init(
            account: account, agent: agent.flatMap { $0.isEmpty ? nil : AgentID(rawValue: $0) }, from: start, to: end)
        guard let asOf, !asOf.isEmpty else { return }
        guard let position = Int64(asOf), position >= 0 else {
            throw ReportQueryProblem("as-of must be a position of the journal, a whole number such as 1042")
        }
        self.asOf = position
    }

    private static func time(
        _ text: String?, name: String, now: Timestamp
    ) throws(ReportQueryProblem) -> Timestamp? {
        guard let text, !text.isEmpty else { return nil }
        guard let time = Timestamp(reportTime: text, now: now) else {
            throw ReportQueryProblem(
                "\(name) must be a time such as 2026-03-04T09:15:08Z, 2026-03-04, -24h, -7d, today, yesterday or now")
        }
        return time
    }
}

/// What is wrong with what was asked for, in one sentence.
package struct ReportQueryProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was expected.
    package var description: String

    /// Puts a problem together.
    package init(_ description: String) { self.description = description }
}

extension Timestamp {
    /// Reads a time as a report's window states it: ISO 8601; a date, for its beginning in UTC; `now`, `today` and
    /// `yesterday`, for the beginning of those days in UTC; or a span before now such as `-90s`, `-30m`, `-24h`, `-7d`.
    package init?(reportTime text: String, now: Timestamp) {
        switch text {
        case "now": self = now
        case "today": self = now.startOfDay
        case "yesterday": self = now.startOfDay.advanced(by: .seconds(-86_400))
        case _ where text.hasPrefix("-"):
            let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
            guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropFirst().dropLast()),
                (0...100_000_000).contains(count), text.dropFirst().first != "+"
            else { return nil }
            self = now.advanced(by: .seconds(-count * unit))
        default:
            guard let time = Timestamp(iso8601: text) else { return nil }
            self = time
        }
    }

    /// The beginning of its day in UTC.
    private var startOfDay: Timestamp { cut(to: 86_400_000_000) }

    /// The time without what is less than a millisecond.
    fileprivate var wholeMilliseconds: Timestamp { cut(to: 1_000) }

    /// The last multiple of a unit, in microseconds, that is not later.
    private func cut(to unit: Int64) -> Timestamp {
        let rest = rawValue % unit
        let (cut, overflow) = rawValue.subtractingReportingOverflow(rest < 0 ? rest + unit : rest)
        return overflow ? self : Timestamp(rawValue: cut)
    }
}
