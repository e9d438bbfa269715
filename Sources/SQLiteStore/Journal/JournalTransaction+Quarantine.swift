import CallDomain
import Foundation
import GRDB

extension JournalTransaction {
    /// Keeps a delivery aside, or counts it where the same bytes of the same sender are there for the same reason. Reports
    /// count it for the agent. One of another kind than calls is settled as it comes, and so is one that names a call that
    /// is erased: its bytes are not kept.
    mutating func quarantine(_ delivery: QuarantinedDelivery, agent: AgentID?) throws -> JournalReceipt {
        var delivery = delivery
        let named = delivery.readExecutions + (delivery.execution.map { [$0] } ?? [])
        let isErased = try named.contains { try self.isErased($0, account: delivery.account) }
        if isErased { delivery.body = [] }
        if let (entry, count) = try counted(delivery) {
            try logAside(delivery, agent: agent, entry: entry, earlier: count - 1)
            return .quarantined(reason: delivery.reason, isRepeat: true)
        }
        let resolution: QuarantineResolution? =
            isErased ? .forgotten : delivery.reason.isOtherKind ? .keptAsOther : nil
        let shelf = QuarantineShelf(delivery)
        guard try !shelf.refusesMore || hasRoom(for: delivery, on: shelf) else {
            return .failed(Self.quarantineIsFull)
        }
        try db.cachedStatement(
            sql: """
                INSERT INTO quarantine (account, agent, execution, source, trust, is_hint, received_at, sent_at, reason,
                    detail, digest, count, resolution, settled_at, body_bytes, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, iif(?, NULL, ifnull(?, x'')))
                """
        ).execute(arguments: [
            delivery.account.rawValue, delivery.agent?.rawValue, delivery.execution?.rawValue,
            delivery.source.rawValue, delivery.trust.rawValue, delivery.standing == .hint,
            delivery.receivedAt.rawValue, delivery.sentAt?.rawValue, delivery.reason.rawValue, delivery.detail,
            delivery.digest.blob, resolution?.rawValue, resolution.map { _ in delivery.receivedAt.rawValue },
            delivery.body.count, isErased, Data(delivery.body),
        ])
        try logAside(delivery, agent: agent, entry: db.lastInsertedRowID, earlier: 0)
        if !shelf.refusesMore { try pruneQuarantine(of: delivery.account, shelf: shelf, at: delivery.receivedAt) }
        return .quarantined(reason: delivery.reason, isRepeat: false)
    }

    /// The entry of the same bytes of the same sender for the same reason, which counts them; nil without one.
    private func counted(_ delivery: QuarantinedDelivery) throws -> (entry: Int64, count: Int)? {
        try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    UPDATE quarantine SET count = count + 1, received_at = min(received_at, ?)
                    WHERE account = ? AND digest = ? AND reason = ? AND source = ? AND trust = ?
                        AND ifnull(agent, '') = ? RETURNING id, count
                    """),
            arguments: [
                delivery.receivedAt.rawValue, delivery.account.rawValue, delivery.digest.blob,
                delivery.reason.rawValue, delivery.source.rawValue, delivery.trust.rawValue,
                delivery.agent?.rawValue ?? "",
            ]
        ).map { (try $0.value(0), try $0.value(1)) }
    }

    /// Whether one more open entry is within the bounds of the account's quarantine.
    private func hasRoom(for delivery: QuarantinedDelivery, on shelf: QuarantineShelf) throws -> Bool {
        let totals = try totals(of: delivery.account, shelf: shelf)
        return totals.entries < shelf.mostEntries && totals.bytes + delivery.body.count <= shelf.mostBytes
    }

    private func totals(of account: AccountID, shelf: QuarantineShelf) throws -> (entries: Int, bytes: Int) {
        let totals = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT entries, bytes FROM quarantine_totals WHERE account = ? AND shelf = ?"),
            arguments: [account.rawValue, shelf.rawValue])
        return try totals.map { (try $0.value(0), try $0.value(1)) } ?? (0, 0)
    }

    /// Lets go of the oldest bodies of settled entries that are too many or too old, and of the oldest entries, a bounded
    /// number at a time.
    private func pruneQuarantine(of account: AccountID, shelf: QuarantineShelf, at now: Timestamp) throws {
        let totals = try totals(of: account, shelf: shelf)
        let excess = totals.bytes - shelf.mostBytes
        let oldest = now.advanced(by: .zero - StoreBounds.settledBodiesKept).rawValue
        let bodies = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT id, body_bytes, settled_at FROM quarantine
                    WHERE account = ? AND shelf = ? AND resolution IS NOT NULL AND body IS NOT NULL
                    ORDER BY id LIMIT ?
                    """),
            arguments: [account.rawValue, shelf.rawValue, StoreBounds.quarantinePrunedPerEntry])
        var freed = 0
        for row in bodies {
            guard try freed < excess || row.value(2) < oldest else { break }
            freed += try row.value(1)
            try db.cachedStatement(sql: "UPDATE quarantine SET body = NULL WHERE id = ?")
                .execute(arguments: [try row.value(0) as Int64])
        }
        let tooMany = min(totals.entries - shelf.mostEntries, StoreBounds.quarantinePrunedPerEntry)
        guard tooMany > 0 else { return }
        try db.cachedStatement(
            sql: """
                DELETE FROM quarantine WHERE id IN (
                    SELECT id FROM quarantine WHERE account = ? AND shelf = ? AND resolution IS NOT NULL
                    ORDER BY id LIMIT ?)
                """
        ).execute(arguments: [account.rawValue, shelf.rawValue, tooMany])
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
        var isForgotten = false
        for (number, incoming) in trial.observations.enumerated() {
            if number > 0 { takePosition() }
            switch try observe(incoming) {
            case .observed(let call): observed.append(call)
            case .forgotten: isForgotten = true
            default: isOverfull = true
            }
        }
        if isForgotten {
            try emptyQuarantine("id = ?", [trial.entry], account: trial.account, .forgotten, at: trial.at)
            return .settled(.forgotten, observed)
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
        try pruneQuarantine(of: trial.account, shelf: .settled, at: trial.at)
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
        if db.changesCount > 0 { try pruneQuarantine(of: call.account, shelf: .settled, at: time) }
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
