/// A set of rows by their numbers, which are given from 1 on: a bit for each, so that ten million take little more than
/// a megabyte.
struct RowSet {
    /// How many there are.
    private(set) var count = 0
    private var words: [UInt64] = []
    /// Those that no database of ours has, which would make the bits too many.
    private var others: Set<Int64> = []

    /// Greater numbers are kept one by one.
    private static let mostInBits: Int64 = 1 << 31

    /// Adds a row, where it is not there yet.
    mutating func insert(_ row: Int64) {
        guard (0..<Self.mostInBits).contains(row) else {
            if others.insert(row).inserted { count += 1 }
            return
        }
        let (word, bit) = Int(row).quotientAndRemainder(dividingBy: UInt64.bitWidth)
        if word >= words.count { words += Array(repeating: 0, count: word + 1 - words.count) }
        guard words[word] & (1 << UInt64(bit)) == 0 else { return }
        words[word] |= 1 << UInt64(bit)
        count += 1
    }
}
