extension JSONScanner {
    /// The text of a string that has been passed.
    func text(_ string: JSONString) -> String {
        let raw = UnsafeRawBufferPointer(rebasing: bytes[string.range])
        guard string.hasEscapes else { return String(decoding: raw, as: UTF8.self) }
        // Every escape is at least as long as what it stands for.
        return String(unsafeUninitializedCapacity: raw.count) { Self.unescape(raw, into: $0) }
    }

    /// What stands at a range, as text.
    func raw(_ range: Range<Int>) -> String {
        String(decoding: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }

    /// Writes the text of a valid string and returns its length.
    private static func unescape(_ raw: UnsafeRawBufferPointer, into room: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var read = 0
        var written = 0
        func append(_ byte: UInt8) {
            room[written] = byte
            written += 1
        }
        func unit() -> UInt32 {
            let digits = raw[read + 2..<read + 6]
            read += 6
            return digits.reduce(0) { $0 << 4 | (HexDigit.value($1) ?? 0) }
        }
        while read < raw.count {
            guard raw[read] == UInt8(ascii: "\\") else {
                append(raw[read])
                read += 1
                continue
            }
            switch raw[read + 1] {
            case UInt8(ascii: "u"):
                var scalar = unit()
                if (0xD800...0xDBFF).contains(scalar) { scalar = 0x10000 + (scalar - 0xD800) << 10 + (unit() - 0xDC00) }
                for byte in String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8 { append(byte) }
                continue
            case UInt8(ascii: "b"): append(0x08)
            case UInt8(ascii: "f"): append(0x0C)
            case UInt8(ascii: "n"): append(0x0A)
            case UInt8(ascii: "r"): append(0x0D)
            case UInt8(ascii: "t"): append(0x09)
            case let other: append(other)
            }
            read += 2
        }
        return written
    }
}

/// The names that a reader looks for, found by their bytes.
struct NameTable<Name: RawRepresentable & CaseIterable & Sendable>: Sendable where Name.RawValue == String {
    /// The names, ordered by length.
    private let names: [Name]
    /// Their bytes, one after the other.
    private let bytes: [UInt8]
    /// For each length, which names have it, and where the bytes of the first of them begin.
    private let byLength: [(names: Range<Int>, start: Int)]

    /// Takes all cases.
    init() {
        names = Name.allCases.sorted { $0.rawValue.utf8.count < $1.rawValue.utf8.count }
        bytes = names.flatMap { Array($0.rawValue.utf8) }
        var byLength: [(names: Range<Int>, start: Int)] = []
        var (first, start) = (0, 0)
        for length in 0...(names.last?.rawValue.utf8.count ?? 0) {
            let next = names[first...].firstIndex { $0.rawValue.utf8.count > length } ?? names.count
            byLength.append((first..<next, start))
            (first, start) = (next, start + (next - first) * length)
        }
        self.byLength = byLength
    }

    /// The name that a string spells; nil where it is none of these.
    func find(_ string: JSONString, in scanner: JSONScanner) -> Name? {
        if string.hasEscapes { return Name(rawValue: scanner.text(string)) }
        let length = string.range.count
        guard length < byLength.count else { return nil }
        var (candidates, start) = byLength[length]
        while let candidate = candidates.popFirst() {
            var index = 0
            while index < length, bytes[start + index] == scanner.bytes[string.range.lowerBound + index] { index += 1 }
            if index == length { return names[candidate] }
            start += length
        }
        return nil
    }
}
