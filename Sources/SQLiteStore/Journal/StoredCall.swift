import CallDomain
import Foundation
import GRDB

/// A row of `calls`, and how its other columns follow from what is believed.
struct StoredCall {
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
    init(row: Row, db: Database, reconciler: Reconciler) throws {
        let id: Int64 = try row.value(0)
        self.id = id
        callID = CallID(rawValue: try row.value(1))
        account = AccountID(rawValue: try row.value(2))
        execution = ExecutionID(rawValue: try row.value(3))
        firstHeardAt = Timestamp(rawValue: try row.value(4))
        updatedAt = Timestamp(rawValue: try row.value(5))
        changeSequence = try row.value(6)
        unverifiedStatus = (try row.value(7) as String?).flatMap(CallStatus.init(spelling:))
        observationCount = try row.value(8)
        ledger = try ExpectationLedger(encoded: try row.bytes(10))
        bornAt = (try row.value(12) as Int64?).map(Timestamp.init(rawValue:))
        bornPosition = try row.value(13)
        agentPosition = try row.value(14)
        ledgerPosition = try row.value(15)
        guard let redaction = Redaction(rawValue: try row.value(16)) else { throw MalformedBytes() }
        self.redaction = redaction
        erasedAt = (try row.value(17) as Int64?).map(Timestamp.init(rawValue:))
        guard let bytes = try row.optionalBytes(11) else { return }
        if try row.value(9) == reconciler.edition, let state = try? CallState(encoded: bytes) {
            self.state = state
        } else {
            state = reconciler.fold(try Journal.evidence(db, call: id))
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

extension StoredCall {
    private static let identity = ["call_id", "account", "execution"]
    private static let values = [
        "agent", "status", "phase", "from_digits", "to_digits", "created_at", "first_heard_at", "updated_at",
        "has_recording", "lead", "next_due_at", "waiting_outcome", "change_sequence", "rules_version",
        "unverified_status", "observation_count", "ledger", "state",
        "born_at", "born_position", "agent_position", "ledger_position", "waits_by",
        "redaction", "erased_at",
    ]
    private static let insertion = """
        INSERT INTO calls (\((values + identity).joined(separator: ", "))) \
        VALUES (\((values + identity).map { _ in "?" }.joined(separator: ", ")))
        """
    private static let update = """
        UPDATE calls SET \(values.map { "\($0) = ?" }.joined(separator: ", ")) WHERE id = ?
        """

    /// Writes the row, and the texts that are searched, where they differ from those of `previous`. Returns its id.
    func save(_ db: Database, previous: CallState?, edition: Int64) throws -> Int64 {
        let labels = try Labels(state?.shared.values.json(.recipientData), db: db)
        var arguments: [(any DatabaseValueConvertible)?] = [
            state?.shared.values.text(.agentID), state?.status.word, state?.status.phase?.rawValue,
            state?[.fromNumber].digits, state?[.toNumber].digits, createdAt.rawValue, firstHeardAt.rawValue,
            updatedAt.rawValue, state?[.recordingURL] != nil, labels.lead, ledger.open?.due.rawValue,
            ledger.outcome?.rawValue, changeSequence, edition, unverifiedStatus?.word, observationCount,
            Data(ledger.encoded), (state?.encoded).map { Data($0) }, bornAt?.rawValue, bornPosition, agentPosition,
            ledgerPosition, ledger.open?.why.rawValue, redaction.rawValue, erasedAt?.rawValue,
        ]
        let row: Int64
        if let id {
            arguments.append(id)
            try db.cachedStatement(sql: Self.update).execute(arguments: StatementArguments(arguments))
            row = id
        } else {
            arguments += [callID.rawValue, account.rawValue, execution.rawValue]
            try db.cachedStatement(sql: Self.insertion).execute(arguments: StatementArguments(arguments))
            row = db.lastInsertedRowID
        }
        let searched: [CallField] = [.transcript, .summary, .recipientData]
        if searched.contains(where: { previous?[$0] != state?[$0] }) { try saveText(db, row: row, labels: labels) }
        return row
    }

    private func saveText(_ db: Database, row: Int64, labels: Labels) throws {
        let texts = [
            state?.current.fields.values.text(.transcript), state?.current.fields.values.text(.summary), labels.name,
            labels.project, labels.lead,
        ]
        let text = texts.compactMap { $0 }.joined(separator: "\n").lowercased()
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO call_texts (call, text) VALUES (?, ?)")
            .execute(arguments: [row, text])
        try db.cachedStatement(sql: Self.blockChange)
            .execute(arguments: [TextIndex.block(of: row), updatedAt.rawValue])
    }

    private static let blockChange = """
        INSERT INTO text_blocks (block, changed_at) VALUES (?1, ?2)
        ON CONFLICT DO UPDATE SET changed_at = ?2
        WHERE changed_at IS NULL OR changed_at < ?2 - \(StoreBounds.blockChangeInterval.microseconds)
        """
}

/// What was given about a call when it was dialled, as far as lists filter by it.
private struct Labels {
    var lead: String?
    var name: String?
    var project: String?

    /// Reads the members of `recipient_data` as text, numbers and other JSON as they are written; a long text is cut.
    init(_ json: String?, db: Database) throws {
        guard let json else { return }
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT substr(lead, 1, ?2), substr(name, 1, ?2), substr(project, 1, ?2)
                    FROM (
                        SELECT CAST(json_extract(data, '$.leadId') AS TEXT) AS lead,
                            CAST(json_extract(data, '$.callerName') AS TEXT) AS name,
                            CAST(json_extract(data, '$.projectName') AS TEXT) AS project
                        FROM (SELECT CASE WHEN json_valid(?1) THEN ?1 ELSE '{}' END AS data))
                    """),
            arguments: [json, StoreBounds.longestLabel])
        lead = try row?.value(0)
        name = try row?.value(1)
        project = try row?.value(2)
    }
}

extension FieldValue? {
    /// The digits of a number as text; nil without any.
    fileprivate var digits: String? {
        guard case .text(let text)? = self else { return nil }
        return text.digits
    }
}

extension String {
    /// Its ASCII digits; nil without any.
    var digits: String? {
        let digits = unicodeScalars.filter { ("0"..."9").contains($0) }
        return digits.isEmpty ? nil : String(String.UnicodeScalarView(digits))
    }
}
