import Testing

@testable import SQLiteStore

@Suite("RowSet")
struct RowSetTests {
    @Test("Each row is counted once, wherever it lies")
    func counted() {
        var rows = RowSet()
        let numbers: [Int64] = [1, 63, 64, 65, 1_000_000, 1, 64, .max, .min, -1, .max, 0]
        for row in numbers { rows.insert(row) }
        #expect(rows.count == Set(numbers).count)
    }
}
