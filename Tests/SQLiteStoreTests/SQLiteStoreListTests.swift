import CallDomain
import GRDB
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore: lists of calls")
struct SQLiteStoreListTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    private func executions(_ change: (inout CallQuery) -> Void = { _ in }) throws -> [String] {
        var query = CallQuery()
        change(&query)
        let page = try store.calls(account: .default, query: query, after: nil, limit: 100)
        let offset = try store.calls(account: .default, query: query, offset: 0, limit: 100, withBodies: false)
        #expect(offset.calls.map(\.call) == page.calls.map(\.call))
        #expect(offset.total == page.calls.count)
        return page.calls.map(\.execution.rawValue)
    }

    @Test("Calls come newest first by Bolna's creation time, else by the first receipt")
    func order() throws {
        var old = Arrival.webhook("old", .completed, at: 90)
        old.fields[.createdAt] = .time(.at(-1_000))
        try store.observe(old, .webhook("first", .queued, at: 10), .webhook("second", .queued, at: 20))
        #expect(try executions() == ["second", "first", "old"])
    }

    @Test("Pages show each call once while new calls arrive between them")
    func paging() throws {
        for number in 0..<50 { try store.observe(.webhook("call-\(number)", .queued, at: Int64(number / 3))) }
        var seen: [String] = []
        var cursor: CallPageCursor?
        repeat {
            let page = try store.calls(account: .default, query: CallQuery(), after: cursor, limit: 7)
            #expect(page.calls.count <= 7)
            seen += page.calls.map(\.execution.rawValue)
            cursor = page.next
            try store.observe(.webhook("new-\(seen.count)", .queued, at: 100 + Int64(seen.count)))
        } while cursor != nil
        #expect(seen.count == 50)
        #expect(Set(seen) == Set((0..<50).map { "call-\($0)" }))
    }

    @Test("The last page has no cursor, also where it is full, and an offset beyond the end is empty")
    func pageEnds() throws {
        for number in 0..<4 { try store.observe(.webhook("call-\(number)", .queued, at: Int64(number))) }
        let first = try store.calls(account: .default, query: CallQuery(), after: nil, limit: 2)
        let last = try store.calls(account: .default, query: CallQuery(), after: first.next, limit: 2)
        #expect(first.next != nil)
        #expect(last.calls.count == 2)
        #expect(last.next == nil)
        let beyond = try store.calls(account: .default, query: CallQuery(), offset: 9, limit: 2, withBodies: true)
        #expect(beyond.calls.isEmpty)
        #expect(beyond.total == 4)
    }

    @Test("Numbers by the day of creation equal what is counted, and lead to every page, also across days and erasures")
    func counts() throws {
        for number in 0..<60 {
            var arrival = Arrival.webhook("c\(number)", .ringing, at: Int64(number) * 20_000 - 200_000)
            if number % 3 == 0 { arrival.fields[.createdAt] = .time(.at(Int64(number % 7) * 50_000)) }
            if number % 11 == 0 {
                arrival.fields[.createdAt] = .time(Timestamp(rawValue: Int64(number) * -9_000_000_000))
            }
            try store.observe(arrival)
            arrival.status = [CallStatus.completed, .busy, .inProgress, .unknown("on-hold")][number % 4]
            arrival.note = "next"
            arrival.receivedAt = arrival.receivedAt.advanced(by: .seconds(9))
            arrival.updatedAt = arrival.receivedAt
            if number % 5 == 0 { arrival.fields[.recordingURL] = .text("https://example.org/a.mp3") }
            try store.observe(arrival)
        }
        let erased = try ["c3", "c20", "c44"].map { try store.record($0).call }
        _ = try store.apply([
            .erase(Erasure(account: .default, calls: erased, quarantine: [], dials: [], at: .at(2_000_000)))
        ])
        for statuses: Set<CallStatus> in [[], [.completed], [.busy, .unknown("on-hold")], [.failed]] {
            for hasRecording in [false, true] {
                let change: (inout CallQuery) -> Void = { query in
                    (query.statuses, query.hasRecording) = (statuses, hasRecording)
                }
                let all = try executions(change)
                var query = CallQuery()
                change(&query)
                for offset in 0...all.count + 1 {
                    let page = try store.calls(
                        account: .default, query: query, offset: offset, limit: 4, withBodies: false)
                    #expect(page.total == all.count)
                    #expect(page.calls.map(\.execution.rawValue) == Array(all.dropFirst(offset).prefix(4)))
                }
            }
        }
        let differing = try store.pool.read { db in
            try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM (
                        SELECT account, day, status, has_recording, calls FROM call_counts WHERE calls <> 0
                        EXCEPT SELECT account, created_at / 86400000000, status, has_recording, count(*) FROM calls
                        WHERE status IS NOT NULL GROUP BY 1, 2, 3, 4)
                    """)
        }
        #expect(differing == 0)
    }

    @Test("Pages begin where they should around the first day of 1970, too")
    func firstDay() throws {
        for (number, hours) in ([-50, -30, -20, -3, -1, 0, 1, 3, 30, 60] as [Int64]).enumerated() {
            var arrival = Arrival.webhook("c\(number)", .queued, at: Int64(number))
            arrival.fields[.createdAt] = .time(Timestamp(rawValue: hours * 3_600_000_000))
            try store.observe(arrival)
        }
        let all = try executions()
        for offset in 0...all.count {
            let page = try store.calls(
                account: .default, query: CallQuery(), offset: offset, limit: 4, withBodies: false)
            #expect(page.calls.map(\.execution.rawValue) == Array(all.dropFirst(offset).prefix(4)), "\(offset)")
        }
    }

    @Test("Filters by status, agent, time, recording and due time")
    func filters() throws {
        var talk = Arrival.webhook("talk", .inProgress, at: 10)
        talk.fields[.agentID] = .text("agent-1")
        var done = Arrival.webhook("done", .completed, at: 20)
        done.fields[.recordingURL] = .text("https://example.org/a.mp3")
        try store.observe(talk, done, .webhook("odd", .unknown("on-hold"), at: 30))
        #expect(try executions { $0.statuses = [.completed, .inProgress] } == ["done", "talk"])
        #expect(try executions { $0.statuses = [.unknown("on-hold")] } == ["odd"])
        #expect(try executions { $0.agent = AgentID(rawValue: "agent-1") } == ["talk"])
        #expect(try executions { ($0.from, $0.to) = (.at(10), .at(20)) } == ["talk"])
        #expect(try executions { $0.hasRecording = true } == ["done"])
        let due = try #require(try store.record("talk").ledger.open?.due)
        #expect(try executions { $0.overdueAt = due }.contains("talk"))
        #expect(try executions { $0.overdueAt = .at(0) } == [])
    }

    @Test("A number is found on either side by its digits", arguments: ["+91 98-765", "9198765", "(91)98765"])
    func numbers(spelling: String) throws {
        var out = Arrival.webhook("out", .ringing, at: 1)
        out.fields[.toNumber] = .text("+9198765")
        var back = Arrival.webhook("in", .ringing, at: 2)
        back.fields[.fromNumber] = .text("+91 98765")
        try store.observe(out, back, .webhook("none", .ringing, at: 3))
        #expect(try executions { $0.number = spelling } == ["in", "out"])
        #expect(try executions { $0.number = "no digits" } == [])
    }

    @Test(
        "Text is found whatever its case in transcript, summary, name, project and lead",
        arguments: ["TALKED", "Summed", "ášA", "villa", "lead-7", "%", "'"])
    func text(searched: String) throws {
        var arrival = Arrival.webhook("hit", .completed, at: 1)
        arrival.fields[.transcript] = .text("user: we Talked 100% 'quoted'")
        arrival.fields[.summary] = .text("SUMMED up")
        arrival.fields[.recipientData] = .json(
            #"{"callerName": "ÁŠA", "projectName": "Villa", "leadId": "lead-7", "userId": 3}"#)
        try store.observe(arrival, .webhook("miss", .completed, at: 2))
        #expect(try executions { $0.text = searched } == ["hit"])
        #expect(try executions { $0.text = "absent" } == [])
    }

    @Test("The newest calls whose numbers end so come first, whichever side it is, and page on without gap or repeat")
    func numberEnds() throws {
        for number in 0..<30 {
            var arrival = Arrival.webhook("call-\(number)", .queued, at: Int64(number))
            let isOurs = number.isMultiple(of: 3)
            arrival.fields[.fromNumber] = .text(isOurs ? "+49 30 9010100" : "+14155550199")
            arrival.fields[.toNumber] = .text(
                isOurs ? "+14155550200" : "+1415555\(number.isMultiple(of: 2) ? "0100" : "0101")")
            try store.observe(arrival)
        }
        let wanted = (0..<30).reversed().filter { $0.isMultiple(of: 3) || $0.isMultiple(of: 2) }.map { "call-\($0)" }
        #expect(try executions { $0.numberEnd = "0100" } == wanted)
        #expect(
            try executions { $0.numberEnd = "5550100" }
                == wanted.filter { !(Int($0.dropFirst(5)) ?? 0).isMultiple(of: 3) })
        #expect(try executions { $0.numberEnd = "0102" } == [])
        var query = CallQuery()
        query.numberEnd = "0100"
        var seen: [String] = []
        var cursor: CallPageCursor?
        repeat {
            let page = try store.calls(account: .default, query: query, after: cursor, limit: 7)
            seen += page.calls.map(\.execution.rawValue)
            cursor = page.next
        } while cursor != nil
        #expect(seen == wanted)
    }

    @Test("A lead is found by text and by number, and recipient data of any shape is taken")
    func lead() throws {
        let shapes = [
            #"{"leadId": "7"}"#, #"{"leadId": 7}"#, #"{"leadId": null}"#, "[7]", "not json", #"{"leadId": {}}"#,
        ]
        for (number, json) in shapes.enumerated() {
            var arrival = Arrival.webhook("call-\(number)", .queued, at: Int64(number))
            arrival.fields[.recipientData] = .json(json)
            try store.observe(arrival)
        }
        #expect(try executions { $0.lead = "7" } == ["call-1", "call-0"])
    }

    @Test("A call is found by the gateway's id before Bolna's")
    func reference() throws {
        try store.observe(
            Arrival(execution: "a", status: .queued, callID: "b"),
            Arrival(execution: "b", status: .ringing, callID: "c"))
        #expect(try store.record("b").execution == ExecutionID(rawValue: "a"))
        #expect(try store.record("c").execution == ExecutionID(rawValue: "b"))
        #expect(try store.call(account: .default, reference: "d", withBody: true) == nil)
    }

    @Test("The last body is the one that sorts last, whatever came last; a dial's answer is none")
    func lastBody() throws {
        let dial = Arrival(execution: "e", status: .queued, source: .dial, trust: .authoritative, note: "answer")
        try store.observe(dial)
        #expect(try store.record("e", withBody: true).lastBody == nil)
        let (later, earlier) = (Arrival.webhook("e", .completed, at: 9), Arrival.webhook("e", .ringing, at: 3))
        try store.observe(later, earlier)
        #expect(try store.record("e", withBody: true).lastBody == later.body)
        #expect(try store.record("e").lastBody == nil)
        let page = try store.calls(account: .default, query: CallQuery(), offset: 0, limit: 1, withBodies: true)
        #expect(page.calls.map(\.lastBody) == [later.body])
    }

    @Test("Known calls are told with their status")
    func known() throws {
        try store.observe(.webhook("a", .ringing, at: 1), .hint("b", .busy, at: 1))
        let ids = ["a", "b", "c"].map(ExecutionID.init(rawValue:))
        let known = try store.known(account: .default, executions: ids)
        #expect(known.count == 2)
        #expect(known[ids[0]] == .some(.ringing))
        #expect(known[ids[1]] == .some(nil))
    }

    @Test("Due calls come earliest first, with their ledger, and only once their time has come")
    func due() throws {
        try store.observe(.webhook("late", .ringing, at: 100), .webhook("early", .ringing, at: 1))
        try store.observe(.webhook("done", .canceled, at: 1))
        let first = try #require(try store.record("early").ledger.open?.due)
        #expect(try store.takeDue(of: [.default], at: .at(0), limit: 10, lease: .seconds(1)).calls.isEmpty)
        let due = try store.takeDue(of: [.default], at: first, limit: 10, lease: .seconds(1)).calls
        #expect(due.map(\.execution.rawValue) == ["early"])
        #expect(due.first?.ledger == (try store.record("early").ledger))
        let all = try store.takeDue(of: [.default], at: .at(100_000), limit: 10, lease: .seconds(1)).calls
        #expect(all.map(\.execution.rawValue) == ["early", "late"])
        #expect(try store.takeDue(of: [.default], at: .at(100_000), limit: 1, lease: .seconds(1)).calls.count == 1)
    }

    @Test("Calls known by hints alone are taken after all others, however many are due before them")
    func dueHints() throws {
        try store.observe(.hint("h1", .ringing, at: 1), .hint("h2", .ringing, at: 2), .hint("h3", .ringing, at: 3))
        try store.observe(.webhook("call", .ringing, at: 10))
        let names = try [1, 2, 10].map { limit in
            try store.takeDue(of: [.default], at: .at(100_000), limit: limit, lease: .seconds(1)).calls.map(
                \.execution.rawValue)
        }
        #expect(names == [["call"], ["call", "h1"], ["call", "h1", "h2", "h3"]])
    }

    @Test("A failed read, a list page and a recomputation move the next read and are seen by clients")
    func revisions() throws {
        try store.observe(.webhook("e", .ringing, at: 1))
        let record = try store.record("e")
        let due = try #require(record.ledger.open?.due)
        let failed = FailedRead(
            account: .default, call: record.call, at: due, retryAt: due.advanced(by: .seconds(77)), isNotFound: false)
        _ = try store.apply([.readFailed(failed)])
        let afterFailure = try store.record("e")
        #expect(afterFailure.ledger.open?.due == due.advanced(by: .seconds(77)))
        #expect(afterFailure.ledger.failures == 1)
        #expect(afterFailure.cursor > record.cursor)
        let sentAt = due.advanced(by: .seconds(80))
        let profile = ScopeProfile(path: .healthy)
        _ = try store.apply([
            .listed(account: .default, call: record.call, profile: profile, sentAt: sentAt, receivedAt: sentAt)
        ])
        #expect(try store.record("e").ledger.failures == 0)
        let degraded = ScopeProfile(path: .degraded)
        _ = try store.apply([.recompute(account: .default, call: record.call, profile: degraded, now: sentAt)])
        #expect(try store.record("e").ledger.open?.why == .pace)
    }
}
