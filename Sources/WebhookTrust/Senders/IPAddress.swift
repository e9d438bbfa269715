/// An IP address in 128 bits; IPv4 in its IPv4-mapped form.
package struct IPAddress: Hashable, Sendable {
    /// The bits, the first group highest.
    package let bits: UInt128

    /// Reads `203.0.113.7`, `2001:db8::7` or `::ffff:203.0.113.7`; a zone (`%eth0`) is left out of account. Nil for
    /// anything else: also for octets with leading zeros, which some programs read as octal.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.longestText else { return nil }
        if text.utf8.contains(UInt8(ascii: ":")) {
            let address = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)[0]
            guard let bits = Self.version6(address) else { return nil }
            self.bits = bits
        } else {
            guard let bits = Self.version4(text[...]) else { return nil }
            self.bits = 0xFFFF << 32 | UInt128(bits)
        }
    }

    /// Whether it is an IPv4 address, mapped or not.
    package var isVersion4: Bool { bits >> 32 == 0xFFFF }

    /// The longest text that is looked at: a full address with a zone.
    private static let longestText = 64

    private static func version4(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                part.utf8.count == 1 || part.utf8.first != 0x30, let octet = UInt8(part)
            else { return nil }
            bits = bits << 8 | UInt32(octet)
        }
        return bits
    }

    private static func version6(_ text: Substring) -> UInt128? {
        var groups = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (3...9).contains(groups.count) else { return nil }

        // A dotted tail stands for two groups.
        if let last = groups.last, last.utf8.contains(UInt8(ascii: ".")) {
            guard let tail = version4(last) else { return nil }
            groups.removeLast()
            groups.append(Substring(String(tail >> 16, radix: 16)))
            groups.append(Substring(String(tail & 0xFFFF, radix: 16)))
        }

        // `::` at an end leaves two empty groups there: drop one, so that the gap is one empty group wherever it is.
        if groups[0].isEmpty {
            guard groups[1].isEmpty else { return nil }
            groups.removeFirst()
        }
        if groups[groups.count - 1].isEmpty {
            guard groups[groups.count - 2].isEmpty else { return nil }
            groups.removeLast()
        }
        let gaps = groups.indices.filter { groups[$0].isEmpty }
        guard gaps.count <= 1 else { return nil }

        var bits: UInt128 = 0
        for group in groups {
            if group.isEmpty {
                guard groups.count <= 8 else { return nil }
                bits <<= UInt128(16 * (9 - groups.count))
                continue
            }
            guard group.utf8.count <= 4, group.utf8.allSatisfy(isHexDigit), let value = UInt16(group, radix: 16)
            else { return nil }
            bits = bits << 16 | UInt128(value)
        }
        return gaps.isEmpty && groups.count != 8 ? nil : bits
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }
}
