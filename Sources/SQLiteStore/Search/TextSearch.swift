import CallDomain
import Foundation
import GRDB

/// Which calls have a term in their texts, by ``TextIndex``.
enum TextSearch {
    /// Looks for a term in the index.
    static func look(for term: String, in db: Database) throws -> TextFinding {
        var grams: Set<Int> = []
        TextIndex.eachGram(of: term) { if grams.count < StoreBounds.mostSearchGrams { grams.insert($0) } }
        guard !grams.isEmpty else { return .anywhere }
        let changed = try changedBlocks(db)
        guard changed.count <= StoreBounds.mostChangedBlocks else { return .anywhere }
        let candidates = try candidates(grams.sorted(), in: db)
        guard candidates.count <= StoreBounds.mostTextCandidates else {
            return candidates.count <= StoreBounds.mostWalkedCandidates
                ? .among(candidates, blocks: changed) : .anywhere
        }
        return .found(
            try Int64.fetchAll(
                db.cachedStatement(sql: confirmationSQL), arguments: ["rows": list(candidates), "term": term]))
    }

    /// Rows as `json_each` takes them.
    static func list(_ rows: [Int64]) -> String { "[\(rows.map(String.init).joined(separator: ","))]" }

    /// The calls of indexed blocks whose texts may have all grams.
    private static func candidates(_ grams: [Int], in db: Database) throws -> [Int64] {
        var blocks: [Int64: BlockSlots] = [:]
        for (place, gram) in grams.enumerated() {
            let found = try slots(of: gram, in: db)
            guard place > 0 else {
                blocks = found
                continue
            }
            for (block, slots) in blocks {
                guard let others = found[block] else {
                    blocks[block] = nil
                    continue
                }
                var both = slots
                both.formIntersection(others)
                blocks[block] = both.isEmpty ? nil : both
            }
        }
        for (block, slots) in try slots(of: TextIndex.longTexts, in: db) {
            blocks[block, default: BlockSlots()].formUnion(slots)
        }
        return blocks.flatMap { block, slots in slots.slots.map { block * TextIndex.blockSize + Int64($0) } }
    }

    private static func slots(of gram: Int, in db: Database) throws -> [Int64: BlockSlots] {
        var found: [Int64: BlockSlots] = [:]
        let rows = try Row.fetchCursor(db.cachedStatement(sql: slotsSQL), arguments: [gram])
        while let row = try rows.next() { found[try row.value(0)] = BlockSlots(try row.bytes(1)) }
        return found
    }

    /// The blocks that are not indexed, or one more than are looked at.
    private static func changedBlocks(_ db: Database) throws -> [Int64] {
        try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT block FROM text_blocks WHERE changed_at IS NOT NULL
                    LIMIT \(StoreBounds.mostChangedBlocks + 1)
                    """))
    }

    static let slotsSQL = """
        SELECT text_blocks.block, slots
        FROM text_blocks CROSS JOIN text_grams ON text_grams.block = text_blocks.block AND gram = ?
        WHERE changed_at IS NULL
        """

    /// Of the candidates, and of all calls of blocks that are not indexed, those whose text has the term.
    static let confirmationSQL = """
        SELECT call FROM call_texts
        WHERE call IN (SELECT value FROM json_each(:rows)) AND instr(text, :term) > 0
        UNION ALL
        SELECT call FROM text_blocks CROSS JOIN call_texts ON call >= block * \(TextIndex.blockSize)
            AND call < block * \(TextIndex.blockSize) + \(TextIndex.blockSize)
        WHERE changed_at IS NOT NULL AND instr(text, :term) > 0
        """
}
