import CallDomain
import GRDB

/// How a call's row is written. What hardly ever changes is left out of most updates: SQLite writes each index anew of
/// which an update sets a column, whatever the values are.
extension StoredCall {
    private static let identity = ["call_id", "account", "execution"]
    private static let frequent = [
        "status", "phase", "updated_at", "next_due_at", "waiting_outcome", "change_sequence", "rules_version",
        "observation_count", "ledger", "state", "ledger_position", "waits_by",
    ]
    private static let rare = [
        "agent", "from_digits", "to_digits", "created_at", "first_heard_at", "has_recording", "lead",
        "unverified_status", "born_at", "born_position", "agent_position", "redaction", "erased_at",
    ]

    /// Binds ``frequent``, ``rare`` and the identity.
    static let insertion: String = {
        let columns = frequent + rare + identity
        return """
            INSERT INTO calls (\(columns.joined(separator: ", "))) \
            VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
            """
    }()

    /// Binds ``frequent``, ``rare`` and the row's id.
    static let wholeUpdate = update(frequent + rare)

    /// Binds ``frequent`` and the row's id.
    static let frequentUpdate = update(frequent)

    private static func update(_ columns: [String]) -> String {
        "UPDATE calls SET \(columns.map { "\($0) = ?" }.joined(separator: ", ")) WHERE id = ?"
    }

    /// Whether no column of ``rare`` differs; of the lead, which follows from what was given about the call, apart.
    private func hasRareValues(of other: StoredCall) -> Bool {
        let told: [CallField] = [.agentID, .fromNumber, .toNumber, .createdAt]
        return told.allSatisfy { state?.shared.values[$0] == other.state?.shared.values[$0] }
            && firstHeardAt == other.firstHeardAt && hasRecording == other.hasRecording
            && unverifiedStatus == other.unverifiedStatus && bornAt == other.bornAt
            && bornPosition == other.bornPosition && agentPosition == other.agentPosition
            && redaction == other.redaction && erasedAt == other.erasedAt
    }

    private var hasRecording: Bool { state?[.recordingURL] != nil }

    private func bindRare(to values: inout HotBinding, lead: String?) {
        values.add(state?.shared.values.text(.agentID))
        values.add(state?[.fromNumber].digits)
        values.add(state?[.toNumber].digits)
        values.add(createdAt.rawValue)
        values.add(firstHeardAt.rawValue)
        values.add(hasRecording)
        values.add(lead)
        values.add(unverifiedStatus?.word)
        values.add(bornAt?.rawValue)
        values.add(bornPosition)
        values.add(agentPosition)
        values.add(redaction.rawValue)
        values.add(erasedAt?.rawValue)
    }

    private func bindFrequent(to values: inout HotBinding, state packed: [UInt8]?, edition: Int64) {
        values.add(state?.status.word)
        values.add(state?.status.phase?.rawValue)
        values.add(updatedAt.rawValue)
        values.add(ledger.open?.due.rawValue)
        values.add(ledger.outcome?.rawValue)
        values.add(changeSequence)
        values.add(edition)
        values.add(observationCount)
        values.add(ledger.encoded)
        values.add(packed)
        values.add(ledgerPosition)
        values.add(ledger.open?.why.rawValue)
    }

    /// Writes the row, and the texts that are searched, where they differ from those of `previous`. Returns its id.
    func save(
        _ db: Database, with statements: JournalStatements, previous: StoredCall, edition: Int64
    ) throws -> Int64 {
        let packed = state.map { statements.packer.packed($0.encoded, with: root) }
        let (given, givenBefore) = (recipientData, previous.recipientData)
        let isLabelledAlike =
            try given == givenBefore
            || CallLabels(given, db: db, statement: statements.labels)
                == CallLabels(givenBefore, db: db, statement: statements.labels)
        let isRetold =
            previous.isRefolded || !isLabelledAlike || previous.state?[.transcript] != state?[.transcript]
            || previous.state?[.summary] != state?[.summary]
        if let id, !isRetold, hasRareValues(of: previous) {
            try statements.updateOften.run(db) { values in
                bindFrequent(to: &values, state: packed, edition: edition)
                values.add(id)
            }
            return id
        }
        let labels = try CallLabels(given, db: db, statement: statements.labels)
        let row = try saveWhole(db, with: statements, state: packed, lead: labels.lead, edition: edition)
        if isRetold { try saveText(db, with: statements, row: row, labels: labels) }
        return row
    }

    private var recipientData: String? { state?.shared.values.json(.recipientData) }

    private func saveWhole(
        _ db: Database, with statements: JournalStatements, state packed: [UInt8]?, lead: String?,
        edition: Int64
    ) throws -> Int64 {
        if let id {
            try statements.updateCall.run(db) { values in
                bindFrequent(to: &values, state: packed, edition: edition)
                bindRare(to: &values, lead: lead)
                values.add(id)
            }
            return id
        }
        try statements.insertCall.run(db) { values in
            bindFrequent(to: &values, state: packed, edition: edition)
            bindRare(to: &values, lead: lead)
            values.add(callID.rawValue)
            values.add(account.rawValue)
            values.add(execution.rawValue)
        }
        return db.lastInsertedRowID
    }

    private func saveText(_ db: Database, with statements: JournalStatements, row: Int64, labels: CallLabels) throws {
        let texts = [
            state?.current.fields.values.text(.transcript), state?.current.fields.values.text(.summary), labels.name,
            labels.project, labels.lead,
        ]
        let text = texts.compactMap { $0 }.joined(separator: "\n").caseFoldedUTF8
        try statements.saveText.run(db) { values in
            values.add(row)
            values.add(utf8: text)
        }
        try statements.changeBlock.run(db) { values in
            values.add(TextIndex.block(of: row))
            values.add(updatedAt.rawValue)
        }
    }
}

/// What was given about a call when it was dialled, as far as lists filter by it.
struct CallLabels: Equatable {
    /// Who it was meant for.
    var lead: String?
    /// The called person's name.
    var name: String?
    /// What it was part of.
    var project: String?

    /// Binds the JSON.
    static let sql = """
        SELECT substr(lead, 1, \(StoreBounds.longestLabel)), substr(name, 1, \(StoreBounds.longestLabel)),
            substr(project, 1, \(StoreBounds.longestLabel))
        FROM (
            SELECT CAST(json_extract(data, '$.leadId') AS TEXT) AS lead,
                CAST(json_extract(data, '$.callerName') AS TEXT) AS name,
                CAST(json_extract(data, '$.projectName') AS TEXT) AS project
            FROM (SELECT CASE WHEN json_valid(?1) THEN ?1 ELSE '{}' END AS data))
        """

    /// Reads the members of `recipient_data` as text, numbers and other JSON as they are written; a long text is cut.
    init(_ json: String?, db: Database, statement: HotStatement) throws {
        guard let json else { return }
        let found = try statement.first(db) { values in
            values.add(json)
        } _: { row in
            (lead: try row.value(0) as String?, name: try row.value(1) as String?, project: try row.value(2) as String?)
        }
        (lead, name, project) = found ?? (nil, nil, nil)
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
        let digits = utf8.filter { (0x30...0x39).contains($0) }
        return digits.isEmpty ? nil : String(decoding: digits, as: UTF8.self)
    }
}
