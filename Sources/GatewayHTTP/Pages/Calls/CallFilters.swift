import CallDomain

/// Which calls a page lists, as its address says; everything that is set must hold.
struct CallFilters: Sendable {
    /// The parameters in the order in which they stand in addresses.
    static let names = ["status", "agent", "direction", "source", "time", "from", "to", "recording", "overdue", "q"]
    /// The longest value that is taken, in characters.
    static let longestValue = 200

    /// A number in full has at least as many digits; without the scope `reveal` fewer are not searched for, since who
    /// could ask for ends of numbers could find out numbers, one digit after the other.
    static let fewestWholeDigits = 7

    /// The parameters that are there, by name.
    private(set) var values: [String: String] = [:]

    private let statuses: Set<CallStatus>
    private let direction: String?
    private let source: Source?
    /// The time that calls began at or after.
    let from: Timestamp?
    /// The time that calls began before.
    let to: Timestamp?

    /// Groups of statuses that have a word of their own in addresses.
    static let groups: [(word: String, title: String, statuses: [CallStatus])] = [
        ("live", "Live", CallStatus.known.filter { !$0.isFinal }),
        ("unanswered", "Not answered", [.busy, .noAnswer, .canceled, .stopped]),
        ("failing", "Failed", [.failed, .error, .balanceLow]),
    ]

    /// Times that have a word of their own in addresses.
    static let spans: [(word: String, title: String, length: Duration)] = [
        ("1h", "Last hour", .seconds(3_600)), ("24h", "Last 24 hours", .seconds(86_400)),
        ("7d", "Last 7 days", .seconds(7 * 86_400)), ("30d", "Last 30 days", .seconds(30 * 86_400)),
    ]

    /// Reads an address's parameters.
    init(_ parameters: QueryParameters) throws(Problem) {
        for name in Self.names {
            guard let value = parameters.text(name) else { continue }
            guard value.count <= Self.longestValue else {
                throw Problem(.badRequest, "\(name) must have at most \(Self.longestValue) characters.")
            }
            values[name] = value
        }
        statuses = try Self.statuses(values["status"])
        direction = values["direction"]
        for (name, words) in [("direction", ["outbound", "inbound"]), ("recording", ["yes"]), ("overdue", ["yes"])] {
            guard let value = values[name], !words.contains(value) else { continue }
            throw Problem(.badRequest, "\(name) must be \(words.joined(separator: " or ")).")
        }
        if let word = values["source"] {
            source = Source.allCases.first { $0.word == word }
            guard source != nil else {
                let words = Source.allCases.map(\.word).joined(separator: ", ")
                throw Problem(.badRequest, "source must be one of \(words).")
            }
        } else {
            source = nil
        }
        from = try Self.time("from", values["from"])
        to = try Self.time("to", values["to"])
        if let word = values["time"], !Self.spans.contains(where: { $0.word == word }) {
            throw Problem(.badRequest, "time must be one of \(Self.spans.map(\.word).joined(separator: ", ")).")
        }
    }

    private static func statuses(_ text: String?) throws(Problem) -> Set<CallStatus> {
        guard let text else { return [] }
        var statuses: Set<CallStatus> = []
        for word in text.split(separator: ",").map(String.init) {
            if let group = groups.first(where: { $0.word == word }) {
                statuses.formUnion(group.statuses)
            } else if let status = CallStatus(spelling: word) {
                statuses.insert(status)
            }
        }
        guard !statuses.isEmpty else { throw unknownStatus }
        return statuses
    }

    /// The statuses that the gateway does not know: calls may have them all the same.
    var unknownStatuses: Set<CallStatus> { statuses.filter { $0.phase == nil } }

    /// What is said of a status that no call has.
    static let unknownStatus = Problem(
        .badRequest,
        "status must be one of "
            + (groups.map(\.word) + CallStatus.known.map(\.word)).joined(separator: ", ")
            + ", or several of them with commas between, or a status that a call of the account has.")

    /// A time as forms write it, without a zone, which is UTC then.
    private static func time(_ name: String, _ text: String?) throws(Problem) -> Timestamp? {
        guard let text else { return nil }
        let whole = text.count == 10 ? text + "T00:00" : text
        guard
            let time = Timestamp(iso8601: text) ?? Timestamp(iso8601: whole + ":00Z") ?? Timestamp(iso8601: whole + "Z")
        else { throw Problem(.badRequest, "\(name) must be a time such as 2026-03-04T09:15.") }
        return time
    }

    /// Whether all calls are meant.
    var isEmpty: Bool { values.isEmpty }

    /// The agent that is asked for.
    var agent: String? { values["agent"] }

    /// The words that are searched for.
    var search: String? {
        let text = (values["q"] ?? "").drop(while: \.isWhitespace)
        return text.lastIndex { !$0.isWhitespace }.map { String(text[...$0]) }
    }

    /// Whether so little is searched for that it is looked for in the newest calls alone.
    var isShortSearch: Bool { search.map { $0.unicodeScalars.count < CallQuery.fewestTextScalars } ?? false }

    /// Whether digits are searched for, which are those of a number or, where no number ends so, words.
    var isOfDigits: Bool { digits != nil }

    /// The digits that are searched for; nil where words are. Leading zeros of a number in full are those of a way to
    /// dial it at home, and no part of it.
    private var digits: String? {
        guard let search, search.allSatisfy({ "+0123456789 ()-./".contains($0) }) else { return nil }
        let digits = search.filter { $0.isASCII && $0.isNumber }
        guard digits.count >= CallQuery.fewestEndDigits else { return nil }
        return digits.count >= Self.fewestWholeDigits ? String(digits.drop { $0 == "0" }) : digits
    }

    /// Whether words are searched for, which may stand in what was said, or the end of a number.
    var needsReveal: Bool { search != nil && (digits?.count ?? 0) < Self.fewestWholeDigits }

    /// What the store is asked for; the rest is ``admits(_:)``.
    ///
    /// Numbers are found by their end where they may be seen, else in full; `asWords` looks for them in texts instead.
    func query(at now: Timestamp, reveals: Bool, asWords: Bool = false) -> CallQuery {
        var query = CallQuery()
        query.statuses = statuses
        query.agent = agent.map(AgentID.init(rawValue:))
        if let digits, !asWords {
            if reveals { query.numberEnd = digits } else { query.number = digits }
        } else {
            query.text = search
        }
        let span = Self.spans.first { $0.word == values["time"] }
        query.from = from ?? span.map { now.advanced(by: .zero - $0.length) }
        query.to = to
        query.hasRecording = values["recording"] == "yes"
        if values["overdue"] == "yes" { query.overdueAt = now }
        return query
    }

    /// Whether calls must be looked at one by one, since the store has no column for what is asked.
    var looksAtEach: Bool { direction != nil || source != nil }

    /// Whether a call has what the store does not ask for.
    func admits(_ call: VisibleCall) -> Bool {
        if let direction, call.text(.direction)?.lowercased() != direction { return false }
        if let source, call.state.current.statusWinner.observation.source != source { return false }
        return true
    }

    /// The parameters as they stand in addresses.
    var parameters: [(String, String)] { Self.names.compactMap { name in values[name].map { (name, $0) } } }

    /// The list's address.
    func address(_ path: String = "/calls", adding more: [(String, String)] = []) -> String {
        PageText.address(path, parameters + more)
    }

    /// The list's address with other values; nil takes one away.
    func address(changing changes: [String: String?]) -> String {
        var copy = self
        for (name, value) in changes { copy.values[name] = value }
        return copy.address()
    }
}
