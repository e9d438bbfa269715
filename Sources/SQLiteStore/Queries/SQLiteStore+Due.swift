package import CallDomain
import GRDB

extension SQLiteStore {
    /// The calls of these accounts whose expectation is due, accounts in turns, those known by hints alone after all
    /// others. One process owns the file and one poller asks, so there is nobody to keep them from: the lease is not
    /// needed.
    package func takeDue(
        of accounts: [AccountID], at now: Timestamp, limit: Int, lease: Duration
    ) throws(StoreError) -> (calls: [DueCall], damaged: [DamagedCall], hasMore: Bool) {
        let limit = Self.bounded(limit)
        guard limit > 0 else { return ([], [], true) }
        return try read { db in
            let places = limit + StoreBounds.mostDamaged
            let known = try DueQueue.calls.take(db, of: accounts, at: now, limit: places)
            let hinted = try DueQueue.hints.take(db, of: accounts, at: now, limit: places)
            let kept = max(limit / StoreBounds.partOfHints, limit - known.count)
            let calls = try due(db, at: known, limit: limit - min(kept, hinted.count))
            let hints = try due(db, at: hinted, limit: limit - calls.read.count)
            let damaged = calls.damaged + hints.damaged
            return (
                [calls, hints].flatMap { $0.read.sorted { $0.place < $1.place } }.map(\.call), damaged,
                calls.read.count + hints.read.count + damaged.count < known.count + hinted.count
            )
        }
    }

    /// The due calls of one account, in the order of their due times.
    package func due(
        account: AccountID, isHinted: Bool, at now: Timestamp, after: DueCursor?, limit: Int
    ) throws(StoreError) -> (calls: [DueCall], damaged: [DamagedCall], next: DueCursor?) {
        let limit = Self.bounded(limit)
        let queue: DueQueue = isHinted ? .hints : .calls
        return try read { db in
            let places = try queue.places(db, of: account, at: now, after: after, limit: limit)
            let due = try due(db, at: places, limit: limit)
            let last = places.count < limit ? nil : places.last
            return (
                due.read.map(\.call), due.damaged,
                last.map { DueCursor(due: Timestamp(rawValue: $0.due), row: $0.row) }
            )
        }
    }

    /// The calls whose waiting ended unseen behind a place, in the order of their ends. A call may have several of them.
    package func endedUnseen(
        account: AccountID, after: DueCursor, limit: Int
    ) throws(StoreError) -> (calls: [DueCall], damaged: [DamagedCall], next: DueCursor?) {
        let limit = Self.bounded(limit)
        return try read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: Self.endingsSQL),
                arguments: [account.rawValue, after.due.rawValue, after.row, limit])
            var seen: Set<Int64> = []
            let places = try rows.compactMap { row -> DueQueue.Place? in
                let call: Int64 = try row.value(2)
                guard seen.insert(call).inserted else { return nil }
                return DueQueue.Place(account: account, due: try row.value(1), row: call)
            }
            let ended = try due(db, at: places, limit: limit)
            let last = rows.count < limit ? nil : rows.last
            return (
                ended.read.map(\.call).filter(\.ledger.hasEndedUnseen), ended.damaged,
                try last.map { DueCursor(due: Timestamp(rawValue: try $0.value(1)), row: try $0.value(0)) }
            )
        }
    }

    static let endingsSQL = """
        SELECT id, at, call FROM endings INDEXED BY endings_by_time
        WHERE account = ?1 AND (at, id) > (?2, ?3) ORDER BY at, id LIMIT ?4
        """

    /// Reads the calls in these places, in this order, until there are `limit` of them. A row that cannot be read is left
    /// out; what is wrong with the whole database throws.
    private func due(
        _ db: Database, at places: [DueQueue.Place], limit: Int
    ) throws -> (read: [(place: DueQueue.Place, call: DueCall)], damaged: [DamagedCall]) {
        let statement = try db.cachedStatement(sql: "SELECT \(StoredCall.columns) FROM calls WHERE id = ?")
        var read: [(DueQueue.Place, DueCall)] = []
        var damaged: [DamagedCall] = []
        for place in places {
            guard read.count < limit else { break }
            do {
                guard let row = try Row.fetchOne(statement, arguments: [place.row]) else { continue }
                read.append((place, DueCall(try StoredCall(row: row, db: db, reconciler: reconciler))))
            } catch {
                let failure = StoreError(error)
                guard failure.kind == .invalid || failure.kind == .corrupt else { throw failure }
                // The id stands in front of what may be damaged; without it there is nothing to name.
                let id = try? String.fetchOne(
                    db.cachedStatement(sql: "SELECT call_id FROM calls WHERE id = ?"), arguments: [place.row])
                if let id { damaged.append(DamagedCall(account: place.account, call: CallID(rawValue: id))) }
            }
        }
        return (read, damaged)
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
        WHERE account = ?1 AND (next_due_at, id) > (?2, ?3) AND born_at IS NOT NULL AND next_due_at IS NOT NULL
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

    /// Where a call stands in the queue: by its due time, then by its row.
    struct Place: Comparable {
        var account: AccountID
        var due: Int64
        var row: Int64

        static func < (left: Self, right: Self) -> Bool { (left.due, left.row) < (right.due, right.row) }
    }

    /// Where calls are due, at most `limit`: the earliest of each account, then the second of each, and so on. Each account
    /// is asked for its share, and those that have more for what others left, so that no more rows are read than are
    /// wanted, and one round of them.
    func take(_ db: Database, of accounts: [AccountID], at now: Timestamp, limit: Int) throws -> [Place] {
        var turns: [(number: Int, place: Place)] = []
        var open = accounts.map { (account: $0, last: nil as Place?) }
        var turn = 0
        while !open.isEmpty, turns.count < limit {
            let share = (limit - turns.count + open.count - 1) / open.count
            var more: [(account: AccountID, last: Place?)] = []
            for (account, last) in open {
                let after = last.map { DueCursor(due: Timestamp(rawValue: $0.due), row: $0.row) }
                let places = try places(db, of: account, at: now, after: after, limit: share)
                turns += places.enumerated().map { (turn + $0.offset, $0.element) }
                if places.count == share { more.append((account, places.last)) }
            }
            open = more
            turn += share
        }
        return turns.sorted { ($0.number, $0.place) < ($1.number, $1.place) }.prefix(limit).map(\.place)
    }

    /// Where calls of an account are due, behind a cursor, at most `limit`.
    func places(
        _ db: Database, of account: AccountID, at now: Timestamp, after: DueCursor?, limit: Int
    ) throws -> [Place] {
        try Row.fetchAll(
            db.cachedStatement(sql: dueSQL),
            arguments: [account.rawValue, after?.due.rawValue ?? .min, after?.row ?? .min, now.rawValue, limit]
        ).map { Place(account: account, due: try $0.value(1), row: try $0.value(0)) }
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
        case .calls: "next_due_at IS NOT NULL AND born_at IS NOT NULL"
        case .hints: "next_due_at IS NOT NULL AND born_at IS NULL"
        }
    }

    /// The due calls of one account behind a cursor.
    var dueSQL: String {
        """
        SELECT id, next_due_at FROM calls INDEXED BY \(index)
        WHERE account = ?1 AND (next_due_at, id) > (?2, ?3) AND next_due_at <= ?4 AND \(condition)
        ORDER BY next_due_at, id LIMIT ?5
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
