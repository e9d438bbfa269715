package import CallDomain
import GRDB

extension SQLiteStore {
    /// The dial intent with this correlation key.
    package func dial(account: AccountID, correlationKey: String) throws(StoreError) -> DialRecord? {
        try read { db in
            try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT \(DialRecord.columns) FROM \(DialRecord.tables)
                        WHERE dials.account = ? AND correlation_key = ?
                        """),
                arguments: [account.rawValue, correlationKey]
            ).map { try DialRecord(row: $0) }
        }
    }

    /// Dial intents that nothing is known of yet, oldest first.
    package func openDials(limit: Int) throws(StoreError) -> (dials: [DialRecord], damaged: [AccountID]) {
        try read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT \(DialRecord.columns) FROM \(DialRecord.tables)
                        WHERE dials.state = 0 ORDER BY dials.created_at, correlation_key LIMIT ?
                        """),
                arguments: [Self.bounded(limit)])
            let dials = rows.map { try? DialRecord(row: $0) }
            let damaged = try zip(rows, dials).filter { $0.1 == nil }.map { AccountID(rawValue: try $0.0.value(0)) }
            return (dials.compactMap(\.self), damaged)
        }
    }

    /// What was remembered of path health: one record per scope.
    package func pathHealth() throws(StoreError) -> [(account: AccountID, agent: AgentID?, record: [UInt8])] {
        try read { db in
            try Row.fetchAll(
                db.cachedStatement(sql: "SELECT account, agent, record FROM path_health ORDER BY account, agent")
            ).map { row in
                let agent: String = try row.value(1)
                return (
                    AccountID(rawValue: try row.value(0)), agent.isEmpty ? nil : AgentID(rawValue: agent),
                    try row.bytes(2)
                )
            }
        }
    }

    /// What was learned of agents; topics this program does not know are left out.
    package func learned() throws(StoreError) -> [LearnedRecord] {
        try read { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: "SELECT account, agent, topic, at, record FROM learned ORDER BY account, agent, topic")
            ).compactMap { row in
                guard let topic = LearnedTopic(rawValue: try row.value(2)) else { return nil }
                let agent: String = try row.value(1)
                return LearnedRecord(
                    account: AccountID(rawValue: try row.value(0)),
                    agent: agent.isEmpty ? nil : AgentID(rawValue: agent), topic: topic, bytes: try row.bytes(4),
                    at: Timestamp(rawValue: try row.value(3)))
            }
        }
    }
}
