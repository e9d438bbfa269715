import CallDomain
import Testing

/// A call whose statements contradict each other, over virtual time: due reads are made when they are due.
private struct Dispute {
    var evidence = Evidence()
    var ledger = ExpectationLedger()
    var reads: [Int] = []
    let reconciler = Reconciler()
    let calculus = ExpectationCalculus()

    var state: CallState? { reconciler.fold(evidence) }

    mutating func take(_ receipt: Receipt, event: LedgerEvent, at second: Int) {
        evidence.observations.append(receipt.observation)
        if let read = receipt.read { evidence.reads.append(read) }
        ledger = calculus.ledger(
            after: state, previous: ledger, profile: ScopeProfile(path: .healthy), event: event,
            now: Timestamp(second: second))
    }

    mutating func webhook(_ status: CallStatus, updated: Int, at second: Int) {
        take(.webhook(status, updated: updated, at: second), event: .statement, at: second)
    }

    /// A read that is sent now, as a person's or a poll's.
    mutating func read(_ status: CallStatus, updated: Int, at second: Int) {
        reads.append(second)
        take(
            .read(status, updated: updated, sent: second), event: .read(sentAt: Timestamp(second: second)),
            at: second + 1)
    }

    /// Makes each settlement's read when it is due, until none is.
    mutating func settle(until end: Int, answers: (Int) -> (CallStatus, Int)) {
        while let open = ledger.open, open.what == .settlement {
            let second = Int(open.due.duration(since: Timestamp(second: 0)).seconds.rounded(.up))
            guard second < end else { return }
            let (status, updated) = answers(reads.count)
            read(status, updated: updated, at: second)
        }
    }
}

@Suite("Contradictions end")
struct ContradictionEndTests {
    static let day = 86_400

    @Test("Two finals: one re-read is scheduled, once, after the pause, and what it says stands")
    func twoFinals() {
        for (answer, updated) in [(CallStatus.completed, 20), (.failed, 10)] {
            var dispute = Dispute()
            dispute.webhook(.failed, updated: 10, at: 100)
            dispute.webhook(.completed, updated: 20, at: 200)
            #expect(dispute.state?.contradictions.map(\.rule) == [.twoFinals])
            #expect(dispute.ledger.open?.what == .settlement)
            #expect(dispute.ledger.open?.due == Timestamp(second: 260))
            dispute.settle(until: 10 * Self.day) { _ in (answer, updated) }
            #expect(dispute.reads == [260])
            #expect(dispute.state?.contradictions == [])
            #expect(dispute.state?.status == answer)
            #expect(dispute.ledger.outcome == .settled)
        }
    }

    @Test("A read behind: a second one after the pause takes back what it contradicts")
    func readBehind() {
        var dispute = Dispute()
        dispute.webhook(.completed, updated: 50, at: 100)
        dispute.read(.inProgress, updated: 40, at: 500)
        #expect(dispute.state?.contradictions.map(\.rule) == [.readBehind])
        #expect(dispute.state?.status == .completed)
        dispute.settle(until: 10 * Self.day) { _ in (.inProgress, 40) }
        #expect(dispute.reads == [500, 561])
        #expect(dispute.state?.status == .inProgress)
        #expect(dispute.state?.contradictions == [])
    }

    @Test("After the window two reads take nothing back: what stands goes on to stand, and is called disputed")
    func afterWindow() {
        var dispute = Dispute()
        dispute.webhook(.completed, updated: 50, at: 100)
        dispute.read(.inProgress, updated: 40, at: 2 * Self.day)
        dispute.settle(until: 10 * Self.day) { _ in (.inProgress, 40) }
        #expect(dispute.reads.count == 2)
        #expect(dispute.state?.status == .completed)
        #expect(dispute.state?.contradictions.isEmpty == false)
        #expect(dispute.ledger.open == nil)
        #expect(dispute.ledger.outcome == .disputed)
    }

    @Test("Answers that alternate agree with the one before the last: the third read settles it")
    func alternating() {
        var dispute = Dispute()
        dispute.webhook(.completed, updated: 50, at: 100)
        dispute.read(.inProgress, updated: 40, at: 500)
        dispute.settle(until: 10 * Self.day) { number in number % 2 == 0 ? (.inProgress, 40) : (.ringing, 30) }
        #expect(dispute.reads.count == 3)
        #expect(dispute.state?.status == .inProgress)
        #expect(dispute.state?.contradictions == [])
    }

    @Test("Answers that never agree cost few reads and end within the window, named")
    func neverAgreeing() {
        var dispute = Dispute()
        dispute.webhook(.completed, updated: 50, at: 100)
        dispute.read(.unknown("odd-0"), updated: 40, at: 500)
        dispute.settle(until: 10 * Self.day) { number in (.unknown("odd-\(number)"), 40) }
        #expect((5..<30).contains(dispute.reads.count))
        #expect((dispute.reads.last ?? 0) < 500 + Self.day + 60)
        #expect(dispute.state?.status == .completed)
        #expect(dispute.ledger.open == nil)
        #expect(dispute.ledger.outcome == .disputed)
    }

    @Test("Reads that fail are made again within the window, and then no more")
    func failing() {
        var dispute = Dispute()
        dispute.webhook(.failed, updated: 10, at: 100)
        dispute.webhook(.completed, updated: 20, at: 200)
        var tries = 0
        while let open = dispute.ledger.open, open.what == .settlement, tries < 10_000 {
            tries += 1
            let now = open.due
            dispute.ledger = dispute.calculus.ledger(
                after: dispute.state, previous: dispute.ledger, profile: ScopeProfile(path: .healthy),
                event: .readFailed(retryAt: now.advanced(by: .seconds(300)), isNotFound: false), now: now)
        }
        #expect((200...300).contains(tries), "a day of back-off")
        #expect(dispute.ledger.open == nil)
        #expect(dispute.ledger.outcome == .disputed)
    }

    @Test("A call that was read very often is read no more often than each quarter of an hour")
    func eager() throws {
        var dispute = Dispute()
        dispute.webhook(.ringing, updated: 10, at: 100)
        let receipt = Receipt.read(.ringing, updated: 10, sent: 1_000)
        dispute.take(receipt, event: .read(sentAt: Timestamp(second: 1_000)), at: 1_001)
        let before = try #require(dispute.ledger.open?.due)
        #expect(before < Timestamp(second: 1_000 + 900))
        for number in 0..<Evidence.mostEagerReads {
            let at = Timestamp(second: 1_100 + number)
            dispute.evidence.reads.append(
                ReadRecord(sentAt: at, receivedAt: at, observation: receipt.observation.key))
        }
        dispute.ledger = dispute.calculus.ledger(
            after: dispute.state, previous: dispute.ledger, profile: ScopeProfile(path: .degraded),
            event: .read(sentAt: Timestamp(second: 3_000)), now: Timestamp(second: 3_001))
        let due = try #require(dispute.ledger.open?.due)
        #expect(due >= Timestamp(second: 3_000 + 900))
    }
}
