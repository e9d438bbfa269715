import CallDomain
import Testing

@testable import Simulation

@Suite struct KeyOrderCheckTests {
    @Test("The canonical key is a total order on all triples of the keys that arrivals get in any set of the table")
    func isTotal() {
        let check = KeyOrderCheck(largestSet: 3)
        let figures = check.run()
        #expect(figures.violations == 0)
        #expect(figures.keys > EvidenceTable.arrivals.count)
        #expect(figures.triples == figures.keys * figures.keys * figures.keys)
        #expect(Set(check.keys.map(\.attempt)).count > 1)
        #expect(Set(check.keys.map(\.generation)).count > 1)
        #expect(check.keys.contains { $0.step % 2 != 0 }, "an unknown status stands between steps")
    }

    @Test("A key that is there twice is no total order")
    func findsEqualKeys() throws {
        let key = try #require(KeyOrderCheck(largestSet: 1).keys.first)
        #expect(KeyOrderCheck(keys: [key, key]).run().violations > 0)
    }
}
