/// One Bolna organization as the gateway serves it: its token, secrets, agents and API keys. Nothing crosses accounts.
///
/// Lower-case letters, digits, `-` and `_`, 1 to 64 bytes; `default` is the account of the settings.
package struct AccountID: RawRepresentable, Hashable, Comparable, Sendable, Codable {
    /// The account's name as it stands in webhook addresses.
    package let rawValue: String

    /// Takes the name as it is; use ``init(validating:)`` for a name from outside.
    package init(rawValue: String) { self.rawValue = rawValue }

    /// Takes a name from outside, or returns nil where it is not 1 to 64 of `a-z`, `0-9`, `-`, `_`, or is `-` alone.
    package init?(validating name: String) {
        let allowed = name.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
        }
        guard allowed, (1...64).contains(name.utf8.count), name != "-" else { return nil }
        self.rawValue = name
    }

    /// The account that the settings of the environment describe.
    package static let `default` = AccountID(rawValue: "default")

    /// Orders by name.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Bolna's id of an agent, as Bolna spells it.
package struct AgentID: RawRepresentable, Hashable, Comparable, Sendable, Codable {
    /// Bolna's spelling.
    package let rawValue: String

    /// Takes Bolna's spelling as it is.
    package init(rawValue: String) { self.rawValue = rawValue }

    /// Orders by spelling.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Bolna's id of a call ("execution"), as Bolna spells it; numbers of the oldest bodies are kept as their digits.
package struct ExecutionID: RawRepresentable, Hashable, Comparable, Sendable, Codable {
    /// Bolna's spelling.
    package let rawValue: String

    /// Takes Bolna's spelling as it is.
    package init(rawValue: String) { self.rawValue = rawValue }

    /// Orders by spelling.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The gateway's own id of a call: opaque text, so that ids of an imported history survive.
package struct CallID: RawRepresentable, Hashable, Comparable, Sendable, Codable {
    /// The id as clients see it.
    package let rawValue: String

    /// Takes an id as it is.
    package init(rawValue: String) { self.rawValue = rawValue }

    /// Orders by spelling.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The SHA-256 of a body's bytes as they were received.
package struct ContentDigest: Hashable, Comparable, Sendable {
    /// The 32 bytes, as four big-endian words: comparing the words compares the bytes.
    package let words: (UInt64, UInt64, UInt64, UInt64)

    /// Takes four big-endian words.
    package init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// Takes 32 bytes, or returns nil for any other count.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        // At once where the bytes lie side by side: one by one, each would cost a call through the collection.
        let bytes = bytes.withContiguousStorageIfAvailable { Array($0) } ?? Array(bytes)
        func word(at start: Int) -> UInt64 {
            bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        self.words = (word(at: 0), word(at: 8), word(at: 16), word(at: 24))
    }

    /// The 32 bytes in order.
    package var bytes: [UInt8] {
        Array(unsafeUninitializedCapacity: 32) { buffer, count in
            for (place, word) in [words.0, words.1, words.2, words.3].enumerated() {
                for offset in 0..<8 {
                    buffer.initializeElement(
                        at: place * 8 + offset, to: UInt8(truncatingIfNeeded: word >> (56 - 8 * offset)))
                }
            }
            count = 32
        }
    }

    /// Equal when all 32 bytes are.
    package static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    /// Orders as the bytes do.
    package static func < (left: Self, right: Self) -> Bool { left.words < right.words }

    /// Feeds all 32 bytes.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}
