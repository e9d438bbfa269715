/// Why a text is not JSON, or not JSON that the gateway takes.
struct JSONFault: Error, Equatable {
    /// What is wrong.
    var kind: Kind
    /// Where, in bytes from the start.
    var offset: Int

    /// The kinds of fault.
    enum Kind {
        /// It breaks the grammar of RFC 8259, is not UTF-8, or ends too early.
        case malformed
        /// Objects and arrays are nested deeper than ``JSONScanner/greatestDepth``.
        case tooDeep
        /// There are more members and elements than ``JSONScanner/mostItems``.
        case tooMany
    }
}

/// What kind of value comes next.
enum JSONKind {
    case object, array, string, number, `true`, `false`, null
}

/// A string where it stands in the text, between its quotes.
struct JSONString {
    /// The bytes between the quotes.
    var range: Range<Int>
    /// Whether any of them is part of an escape; if not, they are the text itself.
    var hasEscapes: Bool
}

/// A position in a JSON text, moved forward over one value at a time; each byte is looked at once.
///
/// Strict in the sense of RFC 8259: no comments, no trailing commas, no leading zeros, no unpaired surrogates, no byte order
/// mark, valid UTF-8 only. Whoever reads an object or array goes through its items and reads or skips each value once.
struct JSONScanner {
    /// The deepest nesting that is followed.
    static let greatestDepth = 64

    /// The most members and elements in one text. An hour's talk has about 15 000 in its latency data; a body at the limit
    /// of the listener could have 200 000.
    static let mostItems = 100_000

    /// The text. Valid as long as the closure that lends it.
    let bytes: UnsafeRawBufferPointer
    /// How many bytes have been passed.
    private(set) var position = 0
    private var depth = 0
    private var items = 0

    /// Starts at the first byte.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Passes blanks, and tells what kind of value comes next, by its first byte.
    @inline(__always)
    mutating func peek() throws(JSONFault) -> JSONKind {
        skipBlanks()
        guard position < bytes.count else { throw malformed }
        switch bytes[position] {
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"): return .true
        case UInt8(ascii: "f"): return .false
        case UInt8(ascii: "n"): return .null
        default: throw malformed
        }
    }

    /// Passes the bracket that opens an object; members follow by ``nextMember(isFirst:)``.
    @inline(__always)
    mutating func openObject() throws(JSONFault) { try open(UInt8(ascii: "{")) }

    /// Passes the bracket that opens an array; elements follow by ``nextElement(isFirst:)``.
    @inline(__always)
    mutating func openArray() throws(JSONFault) { try open(UInt8(ascii: "[")) }

    /// Passes what stands before the next member's value and returns its name, or nil after the closing bracket.
    /// `isFirst` starts as true and is this function's to change.
    @inline(__always)
    mutating func nextMember(isFirst: inout Bool) throws(JSONFault) -> JSONString? {
        guard try nextItem(isFirst: &isFirst, closing: UInt8(ascii: "}")) else { return nil }
        return try name()
    }

    /// Passes what stands before the next element and returns true, or false after the closing bracket.
    @inline(__always)
    mutating func nextElement(isFirst: inout Bool) throws(JSONFault) -> Bool {
        try nextItem(isFirst: &isFirst, closing: UInt8(ascii: "]"))
    }

    /// Passes a string.
    mutating func string() throws(JSONFault) -> JSONString {
        try take(UInt8(ascii: "\""))
        let start = position
        var hasEscapes = false
        while true {
            skipPlainText()
            guard position < bytes.count else { throw malformed }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return JSONString(range: start..<position - 1, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try skipEscape()
            case 0x80...: try skipMultibyte()
            default: throw malformed
            }
        }
    }

    /// Passes a number and returns where it stood.
    mutating func number() throws(JSONFault) -> Range<Int> {
        let start = position
        if byte == UInt8(ascii: "-") { position += 1 }
        if byte == UInt8(ascii: "0") { position += 1 } else { try skipDigits() }
        if byte == UInt8(ascii: ".") {
            position += 1
            try skipDigits()
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            position += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
            try skipDigits()
        }
        return start..<position
    }

    /// Passes `true`, `false` or `null`.
    mutating func literal(_ word: StaticString) throws(JSONFault) {
        for index in 0..<word.utf8CodeUnitCount { try take(word.utf8Start[index]) }
    }

    /// Passes any value, however nested, without recursion.
    mutating func skipValue() throws(JSONFault) {
        let floor = depth
        // The open containers from the innermost up, one bit each: 1 is an object.
        var containers: UInt64 = 0
        repeat {
            var isFirst = true
            switch try peek() {
            case .object:
                try openObject()
                containers = containers << 1 | 1
            case .array:
                try openArray()
                containers <<= 1
            case .string:
                _ = try string()
                isFirst = false
            case .number:
                _ = try number()
                isFirst = false
            case .true:
                try literal("true")
                isFirst = false
            case .false:
                try literal("false")
                isFirst = false
            case .null:
                try literal("null")
                isFirst = false
            }
            // Close what ends here, until an item follows or all is closed.
            while depth > floor {
                let isObject = containers & 1 == 1
                if try nextItem(isFirst: &isFirst, closing: UInt8(ascii: isObject ? "}" : "]")) {
                    if isObject { _ = try name() }
                    break
                }
                containers >>= 1
            }
        } while depth > floor
    }

