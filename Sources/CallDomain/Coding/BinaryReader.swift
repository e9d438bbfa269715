/// Bytes that are not what they should be: cut, damaged, or of a form this program does not know.
package struct MalformedBytes: Error, Hashable, Sendable {
    /// Says that bytes are malformed.
    package init() {}
}

/// Takes values from bytes in the form of ``BinaryWriter``; throws ``MalformedBytes``, never traps.
struct BinaryReader {
    private let bytes: [UInt8]
    private var index = 0

    /// Starts behind the version, which must be the one that is known.
    init(_ bytes: [UInt8], version: UInt8) throws(MalformedBytes) {
        self.bytes = bytes
        guard try byte() == version else { throw MalformedBytes() }
    }

    private var remaining: Int { bytes.count - index }

    /// Nothing may follow the last value.
    func end() throws(MalformedBytes) {
        guard remaining == 0 else { throw MalformedBytes() }
    }

    mutating func byte() throws(MalformedBytes) -> UInt8 {
        guard index < bytes.count else { throw MalformedBytes() }
        defer { index += 1 }
        return bytes[index]
    }

    mutating func flag() throws(MalformedBytes) -> Bool {
        switch try byte() {
        case 0: false
        case 1: true
        default: throw MalformedBytes()
        }
    }

    mutating func unsigned() throws(MalformedBytes) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            let next = try byte()
            value |= UInt64(next & 0x7F) << shift
            if next & 0x80 == 0 { return value }
        }
        let last = try byte()
        guard last <= 1 else { throw MalformedBytes() }
        return value | UInt64(last) << 63
    }

    mutating func int64() throws(MalformedBytes) -> Int64 {
        let value = try unsigned()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func int() throws(MalformedBytes) -> Int {
        guard let value = Int(exactly: try int64()) else { throw MalformedBytes() }
        return value
    }

    /// The number of elements that follow; each takes at least a byte, so a count beyond the rest is refused before
    /// anything is made of it.
    mutating func count() throws(MalformedBytes) -> Int {
        guard let count = Int(exactly: try unsigned()), count <= remaining else { throw MalformedBytes() }
        return count
    }

    mutating func time() throws(MalformedBytes) -> Timestamp { Timestamp(rawValue: try int64()) }

    /// Not-a-number and infinity are no values of a field.
    mutating func double() throws(MalformedBytes) -> Double {
        var pattern: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 8) { pattern |= UInt64(try byte()) << shift }
        let number = Double(bitPattern: pattern)
        guard number.isFinite else { throw MalformedBytes() }
        return number
    }

    mutating func text() throws(MalformedBytes) -> String {
        let count = try count()
        guard let text = String(validating: bytes[index..<index + count], as: UTF8.self) else { throw MalformedBytes() }
        index += count
        return text
    }

    mutating func digest() throws(MalformedBytes) -> ContentDigest {
        guard remaining >= 32, let digest = ContentDigest(bytes: bytes[index..<index + 32]) else {
            throw MalformedBytes()
        }
        index += 32
        return digest
    }

    mutating func observationKey() throws(MalformedBytes) -> ObservationKey {
        guard let source = Source(rawValue: try byte()), let trust = Trust(rawValue: try byte()),
            let standing = Standing(rawValue: try byte())
        else { throw MalformedBytes() }
        return ObservationKey(source: source, trust: trust, standing: standing, digest: try digest())
    }

    mutating func optional<Value>(
        _ body: (inout BinaryReader) throws(MalformedBytes) -> Value
    ) throws(MalformedBytes) -> Value? {
        try flag() ? try body(&self) : nil
    }
}
