package import CallDomain
import Foundation
import GRDB

extension SQLiteStore {
    /// What names a number in the slice of rows after a place. Statements and bodies are searched as a whole, so that a
    /// number in a transcript or in a client's data is found as well as one that was dialled.
    package func mentions(account: AccountID, number: TelephoneNumber, after: Int64?) throws(StoreError) -> Mentions {
        try read { db in
            let start = after ?? 0
            let end = start + Mentions.sliceRows
            let arguments: StatementArguments = [
                "account": account.rawValue, "start": start, "end": end, "digits": number.digits,
            ]
            let dialled = try String.fetchAll(db.cachedStatement(sql: Self.dialledCallsSQL), arguments: arguments)
            let told = try Self.callsTelling(of: number, db: db, account: account, slice: start..<end)
            let calls = Set(dialled).union(told).sorted()
            let quarantine = try Int64.fetchAll(
                db.cachedStatement(sql: Self.mentionedQuarantineSQL), arguments: arguments)
            let dials = try String.fetchAll(db.cachedStatement(sql: Self.mentionedDialsSQL), arguments: arguments)
            let last = try Self.lastRow(db)
            return Mentions(
                calls: calls.map(CallID.init(rawValue:)), quarantine: quarantine, dials: dials,
                next: end < last ? end : nil)
        }
    }

    /// How many things a step of retention would take away if it were not bounded, counted up to a limit.
    package func overAge(_ step: RetentionStep, atMost limit: Int) throws(StoreError) -> Int {
        try read { db in
            let account = step.account.rawValue
            let mark = try Int64.fetchOne(
                db.cachedStatement(sql: JournalTransaction.markSQL), arguments: [account, step.kind.rawValue])
            let marked: StatementArguments = [account, mark ?? .min, step.before.rawValue, limit]
            let unmarked: StatementArguments = [account, step.before.rawValue, limit]
            let (sql, arguments) =
                switch step.kind {
                case .bodies: (JournalTransaction.oldBodiesSQL, marked)
                case .transcripts: (JournalTransaction.oldWordsSQL, marked)
                case .quarantine: (JournalTransaction.oldQuarantineSQL, marked)
                case .calls: (JournalTransaction.oldCallsSQL, unmarked)
                case .audit: ("SELECT 1 FROM audit_log WHERE account = ? AND at < ? LIMIT ?", unmarked)
                case .dials: ("SELECT 1 FROM dials WHERE account = ? AND created_at < ? LIMIT ?", unmarked)
                }
            return try Int.fetchOne(
                db.cachedStatement(sql: "SELECT count(*) FROM (\(sql))"), arguments: arguments) ?? 0
        }
    }

    /// The numbers that stay forgotten, of all accounts.
    package func forgottenNumbers() throws(StoreError) -> [ForgottenNumber] {
        try read { db in
            try Row.fetchAll(db.cachedStatement(sql: "SELECT account, digest FROM forgotten_numbers")).map { row in
                guard let digest = ContentDigest(bytes: try row.bytes(1)) else { throw MalformedBytes() }
                return ForgottenNumber(account: AccountID(rawValue: try row.value(0)), digest: digest)
            }
        }
    }

    /// Empties the write-ahead log into the database, on the writer, which alone does so.
    package func compact() throws(StoreError) -> Bool {
        do {
            return try pool.writeWithoutTransaction { db in
                let row = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                let busy: Int = try row?.value(0) ?? 1
                return busy == 0
            }
        } catch {
            throw StoreError(error)
        }
    }

    /// The last time at which something was told that was deleted with its call, since their time was over; nil where
    /// nothing was.
    static func deletedThrough(_ db: Database, account: AccountID) throws -> Timestamp? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT through FROM retention_marks WHERE account = ? AND kind = ?"),
            arguments: [account.rawValue, RetentionStep.Kind.calls.rawValue]
        ).map(Timestamp.init(rawValue:))
    }

    private static func lastRow(_ db: Database) throws -> Int64 {
        let tables = [("calls", "id"), ("observations", "position"), ("quarantine", "id"), ("dials", "rowid")]
        return try tables.reduce(0) { last, table in
            max(last, try Int64.fetchOne(db, sql: "SELECT max(\(table.1)) FROM \(table.0)") ?? 0)
        }
    }

    /// The calls of which a statement or a body of a slice names a number. A call's state is folded from its statements, so
    /// these are what is searched of it; one that cannot be read is searched as bytes, since a number must be found whatever
    /// else is damaged.
    private static func callsTelling(
        of number: TelephoneNumber, db: Database, account: AccountID, slice: Range<Int64>
    ) throws -> Set<String> {
        var calls: Set<String> = []
        var unpacker = Unpacker(db)
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: toldCallsSQL), arguments: [slice.lowerBound, slice.upperBound, account.rawValue])
        while let row = try rows.next() {
            let call: String = try row.value(0)
            guard !calls.contains(call) else { continue }
            let statement = try row.bytes(1)
            let body = try row.optionalBytes(2) ?? []
            let isPacked = try row.value(3) as Int64? == 1
            let bytes = (try? unpacker.value(body, isPacked: isPacked)) ?? body
            let isNamed =
                (try? Statement(encoded: unpacker.value(statement))).map { number.isNamed(in: $0) }
                ?? number.isNamed(in: statement)
            if isNamed || number.isNamed(in: bytes) { calls.insert(call) }
        }
        return calls
    }

    static let dialledCallsSQL = """
        SELECT call_id FROM calls
        WHERE id > :start AND id <= :end AND +account = :account AND erased_at IS NULL
            AND (from_digits = :digits OR to_digits = :digits)
        """
    static let toldCallsSQL = """
        SELECT call_id, statement, body, is_packed FROM observations
            LEFT JOIN bodies ON bodies.position = observations.position
            JOIN calls ON calls.id = observations.call
        WHERE observations.position > ? AND observations.position <= ? AND +observations.account = ?
            AND erased_at IS NULL
        """
    static let mentionedQuarantineSQL = """
        SELECT id FROM quarantine
        WHERE id > :start AND id <= :end AND +account = :account AND bytes_name(body, :digits)
        """
    static let mentionedDialsSQL = """
        SELECT correlation_key FROM dials
        WHERE rowid > :start AND rowid <= :end AND +account = :account AND bytes_name(request, :digits)
        """
}