    /// Throws unless nothing but blanks follows.
    mutating func end() throws(JSONFault) {
        skipBlanks()
        guard position == bytes.count else { throw malformed }
    }

    /// The fault of breaking the grammar here.
    var malformed: JSONFault { JSONFault(kind: .malformed, offset: position) }
}

// MARK: - Bytes

extension JSONScanner {
    /// The byte at the position; 0, which no value begins or goes on with, at the end.
    @inline(__always)
    private var byte: UInt8 { position < bytes.count ? bytes[position] : 0 }

    @inline(__always)
    private mutating func take(_ expected: UInt8) throws(JSONFault) {
        guard position < bytes.count, bytes[position] == expected else { throw malformed }
        position += 1
    }

    @inline(__always)
    private mutating func open(_ bracket: UInt8) throws(JSONFault) {
        try take(bracket)
        depth += 1
        guard depth <= Self.greatestDepth else { throw JSONFault(kind: .tooDeep, offset: position) }
    }

    @inline(__always)
    private mutating func nextItem(isFirst: inout Bool, closing: UInt8) throws(JSONFault) -> Bool {
        skipBlanks()
        if byte == closing {
            position += 1
            depth -= 1
            isFirst = false
            return false
        }
        if !isFirst {
            try take(UInt8(ascii: ","))
            skipBlanks()
        }
        isFirst = false
        items += 1
        guard items <= Self.mostItems else { throw JSONFault(kind: .tooMany, offset: position) }
        return true
    }

    @inline(__always)
    private mutating func name() throws(JSONFault) -> JSONString {
        let name = try string()
        skipBlanks()
        try take(UInt8(ascii: ":"))
        return name
    }

    @inline(__always)
    private mutating func skipBlanks() {
        while position < bytes.count, bytes[position] <= 0x20 {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
            // Indented text has runs of blanks: pass up to eight at once.
            if position + 8 <= bytes.count {
                position += (word(at: position) ^ 0x2020_2020_2020_2020).trailingZeroBitCount / 8
            }
        }
    }

    @inline(__always)
    private mutating func skipDigits() throws(JSONFault) {
        let start = position
        while (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw malformed }
    }

    @inline(__always)
    private func word(at offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Passes bytes that stand for themselves: ASCII but for controls, quote and backslash; eight at a time, by the usual
    /// carry trick, in which the lowest marked byte is exact.
    @inline(__always)
    private mutating func skipPlainText() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        while position + 8 <= bytes.count {
            let word = word(at: position)
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            let marks =
                (word | (word &- ones &* 0x20) & ~word | (quotes &- ones) & ~quotes
                    | (backslashes &- ones) & ~backslashes) & tops
            guard marks == 0 else {
                position += marks.trailingZeroBitCount / 8
                return
            }
            position += 8
        }
        while position < bytes.count {
            switch bytes[position] {
            case 0x22, 0x5C, ..<0x20, 0x80...: return
            default: position += 1
            }
        }
    }

    /// Passes an escape; one for half of a surrogate pair must be followed by the other half.
    private mutating func skipEscape() throws(JSONFault) {
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            position += 1
            switch try fourHexDigits() {
            case 0xD800...0xDBFF:
                try take(UInt8(ascii: "\\"))
                try take(UInt8(ascii: "u"))
                guard (0xDC00...0xDFFF).contains(try fourHexDigits()) else { throw malformed }
            case 0xDC00...0xDFFF: throw malformed
            default: break
            }
        default: throw malformed
        }
    }

    private mutating func fourHexDigits() throws(JSONFault) -> UInt32 {
        guard position + 4 <= bytes.count else { throw malformed }
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = HexDigit.value(bytes[position]) else { throw malformed }
            value = value << 4 | digit
            position += 1
        }
        return value
    }

    /// Passes one character of several bytes, if it is well-formed (Unicode, table 3-7).
    private mutating func skipMultibyte() throws(JSONFault) {
        let lead = bytes[position]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: throw malformed
        }
        guard position + length <= bytes.count, second.contains(bytes[position + 1]) else { throw malformed }
        for offset in 2..<max(length, 2) where bytes[position + offset] & 0xC0 != 0x80 { throw malformed }
        position += length
    }
}

/// Hexadecimal digits of either case.
enum HexDigit {
    static func value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x41 + 10)
        case 0x61...0x66: UInt32(byte - 0x61 + 10)
        default: nil
        }
    }
}
