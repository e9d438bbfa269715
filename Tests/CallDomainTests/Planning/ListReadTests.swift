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

    private static func held(_ status: CallStatus, attempt: Int, updated: Double?) -> DueCall {
        var call = PollPlannerTests.due("c", agent: "agent", status: status)
        call.ledger.position = Position(attempt: attempt, step: 0)
        call.lastUpdatedAt = updated.map(PollPlannerTests.after)
        return call
    }

    @Test(
        "The same status of a later attempt is a change, where the row tells: by its retry count, else by its time",
        arguments: [
            (CallStatus.ringing, 0, nil, nil, false), (.ringing, 0, 0, nil, false), (.ringing, 0, 1, nil, true),
            (.ringing, 1, 1, 500, false), (.ringing, 1, 0, nil, false), (.ringing, 0, nil, 100, false),
            (.ringing, 0, nil, 101, true), (.scheduled, 0, nil, 101, true), (.inProgress, 0, nil, 101, false),
        ] as [(CallStatus, Int, Int?, Double?, Bool)])
    func attempts(status: CallStatus, attempt: Int, retryCount: Int?, updated: Double?, isChange: Bool) {
        let call = Self.held(status, attempt: attempt, updated: 100)
        let list = ListRead(
            account: call.account, agent: AgentID(rawValue: "agent"),
            window: .init(from: PollPlannerTests.start, to: PollPlannerTests.after(1)), calls: [call])
        let row = ListRead.Row(
            execution: call.execution, status: status, retryCount: retryCount,
            updatedAt: updated.map(PollPlannerTests.after))
        let verdict = list.verdict(rows: [row], hasMore: false)
        #expect(verdict.toRead == (isChange ? [call] : []))
        #expect(verdict.unchanged == (isChange ? [] : [call]))
    }

    @Test(
        "Calls that come in, run and leave while pages are turned never lose a due call",
        arguments: 1...50 as ClosedRange<UInt64>)
    func shifting(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let due = Self.calls(120)
        var listing = due.map(\.execution).shuffled(using: &random)
        var read = ListRead(
            account: due[0].account, agent: AgentID(rawValue: "agent"),
            window: .init(from: PollPlannerTests.start, to: PollPlannerTests.after(1), status: .ringing), calls: due)
        var unchanged: [DueCall] = []
        var toRead: [DueCall] = []
        var left: Set<ExecutionID> = []
        var pages = 0
        while true {
            pages += 1
            let start = (read.window.page - 1) * read.window.size
            let rows = listing.dropFirst(start).prefix(read.window.size)
                .map { ListRead.Row(execution: $0, status: .ringing) }
            let verdict = read.verdict(rows: rows, hasMore: listing.count > start + rows.count)
            unchanged += verdict.unchanged
            toRead += verdict.toRead
            guard let next = verdict.next else { break }
            read = next
            // Between two pages new calls come, some run and move to the top, and some leave the filter's status.
            for number in 0..<random.next() % 30 {
                listing.insert(ExecutionID(rawValue: "new\(pages)-\(number)"), at: 0)
            }
            for _ in 0..<random.next() % 20 {
                let call = listing.remove(at: Int(random.next() % UInt64(listing.count)))
                if random.next() % 2 == 0 { listing.insert(call, at: 0) } else { left.insert(call) }
            }
        }
        #expect(pages <= ListRead.mostPages)
        #expect(Set(unchanged + toRead) == Set(due), "each is seen unchanged or read singly")
        #expect(unchanged.count + toRead.count == due.count, "and only once")
    }
}
