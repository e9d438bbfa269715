import CallDomain
import Testing

@testable import SQLiteStore

@Suite("PackedBytes")
struct PackedBytesTests {
    private static let prose = Array(
        (0..<60).map { "user: line \($0) says \($0 &* 2_654_435_761 % 1_000_003) things.\n" }.joined().utf8)

    /// Values that differ in length, in what they have in common with themselves, and in what they begin with.
    private static func values(using random: inout SeededGenerator) -> [[UInt8]] {
        let lengths = [256, 257, 300, 4_000, 70_000]
        return lengths.map { length in (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) } }
            + lengths.map { [UInt8](repeating: 7, count: $0) }
            + lengths.map { length in (0..<length).map { UInt8(truncatingIfNeeded: $0 % 300) } }
            + [
                Self.prose, PackingTemplate.bytes, [PackedBytes.marker] + Self.prose,
                Self.prose + PackingTemplate.bytes,
            ]
    }

    @Test("What is packed comes back, with a root and without", arguments: 1...4 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let packer = Packer()
        for value in Self.values(using: &random) {
            var changed = value
            for _ in 0..<3 { changed[Int.random(in: changed.indices, using: &random)] ^= 0x55 }
            for bytes in [value, changed, Array(value.dropFirst(9)), value + value] {
                for root in [nil, PackingRoot(position: 1, bytes: value), PackingRoot(position: .max, bytes: [1])] {
                    let packed = packer.packed(bytes, with: root)
                    #expect(packed.count <= bytes.count)
                    guard packed.count < bytes.count else { continue }
                    #expect(try PackedBytes.root(of: packed) == root?.position)
                    #expect(try PackedBytes.unpacked(packed, root: root?.bytes ?? []) == bytes)
                }
            }
        }
    }

    @Test("What differs little from its root takes little, and a usual body half")
    func size() {
        let packer = Packer()
        let root = PackingRoot(position: 1, bytes: Self.prose)
        var next = Self.prose
        next[100] ^= 1
        #expect(packer.packed(next, with: root).count < 64)
        let body = PackingTemplate.bytes.map { $0 == UInt8(ascii: "0") ? UInt8(ascii: "7") : $0 }
        #expect(packer.packed(body, with: nil).count < body.count / 2)
    }

    @Test("What is short stands as it is")
    func short() {
        let bytes = [UInt8](repeating: 1, count: StoreBounds.shortestPacked - 1)
        #expect(Packer().packed(bytes, with: nil) == bytes)
    }

    @Test("Damaged bytes are refused or read, and never trap", arguments: 1...4 as ClosedRange<UInt64>)
    func damage(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let root = PackingRoot(position: 3, bytes: Self.prose)
        let packer = Packer()
        let packed = [
            packer.packed(Self.prose + Self.prose.reversed(), with: root), packer.packed(Self.prose, with: nil),
            packer.packed([UInt8](repeating: 7, count: 999), with: nil),
        ]
        var refused = 0
        for _ in 0..<3_000 {
            var bytes = packed[Int.random(in: packed.indices, using: &random)]
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 1..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random) / 2)
            do { _ = try PackedBytes.unpacked(bytes, root: root.bytes) } catch { refused += 1 }
        }
        #expect(refused > 1_000)
        for bytes in [[], [PackedBytes.marker], [PackedBytes.marker, 0], [1, 2, 3]] as [[UInt8]] {
            #expect(throws: MalformedBytes.self) { try PackedBytes.unpacked(bytes, root: []) }
        }
        // A length beyond the bound is refused before anything is made of it.
        let long: [UInt8] = [PackedBytes.marker, 0, 0x80, 0x80, 0x80, 0x80, 0x10]
        #expect(throws: MalformedBytes.self) { try PackedBytes.unpacked(long, root: []) }
    }
}
