import CallDomain
import Foundation
import GRDB

extension JournalTransaction {
    /// Keeps a delivery aside, or counts it where the same bytes of the same sender are there for the same reason.
    mutating func quarantine(_ delivery: QuarantinedDelivery) throws -> JournalReceipt {
        let repeats = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    UPDATE quarantine SET count = count + 1, received_at = min(received_at, ?)
                    WHERE account = ? AND digest = ? AND reason = ? AND source = ? AND trust = ?
                        AND ifnull(agent, '') = ? RETURNING id
                    """),
            arguments: [
                delivery.receivedAt.rawValue, delivery.account.rawValue, delivery.digest.blob,
                delivery.reason.rawValue, delivery.source.rawValue, delivery.trust.rawValue,
                delivery.agent?.rawValue ?? "",
            ])
        guard repeats == nil else { return .quarantined(reason: delivery.reason, isRepeat: true) }
        guard try hasRoom(for: delivery) else { return .failed(Self.quarantineIsFull) }
        try db.cachedStatement(
            sql: """
                INSERT INTO quarantine (account, agent, execution, source, trust, received_at, sent_at, reason, detail,
                    digest, count, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ifnull(?, x''))
                """
        ).execute(arguments: [
            delivery.account.rawValue, delivery.agent?.rawValue, delivery.execution?.rawValue,
            delivery.source.rawValue, delivery.trust.rawValue, delivery.receivedAt.rawValue,
            delivery.sentAt?.rawValue, delivery.reason.rawValue, delivery.detail, delivery.digest.blob,
            Data(delivery.body),
        ])
        return .quarantined(reason: delivery.reason, isRepeat: false)
    }

    /// Whether one more open entry is within the bounds of the account's quarantine.
    private func hasRoom(for delivery: QuarantinedDelivery) throws -> Bool {
        let totals = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT open_entries, open_bytes FROM quarantine_totals WHERE account = ?"),
            arguments: [delivery.account.rawValue])
        guard let totals else { return true }
        let (entries, bytes): (Int, Int) = (try totals.value(0), try totals.value(1))
        return entries < QuarantineBounds.mostOpenEntries
            && bytes + delivery.body.count <= QuarantineBounds.mostOpenBytes
    }

    private static let quarantineIsFull = StoreError(
        kind: .full,
        message: "The account's quarantine is full: replay or discard what it holds with gateway quarantine.")

    /// Tries to settle an entry: stores what could be read from it, and ends it where all of it is stored.
    mutating func attempt(_ trial: QuarantineTrial) throws -> QuarantineTrialOutcome {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT resolution, settled_at FROM quarantine WHERE id = ? AND account = ?"),
            arguments: [trial.entry, trial.account.rawValue])
        guard let row else {
            throw StoreError(kind: .invalid, message: "The account's quarantine has no entry \(trial.entry).")
        }
        if let settlement = try QuarantineSettlement(row: row, from: 0) { return .settledBefore(settlement) }
        var observed: [ObservedCall] = []
        var isOverfull = false
        for (number, incoming) in trial.observations.enumerated() {
            if number > 0 { takePosition() }
            switch try observe(incoming) {
            case .observed(let call): observed.append(call)
            default: isOverfull = true
            }
        }
        let resolution = isOverfull ? nil : trial.resolution
        try db.cachedStatement(
            sql: """
                UPDATE quarantine SET resolution = ?, settled_at = ?, tried_under = ifnull(?, tried_under)
                WHERE id = ?
                """
        ).execute(arguments: [
            resolution?.rawValue, resolution.map { _ in trial.at.rawValue }, trial.circumstances, trial.entry,
        ])
        guard let resolution else { return .kept(observed, isOverfull: isOverfull) }
        return .settled(resolution, observed)
    }

    /// Ends the open entries about a call that were received before a full read of it was sent: what they could tell, the
    /// read tells, and they could not win against it.
    func settleQuarantine(of call: StoredCall, by read: ReadRecord, at time: Timestamp) throws {
        try db.cachedStatement(
            sql: """
                UPDATE quarantine SET resolution = ?, settled_at = ?
                WHERE account = ? AND execution = ? AND resolution IS NULL AND received_at < ?
                """
        ).execute(arguments: [
            QuarantineResolution.settledByRead.rawValue, time.rawValue, call.account.rawValue,
            call.execution.rawValue, read.sentAt.rawValue,
        ])
    }
}

extension QuarantineSettlement {
    /// Reads the resolution and its time from a row; nil while the entry is open.
    init?(row: Row, from index: Int) throws {
        guard let number = try row.value(index) as UInt8? else { return nil }
        guard let resolution = QuarantineResolution(rawValue: number) else { throw MalformedBytes() }
        self.init(resolution: resolution, at: Timestamp(rawValue: try row.value(index + 1)))
    }
}
