import Testing

@testable import BolnaClient

@Suite("AddressRule")
struct AddressRuleTests {
    /// The bytes of a `sockaddr_in`.
    private static func version4(_ octets: [UInt8]) -> [UInt8] {
        [2, 0, 0x01, 0xBB] + octets + [UInt8](repeating: 0, count: 8)
    }

    /// The bytes of a `sockaddr_in6`.
    private static func version6(_ groups: [UInt16]) -> [UInt8] {
        let address = groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        return [10, 0, 0x01, 0xBB, 0, 0, 0, 0] + address + [0, 0, 0, 0]
    }

    @Test(
        "Addresses that are not of the public internet are refused",
        arguments: [
            [0, 0, 0, 0], [0, 1, 2, 3], [10, 0, 0, 1], [10, 255, 255, 255], [100, 64, 0, 1], [100, 127, 255, 255],
            [127, 0, 0, 1], [127, 255, 255, 254], [169, 254, 0, 1], [169, 254, 169, 254], [169, 254, 170, 2],
            [172, 16, 0, 1], [172, 31, 255, 255], [192, 0, 0, 8], [192, 0, 0, 192], [192, 0, 2, 1], [192, 88, 99, 1],
            [192, 168, 0, 1], [192, 168, 255, 255], [198, 18, 0, 1], [198, 19, 255, 255], [198, 51, 100, 1],
            [203, 0, 113, 1], [224, 0, 0, 1], [239, 255, 255, 250], [240, 0, 0, 1], [255, 255, 255, 255],
        ] as [[UInt8]])
    func inside(octets: [UInt8]) { #expect(!AddressRule.isPublic(socketAddress: Self.version4(octets))) }

    @Test(
        "Addresses beside those blocks are public",
        arguments: [
            [1, 1, 1, 1], [9, 255, 255, 255], [11, 0, 0, 0], [13, 203, 39, 153], [100, 63, 255, 255], [100, 128, 0, 0],
            [126, 255, 255, 255], [128, 0, 0, 0], [169, 253, 255, 255], [169, 255, 0, 0], [172, 15, 255, 255],
            [172, 32, 0, 0], [192, 167, 255, 255], [192, 169, 0, 0], [198, 17, 255, 255], [198, 20, 0, 0],
            [223, 255, 255, 255],
        ] as [[UInt8]])
    func outside(octets: [UInt8]) { #expect(AddressRule.isPublic(socketAddress: Self.version4(octets))) }

    @Test(
        "IPv6 addresses that are local, hide IPv4, or are reserved are refused",
        arguments: [
            [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0xFFFF, 0x7F00, 1],
            [0, 0, 0, 0, 0, 0xFFFF, 0x0808, 0x0808], [0, 0, 0, 0, 0, 0, 0x7F00, 1],
            [0x64, 0xFF9B, 0, 0, 0, 0, 0x7F00, 1], [0x64, 0xFF9B, 1, 0, 0, 0, 0xA9FE, 0xA9FE],
            [0x100, 0, 0, 0, 0, 0, 0, 1], [0x2001, 0, 0, 0, 0, 0, 0, 1], [0x2001, 2, 0, 0, 0, 0, 0, 1],
            [0x2001, 0x10, 0, 0, 0, 0, 0, 1], [0x2001, 0xDB8, 0, 0, 0, 0, 0, 1], [0x2002, 0x7F00, 1, 0, 0, 0, 0, 1],
            [0x3FFF, 0, 0, 0, 0, 0, 0, 1], [0xFC00, 0, 0, 0, 0, 0, 0, 1], [0xFD00, 0xEC2, 0, 0, 0, 0, 0, 0x254],
            [0xFE80, 0, 0, 0, 0, 0, 0, 1], [0xFEC0, 0, 0, 0, 0, 0, 0, 1], [0xFF02, 0, 0, 0, 0, 0, 0, 1],
            [0x4000, 0, 0, 0, 0, 0, 0, 1],
        ] as [[UInt16]])
    func inside6(groups: [UInt16]) { #expect(!AddressRule.isPublic(socketAddress: Self.version6(groups))) }

    @Test(
        "Global IPv6 addresses are public",
        arguments: [
            [0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x8888], [0x2600, 0x1F18, 0, 0, 0, 0, 0, 1],
            [0x2406, 0xDA1A, 0, 0, 0, 0, 0, 1], [0x2A00, 0, 0, 0, 0, 0, 0, 1],
        ] as [[UInt16]])
    func outside6(groups: [UInt16]) { #expect(AddressRule.isPublic(socketAddress: Self.version6(groups))) }

    @Test(
        "Other families, and addresses that are cut, are refused",
        arguments: [[], [2], [1, 0, 0x2F], [2, 0, 1, 2, 8, 8]] as [[UInt8]])
    func others(bytes: [UInt8]) {
        #expect(!AddressRule.isPublic(socketAddress: bytes))
        #expect(!AddressRule.isPublic(socketAddress: Array(Self.version6([0x2600, 0, 0, 0, 0, 0, 0, 1]).prefix(20))))
    }
}
