/// Appends values to bytes: integers as varints, text as UTF-8 behind its length.
struct BinaryWriter {
    /// What was written so far.
    private(set) var bytes: [UInt8] = []

    /// Starts with the version of the form that follows.
    init(version: UInt8, capacity: Int) {
        bytes.reserveCapacity(capacity)
        bytes.append(version)
    }

    mutating func write(byte: UInt8) { bytes.append(byte) }

    mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    /// Seven bits a byte, least first; the high bit says that more follow.
    mutating func write(unsigned value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Zigzag, so that small negative numbers are short, too.
    mutating func write(_ value: Int64) {
        write(unsigned: UInt64(bitPattern: value << 1) ^ UInt64(bitPattern: value >> 63))
    }

    mutating func write(_ value: Int) { write(Int64(value)) }

    mutating func write(count: Int) { write(unsigned: UInt64(count)) }

    mutating func write(_ time: Timestamp) { write(time.rawValue) }

    mutating func write(_ number: Double) {
        let pattern = number.bitPattern
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: pattern >> shift)) }
    }

    mutating func write(_ text: String) {
        let utf8 = text.utf8
        write(count: utf8.count)
        bytes.append(contentsOf: utf8)
    }

    mutating func write(_ digest: ContentDigest) {
        for word in [digest.words.0, digest.words.1, digest.words.2, digest.words.3] {
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
    }

    mutating func write(_ key: ObservationKey) {
        bytes.append(key.source.rawValue)
        bytes.append(key.trust.rawValue)
        bytes.append(key.standing.rawValue)
        write(key.digest)
    }

    /// Whether there is a value, then the value.
    mutating func write<Value>(optional value: Value?, _ body: (inout BinaryWriter, Value) -> Void) {
        write(value != nil)
        if let value { body(&self, value) }
    }
}
