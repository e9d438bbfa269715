package import CallDomain
import GRDB

extension SQLiteStore {
    /// The calls whose expectation is due, accounts in turns, those known by hints alone after all others. One process
    /// owns the file and one poller asks, so there is nobody to keep them from: the lease is not needed.
    package func takeDue(at now: Timestamp, limit: Int, lease: Duration) throws(StoreError) -> [DueCall] {
        let limit = Self.bounded(limit)
        return try read { db in
            var due = try DueQueue.calls.take(db, at: now, limit: limit)
            due += try DueQueue.hints.take(db, at: now, limit: limit - due.count)
            let statement = try db.cachedStatement(sql: "SELECT \(StoredCall.columns) FROM calls WHERE id = ?")
            return try due.compactMap { id in
                guard let row = try Row.fetchOne(statement, arguments: [id]) else { return nil }
                return DueCall(try StoredCall(row: row, db: db, reconciler: reconciler))
            }
        }
    }

    /// The due calls of one account, in the order of their due times.
    package func due(
        account: AccountID, isHinted: Bool, at now: Timestamp, after: DueCursor?, limit: Int
    ) throws(StoreError) -> (calls: [DueCall], next: DueCursor?) {
        let limit = Self.bounded(limit)
        let queue: DueQueue = isHinted ? .hints : .calls
        return try read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: queue.pageSQL),
                arguments: [
                    account.rawValue, after?.due.rawValue ?? .min, after?.row ?? .min, now.rawValue, limit,
                ])
            let calls = try rows.map { try StoredCall(row: $0, db: db, reconciler: reconciler) }
            guard rows.count == limit, let last = calls.last, let id = last.id, let due = last.ledger.open?.due else {
                return (calls.map(DueCall.init), nil)
            }
            return (calls.map(DueCall.init), DueCursor(due: due, row: id))
        }
    }

    /// The calls of a scope that expect something, hints apart, in the order of their next due times.
    package func expecting(
        account: AccountID, agent: AgentID?, after: DueCursor?, limit: Int
    ) throws(StoreError) -> (calls: [ExpectingCall], next: DueCursor?) {
        let limit = Self.bounded(limit)
        return try read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: Self.expectingSQL),
                arguments: [
                    account.rawValue, after?.due.rawValue ?? .min, after?.row ?? .min, agent?.rawValue, limit,
                ])
            let last = rows.count < limit ? nil : rows.last
            return (
                try rows.map { row in
                    ExpectingCall(
                        call: CallID(rawValue: try row.value(0)), execution: ExecutionID(rawValue: try row.value(3)))
                },
                try last.map { DueCursor(due: Timestamp(rawValue: try $0.value(1)), row: try $0.value(2)) }
            )
        }
    }

    static let expectingSQL = """
        SELECT call_id, next_due_at, id, execution FROM calls INDEXED BY calls_by_due
        WHERE account = ?1 AND (next_due_at, id) > (?2, ?3) AND status IS NOT NULL AND next_due_at IS NOT NULL
            AND agent IS ?4
        ORDER BY next_due_at, id LIMIT ?5
        """
}

/// Due calls of one kind, by account.
enum DueQueue: CaseIterable {
    /// Calls of which something is known.
    case calls
    /// Calls known by hints alone.
    case hints

    /// The rows that are due, at most `limit`: each account's earliest first, accounts in turns.
    func take(_ db: Database, at now: Timestamp, limit: Int) throws -> [Int64] {
        guard limit > 0 else { return [] }
        var turns: [Turn] = []
        for account in try String.fetchAll(db.cachedStatement(sql: accountsSQL)) {
            let rows = try Row.fetchAll(db.cachedStatement(sql: dueSQL), arguments: [account, now.rawValue, limit])
            for (number, row) in rows.enumerated() {
                turns.append(Turn(number: number, due: try row.value(1), row: try row.value(0)))
            }
        }
        if turns.count > limit {
            turns.sort { ($0.number, $0.due, $0.row) < ($1.number, $1.due, $1.row) }
            turns.removeLast(turns.count - limit)
        }
        return turns.sorted { ($0.due, $0.row) < ($1.due, $1.row) }.map(\.row)
    }

    private struct Turn {
        var number: Int
        var due: Int64
        var row: Int64
    }

    private var index: String {
        switch self {
        case .calls: "calls_by_due"
        case .hints: "hints_by_due"
        }
    }

    /// What the rows of the index have in common.
    private var condition: String {
        switch self {
        case .calls: "next_due_at IS NOT NULL AND status IS NOT NULL"
        case .hints: "next_due_at IS NOT NULL AND status IS NULL"
        }
    }

    /// The accounts that have such calls, one search of the index for each.
    var accountsSQL: String {
        """
        WITH RECURSIVE waiting (account) AS (
            SELECT min(account) FROM calls INDEXED BY \(index) WHERE \(condition)
            UNION ALL
            SELECT (SELECT min(account) FROM calls INDEXED BY \(index) WHERE account > waiting.account AND \(condition))
            FROM waiting WHERE waiting.account IS NOT NULL
        )
        SELECT account FROM waiting WHERE account IS NOT NULL
        """
    }

    /// The due calls of one account behind a cursor, whole.
    var pageSQL: String {
        """
        SELECT \(StoredCall.columns) FROM calls INDEXED BY \(index)
        WHERE account = ?1 AND (next_due_at, id) > (?2, ?3) AND next_due_at <= ?4 AND \(condition)
        ORDER BY next_due_at, id LIMIT ?5
        """
    }

    /// The due calls of one account.
    var dueSQL: String {
        """
        SELECT id, next_due_at FROM calls INDEXED BY \(index)
        WHERE account = ? AND next_due_at <= ? AND \(condition) ORDER BY next_due_at, id LIMIT ?
        """
    }
}

extension DueCall {
    fileprivate init(_ call: StoredCall) {
        self.init(
            account: call.account, call: call.callID, execution: call.execution, agent: call.state?.agentID,
            createdAt: call.createdAt, status: call.state?.status,
            lastUpdatedAt: call.state?.context.lastUpdatedAt, ledger: call.ledger)
    }
}
