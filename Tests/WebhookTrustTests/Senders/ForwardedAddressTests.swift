import Testing
import WebhookTrust

@Suite("ForwardedAddress")
struct ForwardedAddressTests {
    let proxies: SourceAddresses

    init() throws { proxies = try SourceAddresses(parsing: ["10.0.0.0/8", "2001:db8::/32"]) }

    @Test(
        "From a stranger, whatever it says, the peer's address stands",
        arguments: [[], ["13.203.39.153"], ["10.0.0.1"]])
    func stranger(list: [String]) {
        #expect(ForwardedAddress.client(peer: "192.0.2.1", forwardedFor: list, trusted: proxies) == "192.0.2.1")
        let nobody = SourceAddresses(blocks: [])
        #expect(ForwardedAddress.client(peer: "10.0.0.1", forwardedFor: list, trusted: nobody) == "10.0.0.1")
    }

    @Test(
        "The list is read from the right, through trusted proxies only",
        arguments: [
            (["13.203.39.153"], "13.203.39.153"),
            (["198.51.100.7, 13.203.39.153"], "13.203.39.153"),
            (["13.203.39.153, 198.51.100.7"], "198.51.100.7"),
            (["13.203.39.153, 198.51.100.7, 10.1.1.1"], "198.51.100.7"),
            (["13.203.39.153", "198.51.100.7"], "198.51.100.7"),
            (["198.51.100.7", "10.1.1.1 , 10.1.1.2"], "198.51.100.7"),
            (["10.1.1.1"], "10.1.1.1"),
            ([" 198.51.100.7:4711 "], "198.51.100.7"),
            (["[2001:db9::7]:4711"], "2001:db9::7"), (["2001:db9::7"], "2001:db9::7"),
            (["198.51.100.7, 2001:db8::1"], "198.51.100.7"),
        ])
    func chain(list: [String], client: String) {
        #expect(ForwardedAddress.client(peer: "10.0.0.1", forwardedFor: list, trusted: proxies) == client)
    }

    @Test(
        "Where a trusted proxy states no address, that proxy's own stands",
        arguments: [["unknown"], [""], ["_hidden"], ["13.203.39.153,"], ["13.203.39.153, 010.1.1.1"], ["1.2.3"]])
    func nonsense(list: [String]) {
        #expect(ForwardedAddress.client(peer: "10.0.0.1", forwardedFor: list, trusted: proxies) == "10.0.0.1")
    }

    @Test("What stands beyond the entries that are looked at is not reached")
    func bounded() {
        let list = ["13.203.39.153"] + Array(repeating: "10.0.0.2", count: 40)
        #expect(ForwardedAddress.client(peer: "10.0.0.1", forwardedFor: list, trusted: proxies) == "10.0.0.2")
    }
}
