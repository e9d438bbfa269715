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
    private let db: Database
    private let query: ReportQuery
    private let position: Int64
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
        let latencies = try [FigureID.Kind.webhookLatency, .healingLatency].map { kind in
            ReconciliationReport.Latency(kind: kind, histogram: try histogram(kind))
        }
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
            latencies: latencies, series: try series(), incidents: incidents, names: try names())
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

    private func histogram(_ kind: FigureID.Kind) throws -> LatencyHistogram {
        var histogram = LatencyHistogram()
        let id = FigureID(kind, part: "count") ?? FigureID(kind)
        for part in FigureSource.source(of: id).parts {
            let span = kind == .webhookLatency ? "delivered_at - stated_at" : "received_at - ifnull(stated_at, due_at)"
            let sql = "SELECT \(span) FROM \(part.from(isForAgent: isForAgent))"
            let spans = try Int64.fetchCursor(db.cachedStatement(sql: sql), arguments: arguments(of: sql))
            while let span = try spans.next() { histogram.record(.microseconds(span)) }
        }
        return histogram
    }

    private func series() throws -> ReconciliationReport.Series {
        let webhook = FigureID(.changesBySource, part: Source.webhook.word)
        let reads = Source.allCases.filter(\.isFullRead).map { FigureID(.changesBySource, part: $0.word) }
        let others = Source.allCases.filter { !$0.isFullRead && $0 != .webhook }
            .map { FigureID(.changesBySource, part: $0.word) }
        return ReconciliationReport.Series(
            step: query.step, byWebhook: try steps([webhook]), byRead: try steps(reads),
            byOther: try steps(others),
            requests: isTold(FigureID(.requests)) ? try steps([FigureID(.requests)]) : [])
    }

    private func steps(_ ids: [FigureID?]) throws -> [Int] {
        var numbers = Array(repeating: 0, count: query.steps)
        let parts = ids.compactMap { $0 }.flatMap { FigureSource.source(of: $0).parts }
        let sql = FigureSource(parts).seriesSQL(isForAgent: isForAgent)
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: sql), arguments: arguments(of: sql, with: ["step": query.step.microseconds]))
        for row in rows {
            let step: Int = try row.value(0)
            if numbers.indices.contains(step) { numbers[step] += try row.value(1) }
        }
        return numbers
    }

    /// The incidents that overlap the window, as they stood at the position.
    private func incidents() throws -> [Incident] {
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: Self.incidentsSQL),
            arguments: ["account": query.account.rawValue, "to": query.to.rawValue, "position": position])
        var newest: [IncidentKey: (order: Int, incident: Incident)] = [:]
        for (number, row) in rows.enumerated() {
            let incident = try Incident(row: row, account: query.account)
            let key = IncidentKey(incident)
            newest[key] = (newest[key]?.order ?? number, incident)
        }
        return newest.values.sorted { ($0.incident.from, $0.order) < ($1.incident.from, $1.order) }.map(\.incident)
            .filter { incident in
                let isInWindow = incident.from >= query.from || incident.to.map { $0 > query.from } ?? true
                return isInWindow && (query.agent == nil || incident.agent == nil || incident.agent == query.agent)
            }
    }

    /// The kinds of which incidents are no longer kept, with when the latest of those began.
    private func forgotten() throws -> [Incident.Kind: Timestamp] {
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT kind, from_at FROM incident_horizons WHERE account = :account"),
            arguments: ["account": query.account.rawValue])
        return try rows.reduce(into: [:]) { forgotten, row in
            guard let kind = Incident.Kind(rawValue: try row.value(0)) else { throw MalformedBytes() }
            forgotten[kind] = Timestamp(rawValue: try row.value(1))
        }
    }

    static let incidentsSQL = """
        SELECT agent, call, kind, cause, from_at, to_at, detail FROM incident_log
        WHERE account = :account AND from_at < :to AND position <= :position ORDER BY id
        """

    private struct IncidentKey: Hashable {
        var agent: AgentID?
        var call: CallID?
        var kind: Incident.Kind
        var from: Timestamp

        init(_ incident: Incident) {
            agent = incident.agent
            call = incident.call
            kind = incident.kind
            from = incident.from
        }
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

extension Incident {
    /// Reads agent, call, kind, cause, beginning, end and detail from a row.
    fileprivate init(row: Row, account: AccountID) throws {
        let agent: String = try row.value(0)
        let call: String = try row.value(1)
        guard let kind = Kind(rawValue: try row.value(2)) else { throw MalformedBytes() }
        self.init(
            account: account, agent: agent.isEmpty ? nil : AgentID(rawValue: agent),
            call: call.isEmpty ? nil : CallID(rawValue: call), kind: kind,
            cause: (try row.value(3) as String?).flatMap(Cause.init(rawValue:)),
            from: Timestamp(rawValue: try row.value(4)),
            to: (try row.value(5) as Int64?).map(Timestamp.init(rawValue:)),
            detail: try row.value(6))
    }
}
