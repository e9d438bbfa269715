extension String {
    /// The text as it is searched: what `lowercased()` makes of it, at a fraction of its cost. A long transcript with a
    /// single character outside ASCII would else cost more than all the rest of storing it.
    var caseFolded: String { String(decoding: caseFoldedUTF8, as: UTF8.self) }

    /// The bytes of ``caseFolded``.
    var caseFoldedUTF8: [UInt8] {
        let bytes = Array(utf8)
        var folded: [UInt8] = []
        folded.reserveCapacity(bytes.count)
        var place = 0
        while let start = bytes[place...].firstIndex(where: { $0 >= 0x80 }) {
            folded.append(folding: bytes[place..<start])
            place = Swift.min(start + bytes[start].sequenceLength, bytes.count)
            let sequence = bytes[start..<place]
            if Self.hasCase(sequence) {
                folded += String(decoding: sequence, as: UTF8.self).lowercased().utf8
            } else {
                folded += sequence
            }
        }
        folded.append(folding: bytes[place...])
        return folded
    }

    /// Whether a character outside ASCII may be one that has a lower case. None does from U+0800 to U+0FFF (the scripts
    /// of India among them), from U+2000 to U+20FF (dashes, quotation marks, currencies), and from U+3000 to U+9FFF
    /// (Chinese and Japanese).
    private static func hasCase(_ sequence: ArraySlice<UInt8>) -> Bool {
        switch sequence.first {
        case .some(0xE0), .some(0xE3...0xE9): false
        case .some(0xE2): !(0x80...0x83).contains(sequence.dropFirst().first ?? 0)
        default: true
        }
    }
}

extension [UInt8] {
    /// Appends ASCII, its capitals as small letters.
    fileprivate mutating func append(folding text: ArraySlice<UInt8>) {
        var piece = Array(text)
        for place in piece.indices {
            let byte = piece[place]
            // Without a branch, so that many bytes are done at once.
            piece[place] = byte | (byte &- 0x41 < 26 ? 0x20 : 0)
        }
        append(contentsOf: piece)
    }
}

extension UInt8 {
    /// How many bytes a UTF-8 sequence has that begins with this one (RFC 3629, section 3).
    fileprivate var sequenceLength: Int {
        switch self {
        case 0xF0...: 4
        case 0xE0...: 3
        default: 2
        }
    }
}
