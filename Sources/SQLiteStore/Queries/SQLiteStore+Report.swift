package import CallDomain
import GRDB

extension SQLiteStore {
    /// The reconciliation report of a window, as of the journal position at the time of the call.
    ///
    /// A delivery belongs to the window of its first receipt, with all its repeats.
    package func report(
        account: AccountID, from: Timestamp, to: Timestamp, now: Timestamp
    ) throws(StoreError) -> ReconciliationReport {
        try read { db in
            let window = ReportWindow(account: account, from: from, to: to, now: now)
            let position = try Int64.fetchOne(db.cachedStatement(sql: "SELECT position FROM meta"))
            return ReconciliationReport(
                account: account, from: from, to: to, position: position ?? 0,
                figures: try FigureID.allCases.map { try window.figure($0, db: db) })
        }
    }
}

/// Computes the figures of one window. Every query runs over a range of an index.
struct ReportWindow {
    var account: AccountID
    var from: Timestamp
    var to: Timestamp
    var now: Timestamp

    /// What a figure is computed from.
    enum Definition {
        /// A sum over rows; no calls are listed.
        case sum(of: String, from: String)
        /// A number of rows, and the calls they are about, by the column of `calls.id`.
        case rows(call: String, from: String)
        /// A number of distinct calls, by the column of `calls.id`.
        case calls(by: String, from: String)
    }

    /// Computes one figure.
    func figure(_ id: FigureID, db: Database) throws -> ReconciliationReport.Figure {
        let value: String
        var list: String?
        switch Self.definition(id) {
        case .sum(let sum, let source):
            value = "SELECT ifnull(sum(\(sum)), 0) FROM \(source)"
        case .rows(let call, let source):
            value = "SELECT count(*) FROM \(source)"
            list = Self.list(call: call, source: source)
        case .calls(let call, let source):
            value = "SELECT count(DISTINCT \(call)) FROM \(source)"
            list = Self.list(call: call, source: source)
        }
        let executions = try list.map {
            try String.fetchAll(db.cachedStatement(sql: $0), arguments: arguments(of: $0))
        }
        return ReconciliationReport.Figure(
            id: id, value: try Int.fetchOne(db.cachedStatement(sql: value), arguments: arguments(of: value)) ?? 0,
            executions: (executions ?? []).map(ExecutionID.init(rawValue:)))
    }

    private static func list(call: String, source: String) -> String {
        """
        SELECT execution FROM calls WHERE id IN (SELECT \(call) FROM \(source))
        ORDER BY execution LIMIT \(ReconciliationReport.Figure.mostCalls)
        """
    }

    /// The values of those parameters that a statement names.
    private func arguments(of sql: String) -> StatementArguments {
        let all: [String: Int64] = ["from": from.rawValue, "to": to.rawValue, "now": now.rawValue]
        var arguments: StatementArguments = ["account": account.rawValue]
        for (name, value) in all where sql.contains(":" + name) { arguments += [name: value] }
        return arguments
    }

    private static let heard = """
        calls WHERE account = :account AND first_heard_at >= :from AND first_heard_at < :to AND status IS NOT NULL
        """
    private static let received = """
        observations WHERE account = :account AND received_at >= :from AND received_at < :to
        """
    private static let readInWindow = """
        reads WHERE account = :account AND received_at >= :from AND received_at < :to
        """
    private static let kept = """
        quarantine WHERE account = :account AND received_at >= :from AND received_at < :to
        """
    private static let otherKinds = QuarantineReason.allCases.filter(\.isOtherKind).map { "'\($0.rawValue)'" }
        .joined(separator: ", ")
    private static let withoutChange = [Decision.Outcome.confirmed, .stale, .duplicate].map { String($0.rawValue) }
        .joined(separator: ", ")

    /// What each figure counts.
    static func definition(_ id: FigureID) -> Definition {
        let webhook = "source = \(Source.webhook.rawValue)"
        return switch id {
        case .calls: .calls(by: "id", from: heard)
        case .finished: .calls(by: "id", from: "\(heard) AND phase = \(CallPhase.final.rawValue)")
        case .deliveries: .sum(of: "count", from: "\(received) AND \(webhook)")
        case .duplicates: .sum(of: "count - 1", from: "\(received) AND \(webhook)")
        case .changesByWebhook: .rows(call: "call", from: "\(received) AND \(webhook) AND status_after IS NOT NULL")
        case .changesByRead: .rows(call: "call", from: "\(readInWindow) AND status_after IS NOT NULL")
        case .healed:
            .calls(
                by: "call",
                from: """
                    \(readInWindow) AND status_after IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM observations AS told
                        WHERE told.call = reads.call AND told.\(webhook) AND told.status = reads.status_after
                            AND told.attempt = reads.attempt)
                    """)
        case .pollReads: .rows(call: "call", from: "\(readInWindow) AND source = \(Source.poll.rawValue)")
        case .checkReads: .rows(call: "call", from: "\(readInWindow) AND source = \(Source.check.rawValue)")
        case .sweepReads: .rows(call: "call", from: "\(readInWindow) AND source = \(Source.sweep.rawValue)")
        case .probes:
            .rows(
                call: "call",
                from: "\(readInWindow) AND source = \(Source.poll.rawValue) AND outcome IN (\(withoutChange))")
        case .overdue:
            .calls(
                by: "id",
                from: "calls WHERE account = :account AND next_due_at <= :now AND status IS NOT NULL")
        case .abandoned:
            .calls(
                by: "id",
                from: "\(heard) AND waiting_outcome = \(ExpectationLedger.Outcome.abandoned.rawValue)")
        case .contradictions:
            .rows(
                call: "call",
                from: "contradictions WHERE account = :account AND since < :to AND settled_at IS NULL")
        case .hints:
            .sum(of: "count", from: "\(received) AND standing = \(Standing.hint.rawValue)")
        case .quarantined: .sum(of: "count", from: "\(kept) AND reason NOT IN (\(otherKinds))")
        case .otherDeliveries: .sum(of: "count", from: "\(kept) AND reason IN (\(otherKinds))")
        case .unknownStatuses: .sum(of: "count", from: "\(received) AND is_known_status = 0")
        }
    }
}
