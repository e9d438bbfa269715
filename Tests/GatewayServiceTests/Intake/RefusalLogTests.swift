import CallDomain
import GatewayService
import Testing

@Suite struct RefusalLogTests {
    private func refusal(_ number: Int, bytes: Int = 0) -> Refusal {
        Refusal(
            receivedAt: .at(Double(number)), account: String(repeating: "a", count: 100), reason: "no-signature",
            peer: "192.0.2.1", body: Array(repeating: 1, count: bytes))
    }

    @Test("The newest are kept, newest first, and all are counted")
    func bounded() {
        let log = RefusalLog()
        for number in 0..<300 { log.record(refusal(number)) }
        #expect(log.count == 300)
        #expect(log.newest.count == RefusalLog.mostKept)
        #expect(log.newest.first?.receivedAt == .at(299))
        #expect(log.newest.last?.receivedAt == .at(44))
    }

    @Test("Those addressed to an account are counted for it alone, also when they are no longer kept")
    func counts() {
        let log = RefusalLog()
        for number in 0..<300 { log.record(refusal(number), addressedTo: .default) }
        log.record(refusal(300))
        #expect(log.count == 301)
        #expect(log.count(addressedTo: .default) == 300)
        #expect(log.count(addressedTo: AccountID(rawValue: "other")) == 0)
    }

    @Test("What strangers send is cut")
    func cut() {
        let kept = refusal(0, bytes: 10_000)
        #expect(kept.bodyPrefix.count == Refusal.mostBytes)
        #expect(kept.account.count == Refusal.mostCharacters)
    }
}
