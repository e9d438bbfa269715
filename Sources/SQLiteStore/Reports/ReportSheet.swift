import CallDomain
import GRDB
import GRDBSQLite

/// What a window's observations, repeats and reads come to, read in one pass: how many there are of each sort, in which
/// step of the window. Dozens of figures and series count the same rows, and each pass over a month of them takes seconds.
/// What a figure counts stays said in one place, ``FigureSource``: its conditions are asked of the sorts.
struct ReportSheet {
    /// The figures that can be told from sorts, by step.
    private(set) var numbers: [FigureID: [Int]] = [:]
    /// The changes of each agent's calls.
    private(set) var agents: [AgentID?: (byWebhook: [Int], byRead: [Int])] = [:]
    /// How long webhooks took, in all and by step.
    private(set) var latency = LatencyHistogram()
    private(set) var latencies: [LatencyHistogram]
    /// How many calls came to an end.
    private(set) var finished = 0

    /// The tables with the columns that tell sorts apart; NULL in place of those that a table lacks.
    private static let tables: [(part: FigureSource.Part, columns: [String])] = [
        (
            .observed,
            [
                "source", "trust", "standing", "outcome", "is_known_status", "NULL", "NULL", "rule", "NULL",
                "status_after",
            ]
        ),
        (
            .repeated,
            ["source", "trust", "NULL", "outcome", "is_known_status", "NULL", "NULL", "NULL", "NULL", "status_after"]
        ),
        (
            .read,
            [
                "source", "NULL", "NULL", "outcome", "NULL", "is_audit", "is_missed_webhook", "NULL", "NULL",
                "status_after",
            ]
        ),
        (.tallied(.request), ["NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "name", "NULL"]),
    ]
    private static let names = [
        "source", "trust", "standing", "outcome", "is_known_status", "is_audit", "is_missed_webhook", "rule",
        "name", "status_after",
    ]

    /// The rows that figures count alike.
    private struct Sort: Hashable {
        var table: Int
        var step: Int64
        /// The numbers of the columns that are numbers, a byte each: 255 for NULL.
        var numbers: UInt64
        var rule: String?
        var name: String?
        var statusAfter: String?
        /// The place of the agent among those that were met; -1 where nothing changed.
        var agent: Int
    }

    /// The figures that can be told from sorts.
    static let figures = FigureID.all.filter { id in
        let source = FigureSource.source(of: id)
        // These ask for more than sorts tell.
        let others: [FigureID.Kind] = [.webhookLatency, .healingLatency, .budgetUsed]
        return !source.countsCalls && !others.contains(id.kind)
            && source.parts.allSatisfy { part in tables.contains { $0.part.isOfSameRows(as: part) } }
    }

    /// Reads the rows of a query's window.
    ///
    /// - Parameters:
    ///   - arguments: the values of those parameters that a statement names.
    init(
        _ query: ReportQuery, db: Database,
        arguments: @escaping (_ sql: String, _ more: [String: Int64]) -> StatementArguments
    ) throws {
        latencies = Array(repeating: LatencyHistogram(), count: query.steps)
        var reader = RowReader(db: db, query: query, arguments: arguments)
        try reader.read(into: &latency, &latencies)
        finished = reader.finished.count
        try count(reader, query: query, db: db)
    }

    /// Asks the conditions of all figures of the sorts.
    private mutating func count(_ reader: RowReader, query: ReportQuery, db: Database) throws {
        let none = Array(repeating: 0, count: query.steps)
        let read = Source.allCases.filter(\.isFullRead)
            .compactMap { FigureID(.changesBySource, part: $0.word) }
        let webhook = [FigureID(.changesBySource, part: Source.webhook.word)].compactMap { $0 }
        let chosen = Self.figures.map { Self.choice(of: [$0]) } + [Self.choice(of: webhook), Self.choice(of: read)]
        let sums = chosen.map { "ifnull(sum(count) FILTER (WHERE \($0)), 0)" }.joined(separator: ", ")
        let columns = (["\"table\"", "step", "agent", "count"] + Self.names).enumerated()
            .map { "json_extract(value, '$[\($0.offset)]') AS \($0.element)" }.joined(separator: ", ")
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: "SELECT step, agent, \(sums) FROM (SELECT \(columns) FROM json_each(?)) GROUP BY step, agent"),
            arguments: [reader.json])
        numbers = Dictionary(uniqueKeysWithValues: Self.figures.map { ($0, none) })
        while let row = try rows.next() {
            let (step, agent): (Int, Int) = (try row.value(0), try row.value(1))
            guard none.indices.contains(step) else { continue }
            for (place, figure) in Self.figures.enumerated() { numbers[figure]?[step] += try row.value(2 + place) }
            guard agent >= 0 else { continue }
            let name = reader.agents[agent].map(AgentID.init(rawValue:))
            let (byWebhook, byRead): (Int, Int) = (
                try row.value(2 + Self.figures.count), try row.value(3 + Self.figures.count)
            )
            guard byWebhook + byRead > 0 else { continue }
            agents[name, default: (none, none)].byWebhook[step] += byWebhook
            agents[name, default: (none, none)].byRead[step] += byRead
        }
    }

