package import CallDomain
import GRDB

extension SQLiteStore {
    /// The positions of the journal that reports can be computed at.
    package func reportPositions() throws(StoreError) -> ClosedRange<Int64> {
        try read { db in try Self.reportPositions(db) }
    }

    /// The reconciliation report of a window, all figures of one snapshot.
    package func report(_ query: ReportQuery) throws(StoreError) -> ReconciliationReport {
        try read { db in try ReportComputation(query, db: db).report() }
    }

    /// One page of what a figure counts.
    package func reportItems(
        _ query: ReportQuery, figure: FigureID, after: ReportCursor?, limit: Int
    ) throws(StoreError) -> ReportPage {
        try read { db in
            var query = query
            query.asOf = after?.asOf ?? query.asOf
            return try ReportComputation(query, db: db)
                .page(of: figure, after: after, limit: min(max(limit, 1), ReportPage.mostItems))
        }
    }

    static func reportPositions(_ db: Database) throws -> ClosedRange<Int64> {
        guard let row = try Row.fetchOne(db.cachedStatement(sql: "SELECT reports_since, position FROM meta")) else {
            return 0...0
        }
        let since: Int64 = try row.value(0)
        return since...max(since, try row.value(1))
    }
}

/// Computes a report, or the list of a figure, at one position.
struct ReportComputation {
    let db: Database
    let query: ReportQuery
    let position: Int64
    private let asOf: Timestamp?
    private let journalBegins: Timestamp?

