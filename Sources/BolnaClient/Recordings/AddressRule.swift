import Glibc

/// Which addresses a recording may be fetched from: those of the public internet. What a name resolves to is judged by it
/// just before the connection is made, so that a name which is listed, but leads inside, leads nowhere.
enum AddressRule {
    /// Blocks of IPv4 that are not the public internet (IANA's special-purpose registry, and multicast).
    private static let version4: [(network: UInt32, length: UInt32)] = [
        (0x0000_0000, 8),  // this network
        (0x0A00_0000, 8),  // private
        (0x6440_0000, 10),  // shared by carriers
        (0x7F00_0000, 8),  // loopback
        (0xA9FE_0000, 16),  // link-local, with the clouds' metadata
        (0xAC10_0000, 12),  // private
        (0xC000_0000, 24),  // protocol assignments
        (0xC000_0200, 24),  // documentation
        (0xC058_6300, 24),  // 6to4 relays
        (0xC0A8_0000, 16),  // private
        (0xC612_0000, 15),  // benchmarks
        (0xC633_6400, 24),  // documentation
        (0xCB00_7100, 24),  // documentation
        (0xE000_0000, 4),  // multicast
        (0xF000_0000, 4),  // reserved, with broadcast
    ]

    /// Blocks of IPv6 within 2000::/3 that are not the public internet, or that hide an IPv4 address.
    private static let version6: [(network: UInt128, length: UInt128)] = [
        (0x2001_0000 << 96, 23),  // protocol assignments, with Teredo
        (0x2001_0DB8 << 96, 32),  // documentation
        (0x2002_0000 << 96, 16),  // 6to4
        (0x3FFF_0000 << 96, 20),  // documentation
    ]

    /// Whether an IPv4 address is of the public internet.
    static func isPublic(_ address: UInt32) -> Bool {
        !version4.contains { address >> (32 - $0.length) == $0.network >> (32 - $0.length) }
    }

    /// Whether an IPv6 address is: only 2000::/3 holds such, so mapped IPv4 addresses and translations of them are not.
    static func isPublic(_ address: UInt128) -> Bool {
        address >> 125 == 1
            && !version6.contains { address >> (128 - $0.length) == $0.network >> (128 - $0.length) }
    }

    /// Whether the bytes of a `sockaddr` are an address of the public internet; other families are not.
    static func isPublic(socketAddress bytes: [UInt8]) -> Bool {
        guard bytes.count >= 2 else { return false }
        // The family is a number in the machine's order, the addresses are in the network's.
        let family = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: sa_family_t.self) }
        switch Int32(family) {
        case AF_INET:
            guard bytes.count >= 8 else { return false }
            return isPublic(bytes[4..<8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        case AF_INET6:
            guard bytes.count >= 24 else { return false }
            return isPublic(bytes[8..<24].reduce(UInt128(0)) { $0 << 8 | UInt128($1) })
        default: return false
        }
    }
}
