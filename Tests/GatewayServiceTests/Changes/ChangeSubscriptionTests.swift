import CallDomain
import Testing

@testable import GatewayService

@Suite struct ChangeSubscriptionTests {
    private func change(_ sequence: Int64) -> Change {
        Change(
            cursor: ChangeCursor(sequence: sequence), account: .default, call: CallID(rawValue: "c"),
            execution: ExecutionID(rawValue: "e"), status: .ringing, source: .webhook, at: .start)
    }

    private func recent(_ sequences: ClosedRange<Int64>, most: Int = 100) -> RecentChanges {
        var recent = RecentChanges(most: most)
        recent.append(sequences.map(change))
        return recent
    }

    private func live() -> ChangeSubscription {
        var subscription = ChangeSubscription(cursor: ChangeCursor(sequence: 5))
        subscription.replayed([], latest: ChangeCursor(sequence: 5))
        return subscription
    }

    private func told(_ subscription: inout ChangeSubscription, _ recent: RecentChanges) -> [Int64] {
        var told: [Int64] = []
        while case .tell(let events) = subscription.step(recent) {
            for case .change(let change) in events { told.append(change.cursor.sequence) }
        }
        return told
    }

    @Test("It begins by reading what came after its cursor")
    func begins() {
        var subscription = ChangeSubscription(cursor: ChangeCursor(sequence: 5))
        guard case .read(let cursor) = subscription.step(recent(6...7)) else {
            Issue.record("it must read")
            return
        }
        #expect(cursor.sequence == 5)
        #expect(!subscription.maySleep(recent(6...7)))
    }

    @Test("What was published while it read is told after what it read, once")
    func overlap() {
        var subscription = ChangeSubscription(cursor: ChangeCursor(sequence: 5))
        subscription.replayed([change(6)], latest: ChangeCursor(sequence: 6))
        #expect(told(&subscription, recent(6...8)) == [6, 7, 8])
        #expect(subscription.maySleep(recent(6...8)))
    }

    @Test("After a full page it reads on")
    func fullPage() {
        var subscription = ChangeSubscription(cursor: ChangeCursor(sequence: 0))
        let size = Int64(ChangeFeed.pageSize)
        subscription.replayed((1...size).map(change), latest: ChangeCursor(sequence: size))
        #expect(told(&subscription, recent(1...size)) == Array(1...size))
        guard case .read(let cursor) = subscription.step(recent(1...size)) else {
            Issue.record("it must read on")
            return
        }
        #expect(cursor.sequence == size)
    }

    @Test("A commit whose end is not known, while it reads, makes it read once more")
    func uncertain() {
        var subscription = ChangeSubscription(cursor: ChangeCursor(sequence: 5))
        subscription.recheck()
        subscription.replayed([], latest: ChangeCursor(sequence: 5))
        guard case .read(let cursor) = subscription.step(recent(5...5)) else {
            Issue.record("it must read once more")
            return
        }
        #expect(cursor.sequence == 5)
        subscription.replayed([change(6)], latest: ChangeCursor(sequence: 6))
        #expect(told(&subscription, recent(6...6)) == [6])
        #expect(subscription.maySleep(recent(6...6)))
    }

    @Test("What was read already is not told again")
    func noRepeat() {
        var subscription = live()
        #expect(told(&subscription, recent(4...7)) == [6, 7])
        #expect(subscription.maySleep(recent(4...7)))
    }

    @Test("More than may wait ends it, wherever the bound is crossed", arguments: 1...40)
    func slow(most: Int) {
        for published in Int64(6)...60 {
            var recent = RecentChanges(most: most)
            for sequence in 1...published { recent.append([change(sequence)]) }
            var subscription = live()
            let step = subscription.step(recent)
            switch step {
            case .end: #expect(published - 5 > most)
            case .tell(let events):
                #expect(published - 5 <= most)
                #expect(events.first == .change(change(6)))
            case .read, .sleep: Issue.record("it must tell or end")
            }
        }
    }

    @Test("What nobody waits for is not held, and nobody who comes later misses it")
    func empty() {
        var recent = recent(1...9)
        recent.removeAll()
        #expect(recent.after(ChangeCursor(sequence: 8), limit: 1) == nil)
        #expect(recent.after(ChangeCursor(sequence: 9), limit: 1) == [])
        recent.append([change(10)])
        #expect(recent.after(ChangeCursor(sequence: 9), limit: 1) == [change(10)])
    }
}
