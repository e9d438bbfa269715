import CallDomain

/// The form in which long values stand in the database: as what they have in common with bytes that are known, and the
/// rest as it is.
///
/// What is known to all is ``PackingTemplate``; behind it stands, where there is one, the *root*: the statement of one
/// observation of the same call. A packed value begins with ``marker``, the position of its root (0: none) and its own
/// length. Sequences follow: so many bytes as they are, then, until the length is reached, a piece of what is already
/// there: how far back it begins, and how much longer than ``shortestMatch`` it is. Numbers are varints. Values that do
/// not begin with the marker stand as they are: those that are short, and those of older versions. Stored: never changed.
enum PackedBytes {
    /// No form of a statement or a state begins with it: theirs begin with their version.
    static let marker: UInt8 = 0xB1
    /// The shortest piece that is taken from what is there; a shorter one is told in as many bytes as it has.
    static let shortestMatch = 6

    /// Whether a value is packed.
    static func isPacked(_ bytes: [UInt8]) -> Bool { bytes.first == marker }

    /// The position of the root of a packed value; nil where it needs none.
    static func root(of packed: [UInt8]) throws -> Int64? {
        var reader = PackedReader(packed)
        let root = try reader.header().root
        return root == 0 ? nil : root
    }

    /// The value; `root` is what stands at the position that it names, empty where it names none.
    ///
    /// Throws ``MalformedBytes`` where it is damaged, or longer than ``StoreBounds/longestPacked``.
    static func unpacked(_ packed: [UInt8], root: [UInt8]) throws -> [UInt8] {
        var reader = PackedReader(packed)
        let length = try reader.header().length
        let template = PackingTemplate.bytes
        let start = template.count + root.count
        // All of it in one piece, so that a match may begin anywhere and go on into what it makes.
        let whole = try unsafe [UInt8](unsafeUninitializedCapacity: start + length) { whole, count in
            let end = start + length
            guard let base = whole.baseAddress else { throw MalformedBytes() }
            unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(whole)[..<template.count])
                .copyBytes(from: template)
            unsafe UnsafeMutableRawBufferPointer(
                rebasing: UnsafeMutableRawBufferPointer(whole)[template.count..<start]
            ).copyBytes(from: root)
            var place = start
            repeat {
                let literals = try reader.count(atMost: end - place)
                try unsafe reader.copy(literals, to: base + place)
                place += literals
                guard place < end else { break }
                let distance = try reader.count(atMost: place)
                let match = shortestMatch + (try reader.count(atMost: end - place))
                guard distance > 0, match <= end - place else { throw MalformedBytes() }
                if distance >= match {
                    unsafe (base + place).update(from: base + (place - distance), count: match)
                } else {
                    for index in place..<place + match { unsafe base[index] = unsafe base[index - distance] }
                }
                place += match
            } while place < end
            count = end
        }
        try reader.end()
        return Array(whole[start...])
    }
}

/// Takes the parts of a packed value; throws ``MalformedBytes``, never traps.
private struct PackedReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func header() throws -> (root: Int64, length: Int) {
        guard bytes.first == PackedBytes.marker else { throw MalformedBytes() }
        index = 1
        guard let root = Int64(exactly: try number()) else { throw MalformedBytes() }
        return (root, try count(atMost: StoreBounds.longestPacked))
    }

    mutating func count(atMost most: Int) throws -> Int {
        guard let count = Int(exactly: try number()), count <= most else { throw MalformedBytes() }
        return count
    }

    /// Copies so many of the next bytes to where there is room for them.
    mutating func copy(_ count: Int, to target: UnsafeMutablePointer<UInt8>) throws {
        guard count <= bytes.count - index else { throw MalformedBytes() }
        guard count > 0 else { return }
        unsafe bytes.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            unsafe target.update(from: base + index, count: count)
        }
        index += count
    }

    func end() throws {
        guard index == bytes.count else { throw MalformedBytes() }
    }

    private mutating func number() throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            guard index < bytes.count else { throw MalformedBytes() }
            let next = bytes[index]
            index += 1
            value |= UInt64(next & 0x7F) << shift
            if next & 0x80 == 0 { return value }
        }
        throw MalformedBytes()
    }
}
