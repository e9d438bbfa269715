import CallDomain
import Foundation
import GRDB

/// Reads a call's journal.
enum Journal {
    /// All that is known of a call.
    static func evidence(_ db: Database, call: Int64) throws -> Evidence {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT source, trust, standing, digest, received_at, statement, withdraws
                    FROM observations WHERE call = ?
                    """),
            arguments: [call])
        var unpacker = Unpacker(db)
        return Evidence(
            observations: try rows.map { try Observation(row: $0, from: 0, with: &unpacker) },
            reads: try reads(db, call: call))
    }

    /// Every full read of a call, in the order in which they were sent.
    static func reads(_ db: Database, call: Int64) throws -> [ReadRecord] {
        try readsWithOutcomes(db, call: call).map(\.read)
    }

    /// Every full read of a call with what it led to, in the order in which they were sent.
    static func readsWithOutcomes(_ db: Database, call: Int64) throws -> [JournalRead] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT observations.source, trust, standing, digest, reads.sent_at, reads.received_at,
                        reads.outcome, reads.status_after
                    FROM reads JOIN observations ON observations.position = reads.observation
                    WHERE reads.call = ? ORDER BY reads.sent_at, reads.received_at, reads.id
                    """),
            arguments: [call]
        ).map { row in
            guard let outcome = Decision.Outcome(rawValue: try row.value(6)) else { throw MalformedBytes() }
            return JournalRead(
                read: ReadRecord(
                    sentAt: Timestamp(rawValue: try row.value(4)), receivedAt: Timestamp(rawValue: try row.value(5)),
                    observation: try ObservationKey(row: row, from: 0)),
                outcome: outcome, statusAfter: (try row.value(7) as String?).flatMap(CallStatus.init(spelling:)))
        }
    }

    /// The body at a position; nil where it is not kept.
    static func body(_ db: Database, at position: Int64) throws -> [UInt8]? {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT body, is_packed FROM bodies WHERE position = ?"), arguments: [position])
        var unpacker = Unpacker(db)
        return try row.map { try unpacker.value(try $0.bytes(0), isPacked: try $0.value(1)) }
    }

    /// A call's rows in commit order.
    static func rows(
        _ db: Database, call: Int64, withBodies: Bool, after position: Int64 = 0, limit: Int = -1
    ) throws -> [JournalRow] {
        let contradictions = Dictionary(grouping: try contradictions(db, call: call)) { $0.position }
            .mapValues { $0.map(\.entry.contradiction) }
        var unpacker = Unpacker(db)
        return try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT source, trust, standing, digest, received_at, statement, withdraws,
                        observations.position, outcome, rule, status_before, status_after, changed_fields, count,
                        last_received_at, bodies.body, bodies.is_packed
                    FROM observations LEFT JOIN bodies ON ? AND bodies.position = observations.position
                    WHERE call = ? AND observations.position > ? ORDER BY observations.position LIMIT ?
                    """),
            arguments: [withBodies, call, position, limit]
        ).map { row in
            let position: Int64 = try row.value(7)
            var decision = try Decision(row: row, from: 8)
            decision.newContradictions = contradictions[position, default: []]
            let body = try row.optionalBytes(15)
            return JournalRow(
                position: position, observation: try Observation(row: row, from: 0, with: &unpacker),
                decision: decision, count: try row.value(13), lastReceivedAt: Timestamp(rawValue: try row.value(14)),
                body: try body.map { try unpacker.value($0, isPacked: try row.value(16)) })
        }
    }

    /// Every contradiction of a call, in their order, with the position of the entry that brought it.
    static func contradictions(
        _ db: Database, call: Int64
    ) throws -> [(position: Int64, entry: JournalContradiction)] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT position, rule, attempt, standing, against, standing_status, against_status, since,
                        settled_at
                    FROM contradictions WHERE call = ?
                    """),
            arguments: [call]
        ).map { row in
            guard let rule = ReconciliationRule(rawValue: try row.value(1)),
                let standing = CallStatus(spelling: try row.value(5)),
                let against = CallStatus(spelling: try row.value(6))
            else { throw MalformedBytes() }
            let contradiction = Contradiction(
                rule: rule, attempt: try row.value(2), standing: try ObservationKey(columnBytes: try row.bytes(3)),
                against: try ObservationKey(columnBytes: try row.bytes(4)), standingStatus: standing,
                againstStatus: against, since: Timestamp(rawValue: try row.value(7)))
            let settledAt: Int64? = try row.value(8)
            return (
                try row.value(0),
                JournalContradiction(
                    contradiction: contradiction, settledAt: settledAt.map(Timestamp.init(rawValue:)))
            )
        }.sorted { $0.entry.contradiction < $1.entry.contradiction }
    }
}

extension ObservationKey {
    /// Reads source, trust, standing and digest from a row.
    init(row: Row, from index: Int) throws {
        guard let source = Source(rawValue: try row.value(index)),
            let trust = Trust(rawValue: try row.value(index + 1)),
            let standing = Standing(rawValue: try row.value(index + 2)),
            let digest = ContentDigest(bytes: try row.bytes(index + 3))
        else { throw MalformedBytes() }
        self.init(source: source, trust: trust, standing: standing, digest: digest)
    }

    /// The bytes that name an observation in a column of another table.
    var columnBytes: [UInt8] { [source.rawValue, trust.rawValue, standing.rawValue] + digest.bytes }

    /// The number of ``columnBytes``.
    static let columnBytesCount = 35

    /// Reads ``columnBytes``.
    init(columnBytes bytes: some RandomAccessCollection<UInt8>) throws {
        let parts = Array(bytes)
        guard parts.count == Self.columnBytesCount, let source = Source(rawValue: parts[0]),
            let trust = Trust(rawValue: parts[1]), let standing = Standing(rawValue: parts[2]),
            let digest = ContentDigest(bytes: parts[3...])
        else { throw MalformedBytes() }
        self.init(source: source, trust: trust, standing: standing, digest: digest)
    }
}

extension Observation {
    /// Reads the key, the first receipt, the statement and what it withdraws from a row.
    init(row: Row, from index: Int, with unpacker: inout Unpacker) throws {
        let withdraws = try row.optionalBytes(index + 6) ?? []
        self.init(
            key: try ObservationKey(row: row, from: index), receivedAt: Timestamp(rawValue: try row.value(index + 4)),
            statement: try Statement(encoded: try unpacker.value(try row.bytes(index + 5))),
            withdraws: try stride(from: 0, to: withdraws.count, by: ObservationKey.columnBytesCount).map { start in
                try ObservationKey(columnBytes: withdraws[start...].prefix(ObservationKey.columnBytesCount))
            })
    }
}

extension Decision {
    /// Reads outcome, rule, the status before and after, and the changed fields from a row.
    init(row: Row, from index: Int) throws {
        guard let outcome = Outcome(rawValue: try row.value(index)),
            let rule = ReconciliationRule(rawValue: try row.value(index + 1))
        else { throw MalformedBytes() }
        self.init(
            outcome: outcome, rule: rule,
            changedFields: (try row.optionalBytes(index + 4) ?? []).compactMap { CallField(rawValue: Int($0)) },
            statusBefore: (try row.value(index + 2) as String?).flatMap(CallStatus.init(spelling:)),
            statusAfter: (try row.value(index + 3) as String?).flatMap(CallStatus.init(spelling:)))
    }
}
