import CallDomain
import Testing

@Suite("ListRead")
struct ListReadTests {
    static let day = 86_400.0

    static func plan(_ calls: [DueCall]) -> [PlannedRead] {
        var planner = PollPlanner()
        return planner.plan(due: calls, inFlight: 0, now: PollPlannerTests.start)
    }

    static func lists(_ reads: [PlannedRead]) -> [ListRead] {
        reads.compactMap { if case .listPage(let list) = $0 { list } else { nil } }
    }

    static func calls(
        _ count: Int, agent: String? = "agent", status: CallStatus? = .ringing, what: Expected = .answerOrFinal,
        apart: Double = 1
    ) -> [DueCall] {
        (0..<count).map {
            PollPlannerTests.due(
                "\(agent ?? "-")-\(status?.word ?? "-")-\($0)", agent: agent, status: status, what: what,
                created: -Double($0) * apart)
        }
    }

    @Test("Five due calls of one agent and status are one page, four are four reads")
    func five() throws {
        #expect(Self.plan(Self.calls(4)).count == 4)
        #expect(Self.lists(Self.plan(Self.calls(4))).isEmpty)
        let planned = Self.plan(Self.calls(5, apart: 60))
        #expect(planned.count == 1)
        let list = try #require(Self.lists(planned).first)
        #expect(list.agent == AgentID(rawValue: "agent"))
        #expect(list.calls.count == 5)
        #expect(list.window.status == .ringing)
        #expect(list.window.page == 1 && list.window.size == 50)
        #expect(list.window.from == PollPlannerTests.after(-240 - 300))
        #expect(list.window.to == PollPlannerTests.after(300))
    }

    @Test("Calls of other agents, other statuses or other accounts are no group")
    func groups() {
        let agents = (0..<6).flatMap { Self.calls(1, agent: "agent\($0)") }
        #expect(Self.lists(Self.plan(agents)).isEmpty)
        let statuses = Self.calls(3) + Self.calls(3, status: .initiated, what: .ringing)
        #expect(Self.lists(Self.plan(statuses)).isEmpty)
        let accounts = (0..<6).map { PollPlannerTests.due("\($0)", account: "account\($0)", agent: "agent") }
        #expect(Self.lists(Self.plan(accounts)).isEmpty)
        let two = Self.calls(5) + Self.calls(5, status: .initiated, what: .ringing)
        #expect(Self.lists(Self.plan(two)).count == 2)
    }

    @Test(
        "What a row cannot answer is read singly: no agent, no status, an unknown one, hints, contradictions, artefacts"
    )
    func singly() {
        #expect(Self.lists(Self.plan(Self.calls(6, agent: nil))).isEmpty)
        #expect(Self.lists(Self.plan(Self.calls(6, status: nil))).isEmpty)
        #expect(Self.lists(Self.plan(Self.calls(6, status: .unknown("x"), what: .anything))).isEmpty)
        for what in [Expected.verification, .settlement, .artefacts] {
            #expect(Self.lists(Self.plan(Self.calls(5, what: what))).isEmpty)
        }
    }

    @Test("A window never spans more than seven days")
    func sevenDays() {
        let near = Self.calls(5, status: .queued, what: .initiated, apart: 1.7 * Self.day)
        #expect(Self.lists(Self.plan(near)).count == 1)
        let far = Self.calls(5, status: .queued, what: .initiated, apart: 1.75 * Self.day)
        #expect(Self.lists(Self.plan(far)).isEmpty)
        let many = Self.calls(30, status: .queued, what: .initiated, apart: Self.day)
        let lists = Self.lists(Self.plan(many))
        #expect(lists.map(\.calls.count).reduce(0, +) + 2 == 30)
        for list in lists {
            #expect(list.window.to.duration(since: list.window.from) <= .seconds(7 * 86_400))
            for call in list.calls { #expect(list.window.from < call.createdAt && call.createdAt < list.window.to) }
        }
    }

    @Test("A group larger than four pages is split")
    func large() {
        let lists = Self.lists(Self.plan(Self.calls(410)))
        #expect(lists.map(\.calls.count).sorted() == [10, 200, 200])
    }

    @Test("Rows with our status are unchanged, others are read; unseen calls wait for the next page")
    func verdict() throws {
        let list = try #require(Self.lists(Self.plan(Self.calls(5))).first)
        let ids = list.calls.map(\.execution)
        let rows = [
            ListRead.Row(execution: ids[0], status: .ringing), .init(execution: ids[1], status: .busy),
            .init(execution: ids[2], status: nil), .init(execution: ExecutionID(rawValue: "stranger"), status: .busy),
        ]
        let first = list.verdict(rows: rows, hasMore: true)
        #expect(first.unchanged.map(\.execution) == [ids[0]])
        #expect(first.toRead.map(\.execution) == [ids[1], ids[2]])
        let next = try #require(first.next)
        #expect(next.window.page == 2)
        #expect(next.calls.map(\.execution) == [ids[3], ids[4]])
        let done = next.verdict(rows: [.init(execution: ids[4], status: .ringing)], hasMore: false)
        #expect(done.unchanged.map(\.execution) == [ids[4]])
        #expect(done.toRead.map(\.execution) == [ids[3]])
        #expect(done.next == nil)
        let seen = list.verdict(rows: ids.map { .init(execution: $0, status: .ringing) }, hasMore: true)
        #expect(seen.unchanged.count == 5 && seen.next == nil)
    }

    @Test("Pages end: after four of them, and after an empty one, whatever the listing claims")
    func pagesEnd() throws {
        var list = try #require(Self.lists(Self.plan(Self.calls(5))).first)
        let stranger = [ListRead.Row(execution: ExecutionID(rawValue: "stranger"), status: .busy)]
        #expect(list.verdict(rows: [], hasMore: true).toRead.count == 5)
        var pages = 1
        while let next = list.verdict(rows: stranger, hasMore: true).next, pages < 10 {
            list = next
            pages += 1
        }
        #expect(pages == 4)
        #expect(list.verdict(rows: stranger, hasMore: true).toRead.count == 5)
    }
}
