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
        let kept = refusal(0, bytes: Refusal.mostBytes + 1)
        #expect(kept.bodyPrefix.count == Refusal.mostBytes)
        #expect(kept.account.count == Refusal.mostCharacters)
    }

    @Test("All of them together are at most 4 KiB each: the newest stay whole, older ones are cut")
    func room() {
        let log = RefusalLog()
        for number in 0..<300 { log.record(refusal(number, bytes: Refusal.mostBytes)) }
        let kept = log.newest
        #expect(kept.count == RefusalLog.mostKept)
        #expect(kept.reduce(0) { $0 + $1.bodyPrefix.count } <= RefusalLog.mostBytesKept)
        #expect(kept.prefix(10).allSatisfy { $0.bodyPrefix.count == Refusal.mostBytes })
        #expect(kept.last?.bodyPrefix.count == Refusal.mostBytesOfCut && kept.last?.isWhole == false)
        for refusal in kept { log.remove(refusal.id) }
        log.record(refusal(400, bytes: Refusal.mostBytes))
        #expect(log.newest.first?.bodyPrefix.count == Refusal.mostBytes)
    }

    @Test("Only what is kept whole can be judged again; credentials that are too large are not kept at all")
    func whole() {
        func refusal(body: Int, field: Int) -> Refusal {
            Refusal(
                receivedAt: .at(0), account: "default", reason: "wrong-signature", peer: "192.0.2.1",
                body: Array(repeating: 1, count: body),
                credentials: Refusal.Credentials(
                    urlToken: "token", fields: [.init(name: "a", value: String(repeating: "x", count: field))]))
        }
        #expect(refusal(body: Refusal.mostBytes, field: 10).isWhole)
        #expect(!refusal(body: Refusal.mostBytes + 1, field: 10).isWhole)
        let large = refusal(body: 1, field: Refusal.Credentials.mostBytes)
        #expect(!large.isWhole && large.credentials.names.isEmpty)
    }

    @Test("A refusal is found by its number until it is removed or pushed out, and shows no credential")
    func numbers() throws {
        let log = RefusalLog()
        for number in 0..<300 { log.record(refusal(number)) }
        #expect(log.refusal(1) == nil)
        let kept = try #require(log.refusal(300))
        #expect(kept.receivedAt == .at(299))
        log.remove(300)
        #expect(log.refusal(300) == nil && log.count == 300)

        let credentials = Refusal.Credentials(
            urlToken: "canary-1", fields: [.init(name: "authorization", value: "canary-2")])
        var text = "\(credentials)"
        dump(credentials, to: &text)
        #expect(!text.contains("canary") && text.contains("url-token, authorization"))
    }
}