    /// Which sorts figures count.
    private static func choice(of figures: [FigureID]) -> String {
        figures.flatMap { FigureSource.source(of: $0).parts }.map { part in
            let table = tables.firstIndex { $0.part.isOfSameRows(as: part) } ?? -1
            return "(" + (["\"table\" = \(table)"] + part.choice).joined(separator: " AND ") + ")"
        }.joined(separator: " OR ")
    }

    /// Reads rows one by one: GRDB's own cursors box each value, which takes longer than all the rest.
    private struct RowReader {
        let db: Database
        let query: ReportQuery
        let arguments: (_ sql: String, _ more: [String: Int64]) -> StatementArguments
        private(set) var sorts: [Sort: Int] = [:]
        private(set) var finished = RowSet()
        /// The agents that were met, nil for calls whose agent is not known.
        private(set) var agents: [String?] = []
        private var places: [String?: Int] = [:]
        private var agentOfCall: [Int64: Int] = [:]
        /// Calls whose agent is kept; one more, and all are asked for again.
        private static let mostAgentsKept = 65_536

        init(
            db: Database, query: ReportQuery,
            arguments: @escaping (_ sql: String, _ more: [String: Int64]) -> StatementArguments
        ) {
            (self.db, self.query, self.arguments) = (db, query, arguments)
        }

        mutating func read(into latency: inout LatencyHistogram, _ latencies: inout [LatencyHistogram]) throws {
            let agent = try StepThrough(
                db, FigureSource.Part.agentThen, arguments(FigureSource.Part.agentThen, ["call": 0]))
            // Rows that know no call know no agent either.
            let tables = ReportSheet.tables.enumerated().filter { query.agent == nil || $0.element.part.call != nil }
            for (number, (part, columns)) in tables {
                let ended = Self.condition(of: FigureID(.finished), in: part)
                let told = Self.condition(of: FigureID(.webhookLatency, part: "count"), in: part)
                let span = told == "FALSE" ? "NULL" : "iif(\(told), delivered_at - stated_at, NULL)"
                let sql = """
                    SELECT (\(part.at) - :from) / :step, \(part.call ?? "0"), \(part.count), \(ended), \(span),
                        \(columns.joined(separator: ", "))
                    FROM \(part.from(isForAgent: false))
                    """
                let rows = try StepThrough(db, sql, arguments(sql, ["step": query.step.microseconds]))
                while let row = try rows.next() {
                    let statusAfter: String? = try row.value(14)
                    let call: Int64 = try row.value(1)
                    var place = -1
                    if statusAfter != nil || query.agent != nil { place = try self.agent(of: call, agent) }
                    if let wanted = query.agent, agents[place] != wanted.rawValue { continue }
                    let step: Int64 = try row.value(0)
                    var packed: UInt64 = 0
                    for column in 5..<12 {
                        packed = packed << 8 | UInt64(UInt8(truncatingIfNeeded: try row.value(column) ?? 255))
                    }
                    let sort = Sort(
                        table: number, step: step, numbers: packed, rule: try row.value(12), name: try row.value(13),
                        statusAfter: statusAfter,
                        agent: statusAfter == nil ? -1 : place)
                    sorts[sort, default: 0] += Int(clamping: try row.value(2) as Int64)
                    if try row.value(3) == Int64(1) { finished.insert(call) }
                    if let span: Int64 = try row.value(4) {
                        latency.record(.microseconds(span))
                        if let step = Int(exactly: step), latencies.indices.contains(step) {
                            latencies[step].record(.microseconds(span))
                        }
                    }
                }
            }
        }

