import CallDomain
import GatewayService
import Testing

@Suite("UseBook")
struct UseBookTests {
    private let key = APIKeyID(rawValue: "0123456789ab")

    @Test("A secret's last use is remembered for its account, and never goes back")
    func secrets() {
        let uses = UseBook()
        #expect(uses.lastUse(ofSecret: "one", account: .default) == nil)
        uses.used(secret: "one", of: .default, at: .at(10))
        uses.used(secret: "one", of: .default, at: .at(5))
        #expect(uses.lastUse(ofSecret: "one", account: .default) == .at(10))
        #expect(uses.lastUse(ofSecret: "two", account: .default) == nil)
        #expect(uses.lastUse(ofSecret: "one", account: AccountID(rawValue: "other")) == nil)
    }

    @Test("Uses within a minute are one, and each is written down once")
    func coarse() {
        let uses = UseBook()
        uses.used(key: key, at: .at(0))
        uses.used(key: key, at: .at(59))
        #expect(uses.lastUse(of: key) == .at(0))
        #expect(Self.keys(in: uses.take()) == [key: .at(0)])
        #expect(uses.take().isEmpty)
        uses.used(key: key, at: .at(60))
        #expect(Self.keys(in: uses.take()) == [key: .at(60)])
    }

    @Test("What could not be written down is given back, and newer uses stand")
    func givenBack() {
        let uses = UseBook()
        uses.used(key: key, at: .at(0))
        let taken = uses.take()
        uses.used(key: key, at: .at(90))
        uses.giveBack(taken)
        #expect(Self.keys(in: uses.take()) == [key: .at(90)])
    }

    @Test("What the store remembered is gone on from")
    func remembered() {
        let uses = UseBook(remembered: CredentialUses(keys: [key: .at(7)]))
        #expect(uses.lastUse(of: key) == .at(7))
        #expect(uses.take().isEmpty)
    }

    private static func keys(in entries: [JournalEntry]) -> [APIKeyID: Timestamp] {
        entries.reduce(into: [:]) { keys, entry in
            if case .account(.used(let uses), _) = entry { keys.merge(uses.keys) { _, last in last } }
        }
    }
}
