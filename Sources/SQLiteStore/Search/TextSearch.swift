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

    /// The calls of indexed blocks whose texts may have all grams. The rarest gram is looked for in all blocks, the others
    /// only in those that are left, until few calls are.
    private static func candidates(_ grams: [Int], in db: Database) throws -> [Int64] {
        var blocks: [Int64: BlockSlots] = [:]
        for (place, gram) in try rarestFirst(grams, in: db).enumerated() {
            guard place > 0 else {
                blocks = try slots(db.cachedStatement(sql: slotsSQL), [gram])
                continue
            }
            guard blocks.values.reduce(0, { $0 + $1.slots.count }) > StoreBounds.fewTextCandidates else { break }
            let found =
                blocks.count > StoreBounds.mostNamedBlocks
                ? try slots(db.cachedStatement(sql: slotsSQL), [gram])
                : try slots(db.cachedStatement(sql: slotsOfSQL), [list(Array(blocks.keys)), gram])
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
        for (block, slots) in try slots(db.cachedStatement(sql: longTextsSQL), []) {
            blocks[block, default: BlockSlots()].formUnion(slots)
        }
        return blocks.flatMap { block, slots in slots.slots.map { block * TextIndex.blockSize + Int64($0) } }
    }

    /// The grams by how many of some blocks have them, taken over all of them evenly.
    private static func rarestFirst(_ grams: [Int], in db: Database) throws -> [Int] {
        let last = try Int64.fetchOne(db.cachedStatement(sql: "SELECT max(block) FROM text_blocks")) ?? 0
        let count = Int64(StoreBounds.sampledBlocks)
        let sample = (0..<count).map { last - last / count * $0 }
        var blocks: [Int: Int] = [:]
        for gram in grams {
            blocks[gram] = try Int.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT count(*) FROM json_each(?) CROSS JOIN text_grams
                            ON text_grams.block = json_each.value AND gram = ?
                        """), arguments: [list(sample), gram])
        }
        return grams.sorted { (blocks[$0] ?? 0, $0) < (blocks[$1] ?? 0, $1) }
    }

    private static func slots(
        _ statement: GRDB.Statement, _ arguments: StatementArguments
    ) throws -> [Int64: BlockSlots] {
        var found: [Int64: BlockSlots] = [:]
        let rows = try Row.fetchCursor(statement, arguments: arguments)
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

    /// Those that are not indexed for their length; an index of its own has them.
    static let longTextsSQL = """
        SELECT text_grams.block, slots FROM text_grams INDEXED BY text_grams_long
            JOIN text_blocks ON text_blocks.block = text_grams.block
        WHERE gram = \(TextIndex.longTexts) AND changed_at IS NULL
        """

    /// The same for blocks that are named.
    static let slotsOfSQL = """
        SELECT text_grams.block, slots
        FROM json_each(?) CROSS JOIN text_grams ON text_grams.block = json_each.value AND gram = ?
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
