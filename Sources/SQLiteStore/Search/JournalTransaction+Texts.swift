import CallDomain
import Foundation
import GRDB

/// Keeping the index of texts, see ``TextIndex``.
extension JournalTransaction {
    /// Indexes one of the blocks that have not changed since a time. One that fails is put behind the others, as if it had
    /// changed at that time, so that it does not keep them from their turn.
    func indexTexts(unchangedSince time: Timestamp) throws -> JournalReceipt {
        let block = try Int64.fetchOne(
            db.cachedStatement(
                sql: "SELECT block FROM text_blocks WHERE changed_at < ? ORDER BY changed_at LIMIT 1"),
            arguments: [time.rawValue])
        guard let block else { return .indexed(isDone: true) }
        do {
            try db.inSavepoint {
                try remake(block)
                return .commit
            }
            return .indexed(isDone: false)
        } catch {
            let failure = StoreError(error)
            guard failure.kind == .invalid else { throw failure }
            try run("UPDATE text_blocks SET changed_at = ? WHERE block = ?", [time.rawValue, block])
            return .failed(failure)
        }
    }

    private func remake(_ block: Int64) throws {
        try run("DELETE FROM text_grams WHERE block = ?", [block])
        let grams = try grams(of: block)
        let insertion = try db.cachedStatement(sql: "INSERT INTO text_grams (block, gram, slots) VALUES (?, ?, ?)")
        for (gram, slots) in grams { try insertion.execute(arguments: [block, gram, Data(slots.bytes)]) }
        if grams.isEmpty {
            try run("DELETE FROM text_blocks WHERE block = ?", [block])
        } else {
            try run("UPDATE text_blocks SET changed_at = NULL WHERE block = ?", [block])
        }
    }

    /// Takes everything of a call's block from the index, since something of one of its texts goes.
    func removeFromIndex(_ call: Int64, at time: Timestamp) throws {
        let block = TextIndex.block(of: call)
        try run("DELETE FROM text_grams WHERE block = ?", [block])
        try run("UPDATE text_blocks SET changed_at = ? WHERE block = ? AND changed_at IS NULL", [time.rawValue, block])
    }

    /// The grams of a block's texts, in order, each with the calls that have it.
    private func grams(of block: Int64) throws -> [(gram: Int, slots: BlockSlots)] {
        let first = block * TextIndex.blockSize
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT call, iif(octet > \(TextIndex.longestText), NULL, text) FROM (
                        SELECT call, text, length(CAST(text AS BLOB)) AS octet FROM call_texts
                        WHERE call >= ? AND call < ?)
                    """),
            arguments: [first, first + TextIndex.blockSize])
        var grams = [BlockSlots](repeating: BlockSlots(), count: TextIndex.gramCount)
        var long = BlockSlots()
        while let row = try rows.next() {
            let slot = Int(try row.value(0) as Int64 - first)
            guard let text: String = try row.value(1) else {
                long.insert(slot)
                continue
            }
            TextIndex.eachGram(of: text) { grams[$0].insert(slot) }
        }
        let found = grams.enumerated().filter { !$0.element.isEmpty }.map { (gram: $0.offset, slots: $0.element) }
        return (long.isEmpty ? [] : [(gram: TextIndex.longTexts, slots: long)]) + found
    }
}
