import CallDomain
import Testing

@testable import GatewayService

@Suite struct AttentionTests {
    private let call = ExecutionID(rawValue: "exec-1")
    private let other = AccountID(rawValue: "other")

    @Test("A look counts for a minute, for its account and call alone, and is new once")
    func expires() {
        let book = AttentionBook()
        #expect(!book.isWatched(call, account: .default, now: .start))
        #expect(book.look(at: call, account: .default, now: .start))
        #expect(!book.look(at: call, account: .default, now: .at(30)))
        #expect(book.isWatched(call, account: .default, now: .at(89)))
        #expect(!book.isWatched(call, account: .default, now: .at(90)))
        #expect(!book.isWatched(call, account: other, now: .at(30)))
        #expect(book.look(at: call, account: .default, now: .at(90)))
        #expect(!book.isWatched(call, account: .default, now: .at(-3_600)))
    }

    @Test("So many calls are looked at at once, and looks that ended make room")
    func bounded() {
        let book = AttentionBook()
        func call(_ number: Int) -> ExecutionID { ExecutionID(rawValue: "exec-\(number)") }
        for number in 0..<AttentionBook.mostCalls {
            #expect(book.look(at: call(number), account: .default, now: .start))
        }
        #expect(!book.look(at: call(-1), account: .default, now: .at(1)))
        #expect(!book.isWatched(call(-1), account: .default, now: .at(1)))
        #expect(book.look(at: call(-1), account: .default, now: .at(60)))
        #expect(!book.isWatched(call(0), account: .default, now: .at(60)))
    }

    @Test("A call that is looked at is read in half the time, once, and as usual when nobody looks any more")
    func hastens() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(id: "exec-0", status: "busy"))
        await gateway.webhook(CallBody(status: "in-progress"))
        let record = try #require(try gateway.record())
        #expect(record.ledger.open?.due == .at(600))
        await gateway.context.look(at: record)
        #expect(try gateway.record()?.ledger.open?.due == .at(300))
        let version = try gateway.record()?.cursor
        await gateway.context.look(at: record)
        #expect(try gateway.record()?.cursor == version)
        gateway.clock.advance(by: .seconds(61))
        await gateway.webhook(CallBody(status: "in-progress", updatedAt: .at(61)))
        #expect(try gateway.record()?.ledger.open?.due == .at(600))
    }

    @Test("Nobody's look wakes a call that waits for nothing")
    func settled() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(status: "busy"))
        let record = try #require(try gateway.record())
        await gateway.context.look(at: record)
        #expect(!gateway.context.attention.isWatched(call, account: .default, now: .start))
    }
}
