import CallDomain
import Testing

@testable import GatewayHTTP

@Suite("RecentDigests")
struct RecentDigestsTests {
    @Test("It remembers so many, and forgets the oldest first")
    func forgets() {
        var recent = RecentDigests(most: 2)
        let digests = (1...3).map { ContentDigest(words: ($0, 0, 0, 0)) }
        // The first gives way to the third, the second to the first, the third to the second.
        let areNew = [0, 1, 2, 2, 1, 0, 1, 0].map { recent.insert(digests[$0]) }
        #expect(areNew == [true, true, true, false, false, true, true, false])
    }
}
