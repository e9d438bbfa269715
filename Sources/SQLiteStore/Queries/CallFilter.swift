import CallDomain
import Foundation
import GRDB

/// The conditions of a list of calls. What outsiders give is bound, never part of the text.
struct CallFilter {
    private(set) var conditions: [String]
    private(set) var arguments: StatementArguments
    /// What holds of one of the two numbers, each with the index it is found by; empty: nothing is asked of them.
    private(set) var sides: [Side] = []
    /// What is known of the text that is searched for; nil where none is.
    private(set) var finding: TextFinding?
    /// Whether the rows of the calls are among the conditions, and they are to be read by these.
    private(set) var namesRows = false
    /// Whether so few calls have one of the statuses that these come before an agent.
    private var hasFewOfStatuses = false
    private let query: CallQuery

    /// A condition with the index that finds what meets it.
    struct Side {
        /// The index.
        var index: String
        /// The condition, beside those of the filter.
        var condition: String
        /// Its values.
        var arguments: StatementArguments
    }

    /// The calls of an account that clients see, under a query's conditions.
    init(account: AccountID, query: CallQuery) {
        self.query = query
        conditions = ["calls.account = ?", "status IS NOT NULL", "born_at IS NOT NULL", "erased_at IS NULL"]
        arguments = [account.rawValue]
        if !query.statuses.isEmpty {
            let words = query.statuses.map(\.word).sorted()
            // The sign keeps SQLite from reading all calls of some statuses before it puts them in order.
            conditions.append("+status IN (\(words.map { _ in "?" }.joined(separator: ", ")))")
            arguments += StatementArguments(words)
        }
        if let agent = query.agent { add("agent = ?", agent.rawValue) }
        if let number = query.number {
            let digits = number.digits ?? ""
            // Without the sign SQLite would put the value into the index's expression as well, and then not know it.
            addNumber(digits) { "+\($0) = ?" }
        }
        if let end = query.numberEnd {
            let digits = end.digits ?? ""
            addNumber(digits) { "substr(\($0), -\(digits.utf8.count)) = ?" }
        }
        if let from = query.from { add("created_at >= ?", from.rawValue) }
        if let to = query.to { add("created_at < ?", to.rawValue) }
        if let lead = query.lead { add("lead = ?", String(lead.unicodeScalars.prefix(StoreBounds.longestLabel))) }
        if query.hasRecording { add("has_recording = 1") }
        if let time = query.overdueAt { add("next_due_at <= ?", time.rawValue) }
        if let text = query.text {
            let term = Self.term(text)
            if term.unicodeScalars.count < TextIndex.gramLength { limit(to: CallQuery.mostForShortText) }
            add(
                "EXISTS (SELECT 1 FROM call_texts WHERE call_texts.call = calls.id AND instr(call_texts.text, ?) > 0)",
                term)
        }
    }

    /// The same, with what the index of texts tells of the term that is searched for, or told for the page before.
    init(account: AccountID, query: CallQuery, in db: Database) throws {
        var query = query
        let finding = try query.text.map { try query.finding ?? TextSearch.look(for: Self.term($0), in: db) }
        if case .found = finding { query.text = nil }
        self.init(account: account, query: query)
        self.finding = finding
        if !query.statuses.isEmpty, query.agent != nil || query.hasRecording {
            let count = try CallCounts.total(
                db, account: account, statuses: query.statuses, hasRecording: query.hasRecording)
            if count == 0 { add("FALSE") }
            hasFewOfStatuses = count <= StoreBounds.fewCalls && !query.hasRecording
        }
        switch finding {
        case .found(let rows):
            namesRows = true
            add("calls.id IN (SELECT value FROM json_each(?))", TextSearch.list(rows))
        case .among(let rows, let blocks):
            // The signs keep SQLite from reading all of them before it puts them in order. A block may have been indexed
            // since, or changed since.
            add("(+calls.id IN (SELECT value FROM json_each(?)) OR \(Self.notIndexed))", TextSearch.list(rows))
            arguments += [TextSearch.list(blocks)]
        case .anywhere, nil: break
        }
    }

    private static let notIndexed = """
        calls.id / \(TextIndex.blockSize) IN (
            SELECT value FROM json_each(?) UNION ALL SELECT block FROM text_blocks WHERE changed_at IS NOT NULL)
        """

    /// A text as it is searched for.
    private static func term(_ text: String) -> String { String(text.prefix(StoreBounds.longestSearch)).caseFolded }

    /// Lets through only the newest of the calls that meet the conditions so far.
    private mutating func limit(to count: Int) {
        let newest = "SELECT id FROM calls WHERE \(sql) ORDER BY created_at DESC, call_id DESC LIMIT \(count)"
        let values = sqlArguments
        conditions.append("calls.id IN (\(newest))")
        arguments += values
    }

    /// Asks that one of the numbers has these last digits, which the index knows, and meets a condition about them all.
    private mutating func addNumber(_ digits: String, _ condition: (_ column: String) -> String) {
        let end = String(digits.suffix(CallQuery.fewestEndDigits))
        sides = ["from", "to"].map { side in
            let column = "\(side)_digits"
            return Side(
                index: "calls_by_\(side)_end",
                condition: "\(column) IS NOT NULL AND substr(\(column), -4) = ? AND \(condition(column))",
                arguments: [end, digits])
        }
    }

    /// How the newest calls are found.
    enum Way {
        /// By the rows that are named.
        case rows
        /// In the order of an index.
        case index(String)
        /// The newest of each side, then the newest of these.
        case sides([Side])
    }

    /// How the newest calls are found without looking at more than are of use.
    var way: Way {
        if !sides.isEmpty { return .sides(sides) }
        if namesRows { return .rows }
        if query.lead != nil { return .index("calls_by_lead") }
        if let time = query.overdueAt {
            return .sides([Side(index: "calls_by_due", condition: "next_due_at <= ?", arguments: [time.rawValue])])
        }
        let canSeparate = (1...StoreBounds.mostStatuses).contains(query.statuses.count)
        if canSeparate, query.agent == nil || hasFewOfStatuses {
            return .sides(
                query.statuses.map(\.word).sorted().map { word in
                    Side(index: "calls_by_status", condition: "status = ?", arguments: [word])
                })
        }
        if query.agent != nil { return .index("calls_by_agent") }
        return .index(query.hasRecording ? "calls_with_recording" : "calls_by_creation")
    }

    /// The condition of a `WHERE` over `calls`.
    var sql: String {
        let numbers = sides.isEmpty ? [] : ["(\(sides.map { "(\($0.condition))" }.joined(separator: " OR ")))"]
        return (conditions + numbers).joined(separator: " AND ")
    }

    /// The values of ``sql``.
    var sqlArguments: StatementArguments { sides.reduce(arguments) { $0 + $1.arguments } }

    /// Adds a condition with its values.
    mutating func add(_ condition: String, _ values: any DatabaseValueConvertible...) {
        conditions.append(condition)
        arguments += StatementArguments(values)
    }
}

extension ContentDigest {
    /// As a value of a column.
    var blob: Data { Data(bytes) }
}