        /// The condition of a figure on rows of a table, as far as it counts any of it.
        private static func condition(of figure: FigureID?, in table: FigureSource.Part) -> String {
            let parts = figure.map { FigureSource.source(of: $0).parts } ?? []
            let conditions = parts.filter { $0.table == table.table }.map { part in
                "(" + part.choice.joined(separator: " AND ") + ")"
            }
            return conditions.isEmpty ? "FALSE" : conditions.joined(separator: " OR ")
        }

        private mutating func agent(of call: Int64, _ statement: StepThrough) throws -> Int {
            if let known = agentOfCall[call] { return known }
            let name = try statement.first(call: call)
            let place = places[name] ?? agents.count
            if place == agents.count {
                agents.append(name)
                places[name] = place
            }
            if agentOfCall.count >= Self.mostAgentsKept { agentOfCall.removeAll(keepingCapacity: true) }
            agentOfCall[call] = place
            return place
        }

        /// The sorts as `json_each` takes them.
        var json: String {
            func text(_ value: String?) -> String {
                guard let value else { return "null" }
                let escaped = value.unicodeScalars.map { scalar in
                    scalar == "\"" || scalar == "\\" || scalar.value < 0x20
                        ? "\\u" + String(repeating: "0", count: scalar.value < 16 ? 3 : 2)
                            + String(scalar.value, radix: 16)
                        : String(scalar)
                }
                return "\"\(escaped.joined())\""
            }
            let rows = sorts.map { sort, count in
                let numbers = (0..<7).map { place in
                    let number = sort.numbers >> UInt64(8 * (6 - place)) & 0xFF
                    return number == 255 ? "null" : String(number)
                }
                let cells =
                    [String(sort.table), String(sort.step), String(sort.agent), String(count)] + numbers
                    + [text(sort.rule), text(sort.name), text(sort.statusAfter)]
                return "[\(cells.joined(separator: ","))]"
            }
            return "[\(rows.joined(separator: ","))]"
        }
    }
}

/// The rows of a statement, one after the other, read as they are.
final class StepThrough {
    private let db: Database
    private let statement: GRDB.Statement
    private let place: Int32

    /// Prepares a statement and binds its values; `:call` is bound anew by ``first(call:)``.
    init(_ db: Database, _ sql: String, _ arguments: StatementArguments) throws {
        self.db = db
        statement = try db.makeStatement(sql: sql)
        try statement.setArguments(arguments)
        place = unsafe sqlite3_bind_parameter_index(statement.sqliteStatement, ":call")
    }

    /// The next row, of use until the one after it; nil at the end.
    func next() throws -> HotRow? {
        let code = unsafe sqlite3_step(statement.sqliteStatement)
        switch code {
        case SQLITE_ROW: return unsafe HotRow(statement: statement.sqliteStatement)
        case SQLITE_DONE: return nil
        default:
            let message = unsafe sqlite3_errmsg(db.sqliteConnection).map { unsafe String(cString: $0) }
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
    }

    /// The text in the first row for a call; nil without any.
    func first(call: Int64) throws -> String? {
        defer { unsafe sqlite3_reset(statement.sqliteStatement) }
        unsafe sqlite3_bind_int64(statement.sqliteStatement, place, call)
        return try next()?.value(0)
    }
}
