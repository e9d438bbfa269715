import CallDomain
import Foundation
import GRDB

/// A row of `calls`, and how its other columns follow from what is believed.
struct StoredCall: Equatable {
    /// The row; nil before it is written first.
    var id: Int64?
    var callID: CallID
    var account: AccountID
    var execution: ExecutionID
    /// The first receipt of anything about the call.
    var firstHeardAt: Timestamp
    var updatedAt: Timestamp
    var changeSequence: Int64
    var unverifiedStatus: CallStatus?
    var observationCount: Int
    var ledger: ExpectationLedger
    var state: CallState?
    /// When it first was more than hints; nil before.
    var bornAt: Timestamp?
    /// From which position on; nil before.
    var bornPosition: Int64?
    /// From which position on it has its agent; nil while none is known.
    var agentPosition: Int64?
    /// From which position on it waits for what it waits for.
    var ledgerPosition: Int64 = 0
    /// What is gone from all its statements.
    var redaction = Redaction.none
    /// Whether its state was folded anew when it was read, so that other columns may still be as other rules made them.
    var isRefolded = false
    /// The statement that its state and further values are packed with; nil while there is none, or none is known.
    var root: PackingRoot?
    /// Since when nothing of it is shown, and everything about it is dropped; nil while it is a call like any other.
    var erasedAt: Timestamp?

    /// A call that was not known before.
    init(_ incoming: IncomingObservation) {
        callID = incoming.proposedCallID
        account = incoming.account
        execution = incoming.statement.executionID
        firstHeardAt = incoming.receivedAt
        updatedAt = incoming.receivedAt
        changeSequence = 0
        observationCount = 0
        redaction = incoming.redaction
        ledger = ExpectationLedger()
    }

    /// The columns of ``init(row:db:reconciler:)``, in its order.
    static let columns = """
        calls.id, call_id, calls.account, execution, first_heard_at, updated_at, change_sequence, unverified_status, \
        observation_count, rules_version, ledger, state, born_at, born_position, agent_position, ledger_position, \
        redaction, erased_at
        """

    /// Reads a row of ``columns``. A state that other rules made, or in a form that is not known, is folded anew
    /// from the journal.
    init(row: some ColumnReading, db: Database, reconciler: Reconciler) throws {
        let id: Int64 = try row.value(0)
        self.id = id
        callID = CallID(rawValue: try row.value(1))
        account = AccountID(rawValue: try row.value(2))
        execution = ExecutionID(rawValue: try row.value(3))
        firstHeardAt = Timestamp(rawValue: try row.value(4))
        updatedAt = Timestamp(rawValue: try row.value(5))
        changeSequence = try row.value(6)
        unverifiedStatus = (try row.value(7) as String?).flatMap(CallStatus.init(spelling:))
        observationCount = Int(clamping: try row.value(8) as Int64)
        ledger = try ExpectationLedger(encoded: try row.bytes(10))
        bornAt = (try row.value(12) as Int64?).map(Timestamp.init(rawValue:))
        bornPosition = try row.value(13)
        agentPosition = try row.value(14)
        ledgerPosition = try row.value(15)
        guard let redaction = UInt8(exactly: try row.value(16) as Int64).flatMap(Redaction.init(rawValue:)) else {
            throw MalformedBytes()
        }
        self.redaction = redaction
        erasedAt = (try row.value(17) as Int64?).map(Timestamp.init(rawValue:))
        guard let bytes = try row.optionalBytes(11) else { return }
        var unpacker = Unpacker(db)
        root = try? unpacker.root(of: bytes)
        if try row.value(9) == reconciler.edition, let state = try? CallState(encoded: unpacker.value(bytes)) {
            self.state = state
        } else {
            state = reconciler.fold(try Journal.evidence(db, call: id))
            isRefolded = true
        }
    }

    /// As much as its erasing needs of a row whose other columns cannot be read.
    private init(unreadable row: Row) throws {
        id = try row.value(0)
        callID = CallID(rawValue: try row.value(1))
        account = AccountID(rawValue: try row.value(2))
        execution = ExecutionID(rawValue: try row.value(3))
        firstHeardAt = Timestamp(rawValue: try row.value(4))
        updatedAt = Timestamp(rawValue: try row.value(5))
        changeSequence = try row.value(6)
        observationCount = try row.value(8)
        erasedAt = (try row.value(17) as Int64?).map(Timestamp.init(rawValue:))
        ledger = ExpectationLedger()
    }

    /// Finds a call that is to be erased, under a condition; damage must not keep a person's data.
    static func findToErase(
        _ db: Database, _ condition: String, _ arguments: StatementArguments, reconciler: Reconciler
    ) throws -> StoredCall? {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT \(columns) FROM calls WHERE \(condition)"), arguments: arguments)
        guard let row else { return nil }
        do {
            return try StoredCall(row: row, db: db, reconciler: reconciler)
        } catch {
            guard StoreError(error).kind == .invalid else { throw error }
            return try StoredCall(unreadable: row)
        }
    }

    /// The time by which lists are ordered: Bolna's, else the first receipt.
    var createdAt: Timestamp { state?.shared.values.time(.createdAt) ?? firstHeardAt }

    /// The call as clients of the store see it.
    var record: CallRecord {
        CallRecord(
            call: callID, account: account, execution: execution, state: state, ledger: ledger,
            createdAt: firstHeardAt, updatedAt: updatedAt, cursor: ChangeCursor(sequence: changeSequence),
            unverifiedStatus: unverifiedStatus)
    }

    /// Finds a call by Bolna's id.
    static func find(
        _ db: Database, with statements: JournalStatements, account: AccountID, execution: ExecutionID,
        reconciler: Reconciler
    ) throws -> StoredCall? {
        try statements.findCall.first(db) { values in
            values.add(account.rawValue)
            values.add(execution.rawValue)
        } _: { row in
            try StoredCall(row: row, db: db, reconciler: reconciler)
        }
    }

    /// Finds a call by Bolna's id, on any connection.
    static func find(
        _ db: Database, account: AccountID, execution: ExecutionID, reconciler: Reconciler
    ) throws -> StoredCall? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT \(columns) FROM calls WHERE account = ? AND execution = ?"),
            arguments: [account.rawValue, execution.rawValue]
        ).map { try StoredCall(row: $0, db: db, reconciler: reconciler) }
    }

    /// Finds a call by the gateway's id.
    static func find(
        _ db: Database, account: AccountID, call: CallID, reconciler: Reconciler
    ) throws -> StoredCall? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT \(columns) FROM calls WHERE call_id = ? AND account = ?"),
            arguments: [call.rawValue, account.rawValue]
        ).map { try StoredCall(row: $0, db: db, reconciler: reconciler) }
    }
}
