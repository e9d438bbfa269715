extension String {
    /// The text as it is searched: what `lowercased()` makes of it, at a fraction of its cost. A long transcript with a
    /// single character outside ASCII would else cost more than all the rest of storing it.
    var caseFolded: String { String(decoding: caseFoldedUTF8, as: UTF8.self) }

    /// The bytes of ``caseFolded``.
    var caseFoldedUTF8: [UInt8] {
        let bytes = Array(utf8)
        let folded = bytes.foldedASCII
        var place = 0
        var isSame = true
        while isSame, let start = bytes.firstOutsideASCII(from: place) {
            place = Swift.min(start + bytes[start].sequenceLength, bytes.count)
            isSame = !Self.hasCase(bytes[start..<place])
        }
        return isSame ? folded : Self.foldingEach(bytes, from: folded)
    }

    /// The same where characters outside ASCII may change, and their number of bytes with them.
    private static func foldingEach(_ bytes: [UInt8], from ascii: [UInt8]) -> [UInt8] {
        var folded: [UInt8] = []
        folded.reserveCapacity(bytes.count)
        var place = 0
        while let start = bytes.firstOutsideASCII(from: place) {
            folded += ascii[place..<start]
            place = Swift.min(start + bytes[start].sequenceLength, bytes.count)
            let sequence = bytes[start..<place]
            if hasCase(sequence) {
                folded += String(decoding: sequence, as: UTF8.self).lowercased().utf8
            } else {
                folded += sequence
            }
        }
        return folded + ascii[place...]
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
    /// The bytes, ASCII's capitals as small letters.
    fileprivate var foldedASCII: [UInt8] {
        var folded = self
        for place in folded.indices {
            let byte = folded[place]
            // Without a branch, so that many bytes are done at once.
            folded[place] = byte | (byte &- 0x41 < 26 ? 0x20 : 0)
        }
        return folded
    }

    /// Where the next byte of a character outside ASCII is.
    fileprivate func firstOutsideASCII(from start: Int) -> Int? {
        for place in start..<Swift.max(start, count) where self[place] >= 0x80 { return place }
        return nil
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
