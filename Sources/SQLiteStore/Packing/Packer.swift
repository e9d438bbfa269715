/// A statement of a call that later values of the call are packed with.
struct PackingRoot: Equatable {
    /// The position of its observation.
    var position: Int64
    /// The statement, unpacked.
    var bytes: [UInt8]
}

/// Makes ``PackedBytes``: finds pieces again by the hash of their first bytes, as LZ4 does
/// (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md, 2026-11). Belongs to the writer's queue.
final class Packer {
    /// What stands before the value: the template and the root.
    private var known: [UInt8]
    private var root: PackingRoot?
    /// Where the bytes of a hash were last met, for each hash; the first place where they were not.
    private var table: [UInt16]

    private static let templateTable: [UInt16] = {
        var table = [UInt16](repeating: 0, count: 1 << hashBits)
        add(PackingTemplate.bytes, from: 0, step: 1, to: &table)
        return table
    }()
    private static let hashBits = 12
    /// So many places without a match make the next step one longer, so that what cannot be packed costs little.
    private static let patience = 8
    /// The most places that a step leaves out. Even, so that steps meet what is known of every second place of a root.
    private static let longestGap = 4
    /// The shortest piece that is looked for: shorter ones save a sixth of a transcript, and double the time.
    private static let shortestSought = 12

    /// Knows the template alone.
    init() {
        known = PackingTemplate.bytes
        table = Self.templateTable
    }

    /// A value as it is to be stored: packed where that makes it shorter, else as it is.
    func packed(_ value: [UInt8], with root: PackingRoot?) -> [UInt8] {
        guard (StoreBounds.shortestPacked...StoreBounds.longestPacked).contains(value.count) else { return value }
        learn(root)
        var whole: [UInt8] = []
        whole.reserveCapacity(known.count + value.count)
        whole += known
        whole += value
        var output = PackedOutput(root: root?.position ?? 0, length: value.count)
        var table = table
        Self.pack(whole, from: known.count, table: &table, to: &output)
        return output.bytes.count < value.count ? output.bytes : value
    }

    private func learn(_ root: PackingRoot?) {
        guard root != self.root else { return }
        self.root = root
        known = PackingTemplate.bytes
        table = Self.templateTable
        guard let root else { return }
        let start = known.count
        known += root.bytes
        // A piece that is longer by a byte than the shortest is found all the same, and half the work is saved.
        Self.add(known, from: start, step: 2, to: &table)
    }

    /// Remembers places of what is known.
    private static func add(_ bytes: [UInt8], from start: Int, step: Int, to table: inout [UInt16]) {
        let last = min(bytes.count - MemoryLayout<UInt64>.size, Int(UInt16.max))
        guard start <= last else { return }
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe table.withUnsafeMutableBufferPointer { table in
                for place in stride(from: start, through: last, by: step) {
                    let word = unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                    unsafe table[hash(word)] = UInt16(truncatingIfNeeded: place)
                }
            }
        }
    }

    /// A number for the first five of eight bytes.
    private static func hash(_ word: UInt64) -> Int {
        Int(truncatingIfNeeded: ((UInt64(littleEndian: word) << 24) &* 889_523_592_379) >> UInt64(64 - hashBits))
    }

    private static func pack(
        _ whole: [UInt8], from start: Int, table: inout [UInt16], to output: inout PackedOutput
    ) {
        var (place, anchor, misses) = (start, start, 0)
        unsafe whole.withUnsafeBytes { bytes in
            unsafe table.withUnsafeMutableBufferPointer { table in
                let last = bytes.count - MemoryLayout<UInt64>.size
                while place <= last {
                    let word = unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                    let slot = hash(word)
                    let candidate = unsafe Int(table[slot])
                    if place <= Int(UInt16.max) { unsafe table[slot] = UInt16(truncatingIfNeeded: place) }
                    if candidate < place,
                        unsafe bytes.loadUnaligned(fromByteOffset: candidate, as: UInt64.self) == word
                    {
                        let (before, after) = unsafe common(bytes, candidate, place, anchor: anchor)
                        if before + after >= shortestSought {
                            unsafe output.add(bytes, literals: anchor..<place - before)
                            output.add(distance: place - candidate, match: before + after)
                            place += after
                            (anchor, misses) = (place, 0)
                            continue
                        }
                    }
                    misses += 1
                    place += 1 + min(misses / patience, longestGap)
                }
            }
            if anchor < bytes.count { unsafe output.add(bytes, literals: anchor..<bytes.count) }
        }
    }

    /// How many bytes before two places, from the anchor on, and from them on are the same.
    private static func common(
        _ bytes: UnsafeRawBufferPointer, _ candidate: Int, _ place: Int, anchor: Int
    ) -> (before: Int, after: Int) {
        var after = 0
        let room = bytes.count - place
        while after + MemoryLayout<UInt64>.size <= room {
            let first = unsafe bytes.loadUnaligned(fromByteOffset: candidate + after, as: UInt64.self)
            let second = unsafe bytes.loadUnaligned(fromByteOffset: place + after, as: UInt64.self)
            guard first == second else {
                after += (UInt64(littleEndian: first) ^ UInt64(littleEndian: second)).trailingZeroBitCount / 8
                return unsafe (before(bytes, candidate, place, anchor: anchor), after)
            }
            after += MemoryLayout<UInt64>.size
        }
        while after < room, unsafe bytes[candidate + after] == bytes[place + after] { after += 1 }
        return unsafe (before(bytes, candidate, place, anchor: anchor), after)
    }

    private static func before(
        _ bytes: UnsafeRawBufferPointer, _ candidate: Int, _ place: Int, anchor: Int
    ) -> Int {
        var before = 0
        while place - before > anchor, candidate > before,
            unsafe bytes[candidate - before - 1] == bytes[place - before - 1]
        {
            before += 1
        }
        return before
    }
}

/// The bytes of a packed value.
private struct PackedOutput {
    private(set) var bytes: [UInt8] = []

    init(root: Int64, length: Int) {
        bytes.reserveCapacity(length + 16)
        bytes.append(PackedBytes.marker)
        add(UInt64(clamping: root))
        add(UInt64(clamping: length))
    }

    mutating func add(_ source: UnsafeRawBufferPointer, literals: Range<Int>) {
        add(UInt64(clamping: literals.count))
        unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: source[literals]))
    }

    mutating func add(distance: Int, match: Int) {
        add(UInt64(clamping: distance))
        add(UInt64(clamping: match - PackedBytes.shortestMatch))
    }

    private mutating func add(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
