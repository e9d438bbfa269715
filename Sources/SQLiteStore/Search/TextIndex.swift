import CallDomain

/// The index by which texts are found: for each block of calls whose rows follow each other, and each *gram*, which is
/// any three characters that follow each other in a text, the calls of the block that have it.
///
/// A block is indexed as a whole, once its texts have been left alone for a while, and not with the deliveries that change
/// them: these only write down that the block has changed. Whatever is taken from one of its texts takes all its rows, so
/// that nothing of a text outlives it; an index that only marks what is deleted, as SQLite's FTS5 does before 3.42, would
/// keep it. Grams are numbers in a small range that several share: what the index finds is looked at once more.
enum TextIndex {
    /// The calls of one block.
    static let blockSize: Int64 = 256
    /// The numbers of grams.
    static let gramCount = 1 << 16
    /// The characters of a gram, and the fewest of a term that the index can find.
    static let gramLength = CallQuery.fewestTextScalars
    /// In the place of a gram: the texts that are too long to be indexed, and are always looked at.
    static let longTexts = -1
    /// The longest text that is indexed, in bytes.
    static let longestText = 65_536

    /// The block of a call's row.
    static func block(of row: Int64) -> Int64 { row / blockSize }

    /// Calls a body with the number of each gram of a text, as often as it is there.
    static func eachGram(of text: String, _ body: (Int) -> Void) {
        var (first, second): (UInt32?, UInt32?) = (nil, nil)
        for scalar in text.unicodeScalars {
            if let first, let second {
                let mixed =
                    (first &* 0x9E37_79B1) ^ (second &* 0x85EB_CA77).byteSwapped ^ (scalar.value &* 0xC2B2_AE3D)
                body(Int((mixed &* 0x27D4_EB2F) >> 16))
            }
            (first, second) = (second, scalar.value)
        }
    }
}

/// Some of the calls of a block.
struct BlockSlots: Hashable {
    private(set) var bits = SIMD4<UInt64>()

    /// None.
    init() {}

    /// What ``bytes`` were made of.
    init(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else {
            for slot in bytes { insert(Int(slot)) }
            return
        }
        for (place, byte) in bytes.enumerated() { bits[place / 8] |= UInt64(byte) << (place % 8 * 8) }
    }

    /// The bytes of all slots, a bit for each.
    private static let size = 32

    /// The slots one by one where they are few, else as bits.
    var bytes: [UInt8] {
        let slots = slots
        guard slots.count >= Self.size else { return slots.map(UInt8.init(truncatingIfNeeded:)) }
        return (0..<Self.size).map { UInt8(truncatingIfNeeded: bits[$0 / 8] >> ($0 % 8 * 8)) }
    }

    /// The slots, ascending.
    var slots: [Int] {
        var slots: [Int] = []
        for word in 0..<4 {
            var rest = bits[word]
            while rest != 0 {
                slots.append(word * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return slots
    }

    /// Whether there is none.
    var isEmpty: Bool { bits == SIMD4() }

    /// Adds a slot from 0 to 255.
    mutating func insert(_ slot: Int) { bits[slot / 64 % 4] |= 1 << (slot % 64) }

    /// Keeps what the other has as well.
    mutating func formIntersection(_ other: BlockSlots) { bits &= other.bits }

    /// Adds what the other has.
    mutating func formUnion(_ other: BlockSlots) { bits |= other.bits }
}
