import Testing
import WebhookTrust

@Suite("SourceAddresses")
struct SourceAddressesTests {
    @Test(
        "Bolna's three addresses are known by default, plain and IPv4-mapped",
        arguments: ["13.203.39.153", "13.126.9.249", "13.202.133.53", "::ffff:13.203.39.153", "::FFFF:0dca:8535"])
    func bolna(address: String) {
        #expect(SourceAddresses.bolna.contains(address))
    }

    @Test(
        "Others are not, nor is what is no address",
        arguments: [
            "13.203.39.152", "13.203.39.154", "127.0.0.1", "", "::", "13.203.39.153:443", "::ffff:0:0", "localhost",
        ])
    func others(address: String) {
        #expect(!SourceAddresses.bolna.contains(address))
    }

    @Test(
        "A block holds its first and last address, and neither neighbour",
        arguments: [
            ("203.0.113.0/24", "203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0"),
            ("203.0.113.128/25", "203.0.113.128", "203.0.113.255", "203.0.113.127", "203.0.114.0"),
            ("203.0.113.6/31", "203.0.113.6", "203.0.113.7", "203.0.113.5", "203.0.113.8"),
            ("203.0.113.7/32", "203.0.113.7", "203.0.113.7", "203.0.113.6", "203.0.113.8"),
            ("128.0.0.0/1", "128.0.0.0", "255.255.255.255", "127.255.255.255", "::1"),
            ("0.0.0.0/0", "0.0.0.0", "255.255.255.255", "::", "2001:db8::"),
            ("2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db7:ffff::", "2001:db9::"),
            ("2001:db8::8/125", "2001:db8::8", "2001:db8::f", "2001:db8::7", "2001:db8::10"),
            ("2001:db8::1", "2001:db8::1", "2001:DB8:0::0001", "2001:db8::", "2001:db8::2"),
            ("::ffff:203.0.113.0/120", "203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0"),
        ])
    func block(text: String, first: String, last: String, before: String, after: String) throws {
        let addresses = try SourceAddresses(parsing: [text])
        #expect(addresses.contains(first) && addresses.contains(last))
        #expect(!addresses.contains(before) && !addresses.contains(after))
    }

    @Test("The whole of IPv6 holds every address")
    func everything() throws {
        let addresses = try SourceAddresses(parsing: ["::/0"])
        #expect(addresses.contains("203.0.113.7") && addresses.contains("ffff::") && !addresses.contains("x"))
    }

    @Test(
        "What is no address and no block is refused by name",
        arguments: [
            "", "/", "203.0.113.0/", "203.0.113.0/33", "203.0.113.0/-1", "203.0.113.0/+1", "203.0.113.0/024x",
            "203.0.113", "203.0.113.0.1", "203.0.113.256", "203.0.113.07", "203.0.113.", "0x7f.0.0.1", "203.0.113.1/24",
            "2001:db8::/129", "2001:db8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", ":::", "::1::", "12345::",
            "g::",
            "::ffff:203.0.113", "1:2:3:4:5:6:7:203.0.113.1", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", " ::1",
            "2001:db8::1/32",
            "::/0/0", "+1::",
        ])
    func refused(text: String) {
        #expect(throws: AddressError.notAnAddress(text)) { try SourceAddresses(parsing: ["::1", text]) }
    }

    @Test("A list without end is refused")
    func tooMany() {
        let texts = [String](repeating: "::1", count: SourceAddresses.mostBlocks + 1)
        #expect(throws: AddressError.tooMany(SourceAddresses.mostBlocks)) { try SourceAddresses(parsing: texts) }
    }

    @Test(
        "Every spelling of an IPv6 address is the same address",
        arguments: [
            "2001:db8:0:0:0:0:0:1", "2001:0db8::1", "2001:DB8::0:1", "2001:db8::0.0.0.1", "2001:db8:0:0:0:0:0.0.0.1",
            "2001:db8::1%eth0",
        ])
    func spellings(text: String) {
        #expect(IPAddress(text) == IPAddress("2001:db8::1"))
        #expect(IPAddress(text) != nil)
    }

    @Test("A gap at either end, or of a single group, is understood")
    func gaps() {
        #expect(IPAddress("::")?.bits == 0)
        #expect(IPAddress("::1")?.bits == 1)
        #expect(IPAddress("1::")?.bits == UInt128(1) << 112)
        #expect(IPAddress("1:2:3:4:5:6:7::") == IPAddress("1:2:3:4:5:6:7:0"))
        #expect(IPAddress("::2:3:4:5:6:7:8") == IPAddress("0:2:3:4:5:6:7:8"))
        #expect(IPAddress("1::8")?.bits == (UInt128(1) << 112) + 8)
    }
}
