import CallDomain
import GatewayService
import Testing

@Suite struct TallyBookTests {
    private func tally(_ name: String, count: Int = 1) -> Tally {
        Tally(account: .default, kind: .request, name: name, count: count)
    }

    private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_000_000 + seconds) }

    @Test("A new name is written down at once, others once in the interval, all of it at last")
    func times() {
        let book = TallyBook()
        book.count(tally("a"))
        #expect(book.take(at: at(0)) == [tally("a")])
        book.count(tally("a"))
        book.count(tally("b"))
        book.count(tally("b"))
        #expect(book.take(at: at(10)) == [tally("b", count: 2)])
        #expect(book.take(at: at(60)) == [tally("a")])
        book.count(tally("b"))
        #expect(book.take(at: at(70)).isEmpty)
        #expect(book.take(at: at(71), isLast: true) == [tally("b")])
        #expect(book.take(at: at(500)).isEmpty)
    }

    @Test("What is counted by the minute stays in the minutes in which it was, however late it is written down")
    func minutes() {
        func asked(_ seconds: Int64, count: Int = 1) -> Tally {
            Tally(account: .default, kind: .request, name: "me/ok", count: count, at: at(seconds))
        }
        // 1 000 000 s is 40 s after a full minute.
        let book = TallyBook()
        for seconds in [19, 5, 20, 79, 80] { book.count(asked(Int64(seconds))) }
        let taken = book.take(at: at(300))
        #expect(taken == [asked(5, count: 2), asked(20, count: 2), asked(80)])
        book.giveBack(taken)
        book.count(asked(30))
        #expect(book.take(at: at(400)) == [asked(5, count: 2), asked(20, count: 3), asked(80)])
    }

    @Test("What could not be written down counts on")
    func givenBack() {
        let book = TallyBook()
        book.count(tally("a", count: 3))
        let taken = book.take(at: at(0))
        book.count(tally("a"))
        book.giveBack(taken)
        #expect(book.take(at: at(60)) == [tally("a", count: 4)])
    }

    @Test("A clock that was set back stops nothing")
    func clockStep() {
        let book = TallyBook()
        book.count(tally("a"))
        _ = book.take(at: at(1_000))
        book.count(tally("a"))
        #expect(book.take(at: at(0)) == [tally("a")])
    }

    @Test("More names than the bound are not held")
    func bound() {
        let book = TallyBook()
        for number in 0..<TallyBook.mostHeld + 50 { book.count(tally("\(number)")) }
        #expect(book.take(at: at(0), isLast: true).count == TallyBook.mostHeld)
    }

    @Test("Each request to Bolna is counted by endpoint and answer, and a stored webhook by its new names")
    func counted() async throws {
        let gateway = try TestGateway()
        _ = await gateway.context.send(.me, account: .default)
        await gateway.webhook(CallBody(status: "on-hold"))
        await gateway.deliver(CallBody(status: "floating").bytes, trust: .addressed, standing: .hint)
        let taken = gateway.context.tallies.take(at: at(0), isLast: true)
        #expect(taken.filter { $0.kind == .request }.map(\.count) == [1])
        #expect(taken.filter { $0.kind == .request }.map(\.at) == [gateway.now])
        #expect(taken.filter { $0.kind == .status }.map(\.name) == ["on-hold"])
    }
}
