import CallDomain
import Foundation
import GRDB

extension JournalTransaction {
    /// Stores the intent to place a call, unless one with its idempotency key, or its own key, is there.
    func store(_ intent: DialIntent) throws -> JournalReceipt {
        let existing = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT \(DialRecord.columns) FROM \(DialRecord.tables)
                    WHERE dials.account = ?1 AND (correlation_key = ?2 OR idempotency_key = ?3)
                    ORDER BY idempotency_key = ?3 DESC LIMIT 1
                    """),
            arguments: [intent.account.rawValue, intent.correlationKey, intent.idempotencyKey])
        if let existing { return .dialExists(try DialRecord(row: existing)) }
        try db.cachedStatement(
            sql: """
                INSERT INTO dials (account, correlation_key, idempotency_key, fingerprint, agent, created_at, state,
                    detail, request, priority)
                VALUES (?, ?, ?, ?, ?, ?, ?, '', ifnull(?, x''), ?)
                """
        ).execute(arguments: [
            intent.account.rawValue, intent.correlationKey, intent.idempotencyKey, Data(intent.fingerprint.bytes),
            intent.agent.rawValue, intent.createdAt.rawValue, DialState.open.rawValue, Data(intent.request),
            intent.isPriority,
        ])
        return .done
    }

    /// Stores how an intent ended; one that a call came of stays as it is.
    func store(_ outcome: DialOutcome) throws -> JournalReceipt {
        try db.cachedStatement(
            sql: "UPDATE dials SET state = ?, detail = ? WHERE account = ? AND correlation_key = ? AND state <> ?"
        ).execute(arguments: [
            outcome.state.rawValue, outcome.detail, outcome.account.rawValue, outcome.correlationKey,
            DialState.placed.rawValue,
        ])
        return .done
    }

    /// Settles the intent that a call carries the key of, also one that was given up: the call shows that it was placed.
    func placeDial(account: AccountID, correlationKey: String, call: Int64) throws {
        try db.cachedStatement(
            sql: """
                UPDATE dials SET state = ?, call = ?, detail = ''
                WHERE account = ? AND correlation_key = ? AND call IS NULL
                """
        ).execute(arguments: [DialState.placed.rawValue, call, account.rawValue, correlationKey])
    }

    /// Whether the intent with this key was stored with priority.
    func isPriority(account: AccountID, correlationKey: String) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT priority FROM dials WHERE account = ? AND correlation_key = ?"),
            arguments: [account.rawValue, correlationKey]) ?? false
    }

    func storePathHealth(account: AccountID, agent: AgentID?, record: [UInt8], at time: Timestamp) throws {
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO path_health (account, agent, record, at) VALUES (?, ?, ifnull(?, x''), ?)"
        ).execute(arguments: [account.rawValue, agent?.rawValue ?? "", Data(record), time.rawValue])
    }

    func storeLearned(_ record: LearnedRecord) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO learned (account, agent, topic, at, record)
                VALUES (?, ?, ?, ?, ifnull(?, x''))
                """
        ).execute(arguments: [
            record.account.rawValue, record.agent?.rawValue ?? "", record.topic.rawValue, record.at.rawValue,
            Data(record.bytes),
        ])
    }

    func storeSweepMark(account: AccountID, agent: AgentID, sweptAt: Timestamp) throws {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO sweep_marks (account, agent, swept_at) VALUES (?, ?, ?)")
            .execute(arguments: [account.rawValue, agent.rawValue, sweptAt.rawValue])
    }

    /// Takes away what was listed to its end, or divided, with all that lies within it; then adds what is to be listed.
    func storeSweepGaps(closed: [SweepGap], opened: [SweepGap]) throws {
        for gap in closed {
            try db.cachedStatement(
                sql: "DELETE FROM sweep_gaps WHERE account = ? AND agent = ? AND from_at >= ? AND to_at <= ?"
            ).execute(arguments: gap.columns)
        }
        for gap in opened {
            try db.cachedStatement(
                sql: "INSERT OR IGNORE INTO sweep_gaps (account, agent, from_at, to_at) VALUES (?, ?, ?, ?)"
            ).execute(arguments: gap.columns)
        }
        for scope in Set(opened.map(\.scopeColumns)) {
            try db.cachedStatement(
                sql: """
                    DELETE FROM sweep_gaps WHERE account = ?1 AND agent = ?2 AND (from_at, to_at) IN (
                        SELECT from_at, to_at FROM sweep_gaps WHERE account = ?1 AND agent = ?2
                        ORDER BY to_at DESC, from_at LIMIT -1 OFFSET ?3)
                    """
            ).execute(arguments: StatementArguments(scope) + [StoreBounds.mostSweepGaps])
        }
    }

    func storeHeartbeat(at time: Timestamp) throws {
        try db.cachedStatement(sql: "UPDATE meta SET heartbeat_at = ?").execute(arguments: [time.rawValue])
    }
}

extension SweepGap {
    /// Account and agent.
    fileprivate var scopeColumns: [String] { [account.rawValue, agent?.rawValue ?? ""] }

    /// Account, agent, beginning and end.
    fileprivate var columns: StatementArguments {
        StatementArguments(scopeColumns) + [from.rawValue, to.rawValue]
    }
}

extension DialRecord {
    /// The columns of ``init(row:)``, in its order, and the tables they are in.
    static let columns = """
        dials.account, correlation_key, idempotency_key, fingerprint, dials.agent, request, dials.created_at, \
        dials.state, calls.call_id, detail, priority
        """
    static let tables = "dials LEFT JOIN calls ON calls.id = dials.call"

    /// Reads a row of ``columns``.
    init(row: Row) throws {
        guard let fingerprint = ContentDigest(bytes: try row.bytes(3)),
            let state = DialState(rawValue: try row.value(7))
        else {
            throw MalformedBytes()
        }
        let intent = DialIntent(
            account: AccountID(rawValue: try row.value(0)), correlationKey: try row.value(1),
            idempotencyKey: try row.value(2),
            fingerprint: fingerprint, agent: AgentID(rawValue: try row.value(4)), request: try row.bytes(5),
            createdAt: Timestamp(rawValue: try row.value(6)), isPriority: try row.value(10))
        self.init(
            intent: intent, state: state, call: (try row.value(8) as String?).map(CallID.init(rawValue:)),
            detail: try row.value(9))
    }
}
