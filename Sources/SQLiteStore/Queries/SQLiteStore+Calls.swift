package import CallDomain
import GRDB

extension SQLiteStore {
    /// The call with this gateway id or execution id, gateway id first.
    package func call(account: AccountID, reference: String, withBody: Bool) throws(StoreError) -> CallRecord? {
        try read { db in
            try storedCall(db, account: account, reference: reference).map { call in
                try record(call, db: db, withBody: withBody)
            }
        }
    }

    /// One page of calls, newest first.
    package func calls(
        account: AccountID, query: CallQuery, after: CallPageCursor?, limit: Int
    ) throws(StoreError) -> CallPage {
        let limit = Self.bounded(limit)
        return try read { db in
            var filter = try CallFilter(account: account, query: query, in: db)
            if let after { filter.add("(created_at, call_id) < (?, ?)", after.createdAt.rawValue, after.call.rawValue) }
            let calls = try storedCalls(db, filter: filter, limit: limit + 1, offset: 0)
            let page = calls.prefix(limit)
            let next = calls.count > limit ? page.last : nil
            return CallPage(
                calls: page.map(\.record),
                next: next.map { CallPageCursor(createdAt: $0.createdAt, call: $0.callID) }, finding: filter.finding)
        }
    }

    /// The page that begins `offset` calls after the newest, and how many calls there are in all.
    package func calls(
        account: AccountID, query: CallQuery, offset: Int, limit: Int, withBodies: Bool
    ) throws(StoreError) -> (calls: [CallRecord], total: Int) {
        try read { db in
            var filter = try CallFilter(account: account, query: query, in: db)
            var place = CallCounts.Place(total: 0, before: nil, offset: max(0, offset))
            if let counted = try CallCounts.place(db, account: account, query: query, offset: place.offset) {
                place = counted
                if let before = counted.before { filter.add("created_at < ?", before) }
            } else {
                place.total =
                    try Int.fetchOne(
                        db.makeStatement(sql: "SELECT count(*) FROM calls WHERE \(filter.sql)"),
                        arguments: filter.sqlArguments) ?? 0
            }
            let calls = try storedCalls(db, filter: filter, limit: Self.bounded(limit), offset: place.offset)
            return (try calls.map { try record($0, db: db, withBody: withBodies) }, place.total)
        }
    }

    /// A call's journal; nil where the account has no such call.
    package func journal(account: AccountID, call: CallID, withBodies: Bool) throws(StoreError) -> CallJournal? {
        try read { db in
            try Self.rowID(db, account: account, call: call).map { id in
                CallJournal(
                    rows: try Journal.rows(db, call: id, withBodies: withBodies), reads: try Journal.reads(db, call: id)
                )
            }
        }
    }

    /// Which of these calls are known, with their status (nil while only hints are known). One that is erased is known
    /// as completed, so that nothing reads it again.
    package func known(
        account: AccountID, executions: [ExecutionID]
    ) throws(StoreError) -> [ExecutionID: CallStatus?] {
        try read { db in
            let statement = try db.cachedStatement(sql: Self.knownSQL)
            var known: [ExecutionID: CallStatus?] = [:]
            for execution in executions {
                let row = try Row.fetchOne(statement, arguments: [account.rawValue, execution.rawValue])
                guard let row else { continue }
                known.updateValue((try row.value(0) as String?).flatMap(CallStatus.init(spelling:)), forKey: execution)
            }
            return known
        }
    }

    /// The call with this gateway id or execution id, gateway id first; nil for one that is erased.
    func storedCall(_ db: Database, account: AccountID, reference: String) throws -> StoredCall? {
        let found =
            try StoredCall.find(db, account: account, call: CallID(rawValue: reference), reconciler: reconciler)
            ?? StoredCall.find(
                db, account: account, execution: ExecutionID(rawValue: reference), reconciler: reconciler)
        return found?.erasedAt == nil ? found : nil
    }

    static let knownSQL = """
        SELECT iif(erased_at IS NULL, status, '\(CallStatus.completed.word)') FROM calls
        WHERE account = ? AND execution = ?
        """

    /// Between none and ``StoreBounds/mostRows``.
    static func bounded(_ limit: Int) -> Int { min(max(0, limit), StoreBounds.mostRows) }

    /// A page of the calls that a filter lets through, newest first. Where there are several sides, each gives its newest
    /// by an index of its own: one index for all would have to put all of them in order first.
    static func listSQL(_ filter: CallFilter) -> String {
        let order = "ORDER BY created_at DESC, call_id DESC"
        let conditions = filter.conditions.joined(separator: " AND ")
        switch filter.way {
        case .rows:
            return "SELECT \(StoredCall.columns) FROM calls NOT INDEXED WHERE \(conditions) \(order) LIMIT ? OFFSET ?"
        case .index(let index):
            return """
                SELECT \(StoredCall.columns) FROM calls INDEXED BY \(index) WHERE \(conditions)
                \(order) LIMIT ? OFFSET ?
                """
        case .sides(let sides):
            let parts = sides.map { side in
                """
                SELECT id FROM (SELECT id FROM calls INDEXED BY \(side.index)
                WHERE \(conditions) AND \(side.condition) \(order) LIMIT ?)
                """
            }
            return """
                SELECT \(StoredCall.columns) FROM calls WHERE id IN (\(parts.joined(separator: " UNION ")))
                \(order) LIMIT ? OFFSET ?
                """
        }
    }

    /// The values of ``listSQL(_:)``.
    static func listArguments(_ filter: CallFilter, limit: Int, offset: Int) -> StatementArguments {
        guard case .sides(let sides) = filter.way else { return filter.arguments + [limit, offset] }
        return sides.reduce(StatementArguments()) { all, side in
            all + filter.arguments + side.arguments + [limit + offset]
        } + [limit, offset]
    }

    /// The statement is not cached: outsiders choose its conditions, and there are thousands of choices.
    private func storedCalls(_ db: Database, filter: CallFilter, limit: Int, offset: Int) throws -> [StoredCall] {
        try Row.fetchAll(
            db.makeStatement(sql: Self.listSQL(filter)),
            arguments: Self.listArguments(filter, limit: limit, offset: offset)
        ).map { try StoredCall(row: $0, db: db, reconciler: reconciler) }
    }

    private func record(_ call: StoredCall, db: Database, withBody: Bool) throws -> CallRecord {
        var record = call.record
        if withBody { record.lastBody = try lastBody(of: call, db: db) }
        return record
    }

    /// The body of the statement that sorts last, unless it is none of a whole call: a dial's answer sorts last only
    /// where nothing else is known.
    private func lastBody(of call: StoredCall, db: Database) throws -> [UInt8]? {
        guard let id = call.id, let key = call.state?.frontier.observation, key.source != .dial, key.source != .ruling
        else { return nil }
        let position = try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT position FROM observations
                    WHERE call = ? AND source = ? AND trust = ? AND standing = ? AND digest = ?
                    """),
            arguments: [
                id, key.source.rawValue, key.trust.rawValue, key.standing.rawValue, key.digest.blob,
            ])
        return try position.flatMap { try Journal.body(db, at: $0) }
    }
}
