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
        let spans = try histograms(.webhookLatency)
        let latencies = [
            ReconciliationReport.Latency(kind: .webhookLatency, histogram: spans.all),
            ReconciliationReport.Latency(kind: .healingLatency, histogram: try histograms(.healingLatency).all),
        ]
        let figures = try FigureID.all.filter { isTold($0) }.map { id in
            ReconciliationReport.Figure(id: id, value: try value(of: id, latencies: latencies))
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
            latencies: latencies, series: try series(latencies: spans.byStep), incidents: incidents, names: try names())
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

    private func value(of id: FigureID, latencies: [ReconciliationReport.Latency]) throws -> Int? {
        if let histogram = latencies.first(where: { $0.kind == id.kind })?.histogram {
            guard let share = LatencyHistogram.quantiles.first(where: { $0.name == id.part })?.share else {
                return histogram.count
            }
            return histogram.quantile(share).map { Int($0.microseconds / 1_000) }
        }
        let sql = FigureSource.source(of: id).valueSQL(isForAgent: isForAgent)
        return try Int.fetchOne(db.cachedStatement(sql: sql), arguments: arguments(of: sql))
    }

    /// The latencies of a kind, in all and by step of the window.
    private func histograms(
        _ kind: FigureID.Kind
    ) throws -> (all: LatencyHistogram, byStep: [LatencyHistogram]) {
        var all = LatencyHistogram()
        var byStep = Array(repeating: LatencyHistogram(), count: query.steps)
        let id = FigureID(kind, part: "count") ?? FigureID(kind)
        for part in FigureSource.source(of: id).parts {
            let span = kind == .webhookLatency ? "delivered_at - stated_at" : "received_at - ifnull(stated_at, due_at)"
            let sql = "SELECT \(span), (\(part.at) - :from) / :step FROM \(part.from(isForAgent: isForAgent))"
            let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: stepArguments(of: sql))
            while let row = try rows.next() {
                let (span, step) = (Duration.microseconds(try row.value(0) as Int64), try row.value(1) as Int)
                all.record(span)
                if byStep.indices.contains(step) { byStep[step].record(span) }
            }
        }
        return (all, byStep)
    }

    private func series(latencies: [LatencyHistogram]) throws -> ReconciliationReport.Series {
        let webhook = [FigureID(.changesBySource, part: Source.webhook.word)]
        let reads = Source.allCases.filter(\.isFullRead).map { FigureID(.changesBySource, part: $0.word) }
        let others = Source.allCases.filter { !$0.isFullRead && $0 != .webhook }
            .map { FigureID(.changesBySource, part: $0.word) }
        let tellsRequests = isTold(FigureID(.requests))
        var series = ReconciliationReport.Series(
            step: query.step, byWebhook: try steps(Self.parts(of: webhook)), byRead: try steps(Self.parts(of: reads)),
            byOther: try steps(Self.parts(of: others)),
            requests: tellsRequests ? try steps(FigureSource.source(of: FigureID(.requests))) : [])
        if tellsRequests {
            series.requestsByBudget = try RequestBudget.allCases.map {
                try steps(FigureSource(rows: .requests(of: $0)))
            }
        }
        series.missed = try steps(FigureSource.source(of: FigureID(.missedWebhooks)))
        series.healed = try steps(FigureSource.source(of: FigureID(.healed)))
        series.latency = latencies.map { ReconciliationReport.Series.Latency($0) }
        series.agents = try agents(byWebhook: Self.parts(of: webhook), byRead: Self.parts(of: reads))
        return series
    }

    private static func parts(of ids: [FigureID?]) -> FigureSource {
        FigureSource(ids.compactMap { $0 }.flatMap { FigureSource.source(of: $0).parts })
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

    /// The changes of each agent's calls, by the agents that calls had at the position.
    private func agents(
        byWebhook: FigureSource, byRead: FigureSource
    ) throws -> [ReconciliationReport.Series.Agent] {
        typealias Agent = ReconciliationReport.Series.Agent
        let none = Array(repeating: 0, count: query.steps)
        var agents: [AgentID?: Agent] = [:]
        let columns: [(FigureSource, WritableKeyPath<Agent, [Int]>)] = [
            (byWebhook, \.byWebhook), (byRead, \.byRead),
        ]
        for (source, numbers) in columns {
            let sql = source.agentSeriesSQL(isForAgent: isForAgent)
            for row in try Row.fetchAll(db.cachedStatement(sql: sql), arguments: stepArguments(of: sql)) {
                let agent = (try row.value(0) as String?).map(AgentID.init(rawValue:))
                let step: Int = try row.value(1)
                guard none.indices.contains(step) else { continue }
                agents[agent, default: Agent(agent: agent, byWebhook: none, byRead: none)][keyPath: numbers][step] +=
                    try row.value(2)
            }
        }
        let sorted = agents.values.sorted {
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
