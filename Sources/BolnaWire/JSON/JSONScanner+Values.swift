internal import CallDomain

/// What a member's value came to.
enum Reading<Value> {
    /// A value.
    case value(Value)
    /// Absent, null, `""`, `{}` or `[]`.
    case empty
    /// Of a kind, or with a content, that cannot be taken for such a value.
    case unreadable

    /// The value, where there is one.
    var value: Value? {
        if case .value(let value) = self { value } else { nil }
    }

    /// The same with another value; nil makes it unreadable.
    func map<Other>(_ transform: (Value) -> Other?) -> Reading<Other> {
        switch self {
        case .value(let value): transform(value).map { .value($0) } ?? .unreadable
        case .empty: .empty
        case .unreadable: .unreadable
        }
    }
}

/// Readers of one value each: they pass it whatever it is, and throw only where it is not JSON.
extension JSONScanner {
    /// Text; a number counts as its digits.
    mutating func readText() throws(JSONFault) -> Reading<String> {
        switch try peek() {
        case .string:
            let string = try string()
            return string.range.isEmpty ? .empty : .value(text(string))
        case .number: return .value(raw(try number()))
        default: return try emptyOrUnreadable()
        }
    }

    /// A finite number, also one in a string.
    mutating func readNumber() throws(JSONFault) -> Reading<Double> {
        switch try peek() {
        case .number:
            return double(try number()).map { .value($0) } ?? .unreadable
        case .string:
            let string = try string()
            guard !string.range.isEmpty else { return .empty }
            var inner = JSONScanner(UnsafeRawBufferPointer(rebasing: bytes[string.range]))
            guard !string.hasEscapes, let kind = try? inner.peek(), kind == .number, let range = try? inner.number(),
                (try? inner.end()) != nil, let value = inner.double(range)
            else { return .unreadable }
            return .value(value)
        default: return try emptyOrUnreadable()
        }
    }

    /// A truth value, also `"true"`, `"False"`, 0 and 1.
    mutating func readFlag() throws(JSONFault) -> Reading<Bool> {
        switch try peek() {
        case .true:
            try literal("true")
            return .value(true)
        case .false:
            try literal("false")
            return .value(false)
        default:
            return try readText().map { text in
                switch text.lowercased() {
                case "true", "1": true
                case "false", "0": false
                default: nil
                }
            }
        }
    }

    /// A time in ISO 8601.
    mutating func readTime() throws(JSONFault) -> Reading<Timestamp> {
        guard try peek() == .string else { return try emptyOrUnreadable() }
        let string = try string()
        guard !string.range.isEmpty else { return .empty }
        let raw = UnsafeRawBufferPointer(rebasing: bytes[string.range])
        let time = string.hasEscapes ? Timestamp(iso8601: text(string)) : Timestamp(iso8601Bytes: raw)
        return time.map { .value($0) } ?? .unreadable
    }

    /// An object or array, as Bolna wrote it, or a string with the text of one.
    mutating func readContainer() throws(JSONFault) -> Reading<String> {
        switch try peek() {
        case .object, .array:
            let start = position
            try skipValue()
            return isEmptyContainer(start..<position) ? .empty : .value(raw(start..<position))
        case .string:
            let string = try string()
            guard !string.range.isEmpty else { return .empty }
            var text = text(string)
            return text.withUTF8 { utf8 -> Reading<String> in
                var inner = JSONScanner(UnsafeRawBufferPointer(utf8))
                guard let kind = try? inner.peek(), kind == .object || kind == .array,
                    let reading = try? inner.readContainer(), (try? inner.end()) != nil
                else { return .unreadable }
                return reading
            }
        default: return try emptyOrUnreadable()
        }
    }

    /// Whether a container that starts and ends so has nothing but blanks in it.
    func isEmptyContainer(_ range: Range<Int>) -> Bool {
        bytes[range].dropFirst().dropLast().allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    }

    /// Passes a value that is not of the wanted kind: nothing where it is null or an empty container.
    mutating func emptyOrUnreadable<Value>() throws(JSONFault) -> Reading<Value> {
        let kind = try peek()
        let start = position
        try skipValue()
        switch kind {
        case .null: return .empty
        case .object, .array: return isEmptyContainer(start..<position) ? .empty : .unreadable
        case .string: return position - start == 2 ? .empty : .unreadable
        case .number, .true, .false: return .unreadable
        }
    }

    /// The longest number that is converted; exact doubles that people write are shorter.
    private static let longestNumber = 128

    /// The number at a range; nil where it is not finite or beyond all sense in length.
    private func double(_ range: Range<Int>) -> Double? {
        guard range.count <= Self.longestNumber, let value = Double(raw(range)), value.isFinite else { return nil }
        return value
    }
}
