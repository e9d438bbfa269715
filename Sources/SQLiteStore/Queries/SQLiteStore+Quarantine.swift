package import CallDomain
import GRDB

extension SQLiteStore {
    /// A slice of the quarantine's entries, ordered by number.
    package func quarantine(
        account: AccountID, query: QuarantineQuery, slice: QuarantineSlice
    ) throws(StoreError) -> [QuarantineRecord] {
        try read { db in
            var filter = QuarantineFilter(account: account, query: query)
            if let after = slice.after { filter.add(slice.isOldestFirst ? "id > ?" : "id < ?", after) }
            let order = slice.isOldestFirst ? "ASC" : "DESC"
            let body = slice.withBodies ? "body" : "x''"
            return try Row.fetchAll(
                db.makeStatement(
                    sql: "\(Self.sliceSQL(filter, selecting: body)) ORDER BY id \(order) LIMIT ?"),
                arguments: filter.arguments + [Self.bounded(slice.limit)]
            ).map { try QuarantineRecord(row: $0, account: account) }
        }
    }

    /// The entries that a filter lets through, from the index that has them in the order of their numbers.
    static func sliceSQL(_ filter: QuarantineFilter, selecting body: String) -> String {
        """
        SELECT \(QuarantineRecord.columns), \(body) FROM quarantine INDEXED BY quarantine_by_account
        WHERE \(filter.sql)
        """
    }

    /// How many entries of the quarantine there are, by reason.
    package func quarantineCounts(account: AccountID, query: QuarantineQuery) throws(StoreError) -> QuarantineCounts {
        try read { db in
            let filter = QuarantineFilter(account: account, query: query)
            var counts = QuarantineCounts()
            let rows = try Row.fetchAll(
                db.makeStatement(
                    sql: """
                        SELECT reason, count(*) - count(resolution), count(resolution), max(id)
                        FROM quarantine WHERE \(filter.sql) GROUP BY reason
                        """),
                arguments: filter.arguments)
            for row in rows {
                guard let reason = QuarantineReason(rawValue: try row.value(0)) else { throw MalformedBytes() }
                counts.byReason[reason] = QuarantineCounts.Count(open: try row.value(1), settled: try row.value(2))
                counts.newest = max(try row.value(3), counts.newest ?? .min)
            }
            return counts
        }
    }
}

/// The conditions of a query over the quarantine.
struct QuarantineFilter {
    private var conditions: [String]
    private(set) var arguments: StatementArguments

    init(account: AccountID, query: QuarantineQuery) {
        conditions = ["account = ?"]
        arguments = [account.rawValue]
        if let ids = query.ids {
            conditions.append("id IN (\(ids.map { _ in "?" }.joined(separator: ", ")))")
            arguments += StatementArguments(ids)
        }
        if let reason = query.reason { add("reason = ?", reason.rawValue) }
        if let agent = query.agent { add("agent = ?", agent.rawValue) }
        if let execution = query.execution { add("execution = ?", execution.rawValue) }
        if let from = query.from { add("received_at >= ?", from.rawValue) }
        if let to = query.to { add("received_at < ?", to.rawValue) }
        switch query.state {
        case .open?: conditions.append("resolution IS NULL")
        case .settled?: conditions.append("resolution IS NOT NULL")
        case nil: break
        }
        if let after = query.after { add("id > ?", after) }
        if let through = query.through { add("id <= ?", through) }
        if let circumstances = query.notTriedUnder {
            conditions.append("resolution IS NULL")
            add("ifnull(tried_under, '') <> ?", circumstances)
        }
    }

    /// Adds a condition with one value.
    mutating func add(_ condition: String, _ value: some DatabaseValueConvertible) {
        conditions.append(condition)
        arguments += [value]
    }

    /// All conditions together.
    var sql: String { conditions.joined(separator: " AND ") }
}

extension QuarantineRecord {
    /// The columns of ``init(row:account:)``, in its order; the body, or nothing, must follow.
    static let columns = """
        id, agent, execution, source, trust, received_at, sent_at, reason, detail, digest, count, body_bytes, \
        resolution, settled_at, is_hint, body IS NOT NULL
        """

    /// Reads a row of ``columns`` and a body.
    init(row: Row, account: AccountID) throws {
        guard let source = Source(rawValue: try row.value(3)), let trust = Trust(rawValue: try row.value(4)),
            let reason = QuarantineReason(rawValue: try row.value(7)),
            let digest = ContentDigest(bytes: try row.bytes(9))
        else { throw MalformedBytes() }
        let delivery = QuarantinedDelivery(
            account: account, agent: (try row.value(1) as String?).map(AgentID.init(rawValue:)),
            execution: (try row.value(2) as String?).map(ExecutionID.init(rawValue:)), source: source, trust: trust,
            standing: try row.value(14) ? .hint : .applied, receivedAt: Timestamp(rawValue: try row.value(5)),
            sentAt: (try row.value(6) as Int64?).map(Timestamp.init(rawValue:)), reason: reason,
            detail: try row.value(8), digest: digest, body: try row.optionalBytes(16) ?? [])
        self.init(
            id: try row.value(0), delivery: delivery, bodyBytes: try row.value(11), isBodyKept: try row.value(15),
            count: try row.value(10),
            settlement: try QuarantineSettlement(row: row, from: 12))
    }
}
