package import CallDomain
import GRDB

extension SQLiteStore {
    /// All that explains a call, from one snapshot: what is stored and what the journal says cannot belong to different
    /// commits.
    package func dossier(account: AccountID, reference: String) throws(StoreError) -> CallDossier? {
        try read { db in
            guard let call = try storedCall(db, account: account, reference: reference), let id = call.id,
                let row = try Row.fetchOne(db.cachedStatement(sql: Self.storedFormSQL), arguments: [id])
            else { return nil }
            return CallDossier(
                record: call.record, stored: try StoredForm(row: row, db: db), reconciler: reconciler,
                rows: try Journal.rows(db, call: id, withBodies: false),
                reads: try Journal.readsWithOutcomes(db, call: id),
                contradictions: try Journal.contradictions(db, call: id).map(\.entry))
        }
    }

    /// A part of a call's journal. Bodies are fetched one by one, so that a page never holds more of them than it shows.
    package func journalPage(
        account: AccountID, call: CallID, after position: Int64, limit: Int, withBodies: Bool
    ) throws(StoreError) -> JournalPage? {
        let limit = min(max(limit, 1), JournalPage.mostRows)
        return try read { db in
            guard let id = try Self.rowID(db, account: account, call: call) else { return nil }
            let found = try Journal.rows(db, call: id, withBodies: false, after: position, limit: limit + 1)
            var rows: [JournalRow] = []
            var bodyBytes = 0
            for var row in found.prefix(limit) {
                if withBodies {
                    row.body = try Journal.body(db, at: row.position)
                    bodyBytes += row.body?.count ?? 0
                    if !rows.isEmpty, bodyBytes > JournalPage.mostBodyBytes { break }
                }
                rows.append(row)
            }
            let reads = try Journal.reads(db, call: id)
            return JournalPage(
                rows: rows, next: rows.count < found.count ? rows.last?.position : nil,
                reads: reads.suffix(JournalPage.mostReads), readsInAll: reads.count)
        }
    }

    /// The row of a call; nil where the account has no such call.
    static func rowID(_ db: Database, account: AccountID, call: CallID) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM calls WHERE call_id = ? AND account = ? AND erased_at IS NULL"),
            arguments: [call.rawValue, account.rawValue])
    }

    private static let storedFormSQL = """
        SELECT rules_version, status, agent, created_at, first_heard_at, has_recording, observation_count,
            unverified_status, state
        FROM calls WHERE id = ?
        """
}

extension StoredForm {
    /// Reads a row as it is, without folding anything anew.
    fileprivate init(row: Row, db: Database) throws {
        let bytes = try row.optionalBytes(8)
        var unpacker = Unpacker(db)
        let state: State =
            bytes.map { bytes in
                (try? CallState(encoded: unpacker.value(bytes))).map(State.state) ?? .unreadable
            } ?? .none
        self.init(
            edition: try row.value(0), state: state, status: try row.value(1),
            agent: (try row.value(2) as String?).map(AgentID.init(rawValue:)),
            createdAt: Timestamp(rawValue: try row.value(3)), firstHeardAt: Timestamp(rawValue: try row.value(4)),
            hasRecording: try row.value(5), observations: try row.value(6), unverified: try row.value(7))
    }
}
