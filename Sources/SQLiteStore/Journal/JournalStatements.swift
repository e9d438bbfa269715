import CallDomain

/// What each delivery needs: its statements, prepared once for the writer's connection, what packs its values, and the
/// calls that were written last. Belongs to the queue of that connection.
final class JournalStatements {
    let packer = Packer()
    let calls = RememberedCalls()
    let findCall = HotStatement("SELECT \(StoredCall.columns) FROM calls WHERE account = ? AND execution = ?")
    let insertCall = HotStatement(StoredCall.insertion)
    let updateCall = HotStatement(StoredCall.wholeUpdate)
    let updateOften = HotStatement(StoredCall.frequentUpdate)
    let labels = HotStatement(CallLabels.sql)
    let saveText = HotStatement("INSERT OR REPLACE INTO call_texts (call, text) VALUES (?, ?)")
    let changeBlock = HotStatement(
        """
        INSERT INTO text_blocks (block, changed_at) VALUES (?1, ?2)
        ON CONFLICT DO UPDATE SET changed_at = ?2
        WHERE changed_at IS NULL OR changed_at < ?2 - \(StoreBounds.blockChangeInterval.microseconds)
        """)
    let findObservation = HotStatement(
        """
        SELECT position, received_at, count FROM observations
        WHERE call = ? AND source = ? AND trust = ? AND standing = ? AND digest = ?
        """)
    let insertObservation = HotStatement(
        """
        INSERT INTO observations (position, call, account, source, trust, standing, digest, received_at,
            last_received_at, count, status, is_known_status, attempt, outcome, rule, status_before,
            status_after, changed_fields, withdraws, statement, delivered_at, stated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?8, ?8, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?8, ?)
        """)
    let insertBody = HotStatement("INSERT INTO bodies (position, body, is_packed) VALUES (?, ?, ?)")
    let insertChange = HotStatement(
        "INSERT INTO changes (account, sequence, call, status, source, at) VALUES (?, ?, ?, ?, ?, ?)")

    private var all: [HotStatement] {
        [
            findCall, insertCall, updateCall, updateOften, labels, saveText, changeBlock, findObservation,
            insertObservation, insertBody, insertChange,
        ]
    }

    /// Gives all of them back, before the connection is closed.
    func finalize() { for statement in all { statement.finalize() } }
}
