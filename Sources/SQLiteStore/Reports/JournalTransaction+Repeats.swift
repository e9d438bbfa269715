import CallDomain
import GRDB

/// Deliveries whose bytes were there already, and those kept aside, as reports count them: the first ones of the same
/// bytes one by one, further ones by the minute. A minute that is not over is in a table of its own, so that what reports
/// read never changes; it is written down at the first mark of time behind it.
extension JournalTransaction {
    /// A delivery whose bytes were stored so many times before. Reads of ours have rows of their own.
    func logRepeat(_ incoming: IncomingObservation, call: Int64, decision: Decision, earlier: Int) throws {
        guard !incoming.key.source.isFullRead else { return }
        let isKnownStatus = incoming.statement.status.map { $0.phase != nil } ?? true
        if earlier > StoreBounds.singleRepeats, decision.outcome == .duplicate {
            try db.cachedStatement(
                sql: """
                    INSERT INTO repeats_of_minute (account, call, minute, source, trust, is_known_status, received_at, count)
                    VALUES (?1, ?2, ?3 / 60000000, ?4, ?5, ?6, ?3, 1)
                    ON CONFLICT DO UPDATE SET count = count + 1, received_at = min(received_at, excluded.received_at)
                    """
            ).execute(arguments: [
                incoming.account.rawValue, call, incoming.receivedAt.rawValue, incoming.key.source.rawValue,
                incoming.key.trust.rawValue, isKnownStatus,
            ])
            return
        }
        try db.cachedStatement(
            sql: """
                INSERT INTO repeats (position, account, call, received_at, source, trust, outcome, is_known_status,
                    status_after, count)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
                """
        ).execute(arguments: [
            position, incoming.account.rawValue, call, incoming.receivedAt.rawValue, incoming.key.source.rawValue,
            incoming.key.trust.rawValue, decision.outcome.rawValue, isKnownStatus, decision.statusAfter?.word,
        ])
    }

    /// A delivery that was kept aside as an entry of the quarantine, whose bytes came so many times before.
    func logAside(_ delivery: QuarantinedDelivery, agent: AgentID?, entry: Int64, earlier: Int) throws {
        let columns = "account, entry, agent, execution, reason, received_at, count"
        let values: StatementArguments = [
            delivery.account.rawValue, entry, agent?.rawValue, delivery.execution?.rawValue, delivery.reason.rawValue,
            delivery.receivedAt.rawValue,
        ]
        guard earlier > StoreBounds.singleRepeats else {
            return try db.cachedStatement(
                sql: "INSERT INTO kept_aside (position, \(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, 1)"
            ).execute(arguments: [position] + values)
        }
        try db.cachedStatement(
            sql: """
                INSERT INTO kept_aside_of_minute (\(columns), minute) VALUES (?, ?, ?, ?, ?, ?6, 1, ?6 / 60000000)
                ON CONFLICT DO UPDATE SET count = count + 1, received_at = min(received_at, excluded.received_at)
                """
        ).execute(arguments: values)
    }

    /// Writes down the minutes that are over.
    func writeRepeats(before time: Timestamp) throws {
        let minute = time.rawValue / 60_000_000
        try db.cachedStatement(
            sql: """
                INSERT INTO repeats (position, account, call, received_at, source, trust, outcome, is_known_status, count)
                SELECT ?, account, call, received_at, source, trust, ?, is_known_status, count
                FROM repeats_of_minute WHERE minute < ?
                """
        ).execute(arguments: [position, Decision.Outcome.duplicate.rawValue, minute])
        try db.cachedStatement(
            sql: """
                INSERT INTO kept_aside (position, account, entry, agent, execution, reason, received_at, count)
                SELECT ?, account, entry, agent, execution, reason, received_at, count
                FROM kept_aside_of_minute WHERE minute < ?
                """
        ).execute(arguments: [position, minute])
        for table in ["repeats_of_minute", "kept_aside_of_minute"] {
            try db.cachedStatement(sql: "DELETE FROM \(table) WHERE minute < ?").execute(arguments: [minute])
        }
    }
}

extension JournalTransaction {
    /// The tables that reports count from beside the journal itself, with the column of their rows' time. Rows are written
    /// in the order of time, but for a clock that is set.
    private static let prunedTables = [
        ("repeats", "received_at"), ("kept_aside", "received_at"), ("tallies", "at"), ("audits", "at"),
    ]

    /// Removes what is too old for any report, a bounded number of rows at a time, and remembers how far back reports
    /// reach from now on: a window that reaches further is refused rather than told otherwise than before.
    func pruneReportRows(at now: Timestamp) throws {
        let day: Int64 = 86_400_000_000
        let horizon = now.advanced(by: .zero - StoreBounds.reportRowsKept).rawValue / day * day
        var isPruned = false
        for (table, time) in Self.prunedTables {
            let oldest = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT \(time) FROM \(table) ORDER BY id LIMIT 1"))
            guard let oldest, oldest < horizon else { continue }
            try db.cachedStatement(
                sql: """
                    DELETE FROM \(table) WHERE id IN (SELECT id FROM \(table) ORDER BY id LIMIT ?) AND \(time) < ?
                    """
            ).execute(arguments: [StoreBounds.reportRowsPrunedPerBatch, horizon])
            isPruned = true
        }
        let reached = try Int64.fetchOne(db.cachedStatement(sql: "SELECT reports_from FROM meta")) ?? .min
        guard horizon > reached else { return }
        try db.cachedStatement(sql: "DELETE FROM tally_names WHERE last_at < ?1 AND first_at < ?1")
            .execute(arguments: [horizon])
        guard isPruned || db.changesCount > 0 else { return }
        try db.cachedStatement(sql: "UPDATE meta SET reports_from = ?").execute(arguments: [horizon])
    }
}