    init(_ query: ReportQuery, db: Database) throws {
        self.db = db
        self.query = query
        let positions = try SQLiteStore.reportPositions(db)
        let position = query.asOf ?? positions.upperBound
        self.position = position
        guard positions.contains(position) else {
            throw StoreError(
                kind: .outOfReach,
                message: "Reports can be computed as of positions \(positions.lowerBound) to \(positions.upperBound).")
        }
        let reach = try Int64.fetchOne(db.cachedStatement(sql: "SELECT reports_from FROM meta"))
        if let reach, query.from.rawValue < reach {
            throw StoreError(
                kind: .outOfReach,
                message:
                    "Reports reach back to \(Timestamp(rawValue: reach).iso8601()): the window must begin there or later."
            )
        }
        func mark(_ order: String) throws -> Timestamp? {
            try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT at FROM marks WHERE position <= ? ORDER BY position \(order) LIMIT 1"),
                arguments: [position]
            ).map(Timestamp.init(rawValue:))
        }
        asOf = try mark("DESC")
        journalBegins = try mark("ASC")
    }

    private var isForAgent: Bool { query.agent != nil }

    func report() throws -> ReconciliationReport {
        let sheet = try ReportSheet(query, db: db, arguments: { arguments(of: $0, with: $1) })
        let latencies = [
            ReconciliationReport.Latency(kind: .webhookLatency, histogram: sheet.latency),
            ReconciliationReport.Latency(kind: .healingLatency, histogram: try healingLatency()),
        ]
        let once = Once(ends: try ends(), rules: try overdueByRule(), budgets: try busiestMinutes())
        let figures = try FigureID.all.filter { isTold($0) }.map { id in
            ReconciliationReport.Figure(
                id: id, value: try value(of: id, latencies: latencies, once: once, sheet: sheet))
        }
        let incidents = try incidents()
        let withoutToken = try withoutToken()
        func count(_ kind: FigureID.Kind) -> Int { figures.first { $0.id == FigureID(kind) }?.value ?? 0 }
        var facts = ReportCoverage.Facts(
            query: query, asOf: asOf, journalBegins: journalBegins, incidents: incidents,
            withoutToken: withoutToken, changes: count(.changes), deliveries: count(.deliveries),
            isAccountKnown: try withoutToken != nil || !incidents.isEmpty
                || figures.contains { ($0.value ?? 0) > 0 }
                || isAccountKnown(), forgotten: try forgotten())
        facts.deletedThrough = try SQLiteStore.deletedThrough(db, account: query.account)
        let coverage = ReportCoverage(facts)
        return ReconciliationReport(
            query: query, position: position, asOf: asOf, coverage: coverage, figures: figures,
            leftOut: try leftOut(),
            latencies: latencies, series: try series(sheet), incidents: incidents, names: try names())
    }

    /// Whether any call of the account had become known.
    private func isAccountKnown() throws -> Bool {
        let sql = "SELECT EXISTS (SELECT 1 FROM calls WHERE account = :account AND born_position <= :position)"
        return try Bool.fetchOne(db.cachedStatement(sql: sql), arguments: arguments(of: sql)) ?? false
    }

    /// What the figures do not tell, in sentences.
    private func leftOut() throws -> [String] {
        guard !isForAgent else {
            return [
                "Requests to Bolna's API, refused deliveries and new names are counted by account, not by agent: they "
                    + "are left out."
            ]
        }
        return try Tally.Kind.names.compactMap { kind in
            let others = FigureSource.Part.tallied(kind).with("name = '\(Tally.otherNames)'")
            let sql = FigureSource(rows: others).valueSQL(isForAgent: false)
            let count = try Int.fetchOne(db.cachedStatement(sql: sql), arguments: arguments(of: sql)) ?? 0
            guard count > 0 else { return nil }
            return "More than \(Tally.mostNames) names of the kind \(kind.rawValue) are known: further ones were seen "
                + "\(count) times, and which of them are new is not told."
        }
    }

    /// A page of a figure's list.
    func page(of figure: FigureID, after: ReportCursor?, limit: Int) throws -> ReportPage {
        guard isTold(figure) else { return ReportPage(position: position, items: [], next: nil) }
        let sql = FigureSource.source(of: figure).listSQL(isForAgent: isForAgent)
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: sql),
            arguments: arguments(
                of: sql,
                with: [
                    "afterTime": after?.at.rawValue ?? .min, "afterPosition": after?.position ?? .min,
                    "afterNumber": after?.number ?? .min, "limit": Int64(limit + 1),
                ]))
        let items = try rows.prefix(limit).map { row in
            ReportItem(
                execution: (try row.value(0) as String?).map(ExecutionID.init(rawValue:)),
                call: (try row.value(1) as String?).map(CallID.init(rawValue:)),
                at: Timestamp(rawValue: try row.value(2)), position: try row.value(3), detail: try row.value(5),
                count: try row.value(6))
        }
        guard rows.count > limit, let last = items.last else {
            return ReportPage(position: position, items: items, next: nil)
        }
        let next = ReportCursor(
            asOf: position, at: last.at, position: last.position, number: try rows[limit - 1].value(4))
        return ReportPage(position: position, items: items, next: next)
    }

    /// Whether the figure can be told for the query.
    private func isTold(_ id: FigureID) -> Bool { !isForAgent || FigureSource.source(of: id).knowsAgents }

    /// What all parts of a figure are told of in one go, by part.
    private struct Once {
        var ends: [Int: Int]
        var rules: [String: Int]
        var budgets: [String: Int]
    }

    private func value(
        of id: FigureID, latencies: [ReconciliationReport.Latency], once: Once, sheet: ReportSheet
    ) throws -> Int? {
        if let histogram = latencies.first(where: { $0.kind == id.kind })?.histogram {
            guard let share = LatencyHistogram.quantiles.first(where: { $0.name == id.part })?.share else {
                return histogram.count
            }
            return histogram.quantile(share).map { Int($0.microseconds / 1_000) }
        }
        if let steps = sheet.numbers[id] { return steps.reduce(0, +) }
        if id.kind == .finished { return sheet.finished }
        if id.kind == .callsByEnd {
            let source = Source.allCases.first { $0.word == id.part }
            return once.ends[source.map { Int($0.rawValue) } ?? FigureSource.openEnd] ?? 0
        }
        if id.kind == .overdueByRule { return id.part.flatMap { once.rules[$0] } ?? 0 }
        if id.kind == .budgetUsed { return id.part.flatMap { once.budgets[$0] } ?? 0 }
        return try plainValue(of: id)
    }

    /// A figure's value by a statement of its own, as its list is.
    func plainValue(of id: FigureID) throws -> Int? {
        let sql = FigureSource.source(of: id).valueSQL(isForAgent: isForAgent)
        return try Int.fetchOne(db.cachedStatement(sql: sql), arguments: arguments(of: sql))
    }

    /// The calls that became known in the window, by what told their end.
    private func ends() throws -> [Int: Int] {
        let calls = FigureSource.Part.born.from(isForAgent: isForAgent)
        let sql = "SELECT \(FigureSource.ender) AS ender, count(*) FROM \(calls) GROUP BY ender"
        let rows = try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments(of: sql))
        return try rows.reduce(into: [:]) { ends, row in ends[try row.value(0)] = try row.value(1) }
    }

    /// The calls that were overdue at the position, by the rule that expected something of them.
    private func overdueByRule() throws -> [String: Int] {
        let parts = FigureSource.source(of: FigureID(.overdue)).parts.map { part in
            "SELECT \(part.detail) AS rule, \(part.call ?? "NULL") AS call FROM \(part.from(isForAgent: isForAgent))"
        }
        let sql = "SELECT rule, count(DISTINCT call) FROM (\(parts.joined(separator: " UNION ALL "))) GROUP BY rule"
        let rows = try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments(of: sql))
        return try rows.reduce(into: [:]) { rules, row in
            if let rule: String = try row.value(0) { rules[rule] = try row.value(1) }
        }
    }

    /// The most requests of a minute, by the budget that paid for them.
    private func busiestMinutes() throws -> [String: Int] {
        guard !isForAgent else { return [:] }
        let sums = RequestBudget.allCases.map { budget in
            let choice = FigureSource.Part.requests(of: budget).choice.joined(separator: " AND ")
            return "sum(count) FILTER (WHERE \(choice)) AS \"\(budget.word)\""
        }
        let requests = FigureSource.Part.tallied(.request).from(isForAgent: false)
        let most = RequestBudget.allCases.map { "ifnull(max(\"\($0.word)\"), 0)" }.joined(separator: ", ")
        let sql = """
            SELECT \(most) FROM (
                SELECT \(sums.joined(separator: ", ")) FROM \(requests) GROUP BY at / 60000000)
            """
        guard let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: arguments(of: sql)) else {
            return [:]
        }
        return try RequestBudget.allCases.enumerated().reduce(into: [:]) { most, budget in
            most[budget.element.word] = try row.value(budget.offset)
        }
    }

    private func healingLatency() throws -> LatencyHistogram {
        var histogram = LatencyHistogram()
        let id = FigureID(.healingLatency, part: "count") ?? FigureID(.healingLatency)
        for part in FigureSource.source(of: id).parts {
            let sql = "SELECT received_at - ifnull(stated_at, due_at) FROM \(part.from(isForAgent: isForAgent))"
            let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: arguments(of: sql))
            while let row = try rows.next() { histogram.record(.microseconds(try row.value(0) as Int64)) }
        }
        return histogram
    }

    private func series(_ sheet: ReportSheet) throws -> ReconciliationReport.Series {
        let tellsRequests = isTold(FigureID(.requests))
        func changes(by isMeant: (Source) -> Bool) -> [Int] {
            sum(
                of: Source.allCases.filter(isMeant).compactMap { FigureID(.changesBySource, part: $0.word) }, in: sheet)
        }
        var series = ReconciliationReport.Series(
            step: query.step, byWebhook: changes { $0 == .webhook }, byRead: changes { $0.isFullRead },
            byOther: changes { !$0.isFullRead && $0 != .webhook },
            requests: tellsRequests ? sheet.numbers[FigureID(.requests)] ?? [] : [])
        if tellsRequests {
            series.requestsByBudget = RequestBudget.allCases.map { budget in
                sum(of: Tally.endpoints(of: budget).compactMap { FigureID(.requestsByEndpoint, part: $0) }, in: sheet)
            }
        }
        series.missed = sheet.numbers[FigureID(.missedWebhooks)] ?? []
        series.healed = try steps(FigureSource.source(of: FigureID(.healed)))
        series.latency = sheet.latencies.map { ReconciliationReport.Series.Latency($0) }
        series.agents = agents(sheet)
        return series
    }

    private func sum(of figures: [FigureID], in sheet: ReportSheet) -> [Int] {
        figures.reduce(Array(repeating: 0, count: query.steps)) { sums, figure in
            zip(sums, sheet.numbers[figure] ?? []).map { $0 + $1 }
        }
    }

    private func steps(_ source: FigureSource) throws -> [Int] {
        var numbers = Array(repeating: 0, count: query.steps)
        let sql = source.seriesSQL(isForAgent: isForAgent)
        for row in try Row.fetchAll(db.cachedStatement(sql: sql), arguments: stepArguments(of: sql)) {
            let step: Int = try row.value(0)
            if numbers.indices.contains(step) { numbers[step] += try row.value(1) }
        }
        return numbers
    }

    /// The agents with the most changes, by the agents that calls had at the position.
    private func agents(_ sheet: ReportSheet) -> [ReconciliationReport.Series.Agent] {
        let agents = sheet.agents.map { agent, steps in
            ReconciliationReport.Series.Agent(agent: agent, byWebhook: steps.byWebhook, byRead: steps.byRead)
        }
        let sorted = agents.sorted {
            ($1.total, $0.agent?.rawValue ?? "") < ($0.total, $1.agent?.rawValue ?? "")
        }
        return Array(sorted.prefix(ReconciliationReport.Series.mostAgents))
    }

    private func stepArguments(of sql: String) -> StatementArguments {
        arguments(of: sql, with: ["step": query.step.microseconds])
    }

    private func withoutToken() throws -> ClosedRange<Timestamp>? {
        let sql =
            "SELECT min(at), max(at) FROM "
            + FigureSource.Part.tallied(.withoutToken).from(isForAgent: false)
        guard let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: arguments(of: sql)),
            let first = try row.value(0) as Int64?, let last = try row.value(1) as Int64?
        else { return nil }
        return Timestamp(rawValue: first)...Timestamp(rawValue: last)
    }

    private func names() throws -> [ReconciliationReport.NewName] {
        guard !isForAgent else { return [] }
        return try Tally.Kind.names.flatMap { kind in
            let named = FigureSource.Part.named(kind).from(isForAgent: false)
            let tallied = FigureSource.Part.tallied(kind).from(isForAgent: false)
            let sql = """
                SELECT name, first_at, (SELECT ifnull(sum(count), 0) FROM (SELECT name AS counted, count FROM \(tallied))
                    WHERE counted = name)
                FROM \(named) ORDER BY first_at, id LIMIT \(Tally.mostNames)
                """
            return try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments(of: sql)).map { row in
                ReconciliationReport.NewName(
                    kind: kind, name: try row.value(0), firstSeenAt: Timestamp(rawValue: try row.value(1)),
                    count: try row.value(2))
            }
        }
    }

    /// The values of those parameters that a statement names.
    private func arguments(of sql: String, with more: [String: Int64] = [:]) -> StatementArguments {
        var all: [String: (any DatabaseValueConvertible)?] = more.mapValues { $0 }
        all["account"] = query.account.rawValue
        all["agent"] = query.agent?.rawValue
        all["from"] = query.from.rawValue
        all["to"] = query.to.rawValue
        all["now"] = (asOf ?? .distantPast).rawValue
        all["position"] = position
        return StatementArguments(all.filter { sql.contains(":" + $0.key) })
    }
}
