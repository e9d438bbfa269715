import BolnaWire
import CallDomain
import Testing

@testable import GatewayService

@Suite struct SweeperMachineTests {
    private let agent = AgentID(rawValue: "agent-1")

    private func machine() -> SweeperMachine {
        var machine = SweeperMachine(settings: ExpectationSettings())
        machine.found([agent], account: .default)
        return machine
    }

    private func page(_ ids: [String], createdAt: Timestamp? = .at(-3_600), hasMore: Bool = true) -> ListPage {
        ListPage(
            rows: ids.map { ListRow(id: ExecutionID(rawValue: $0), status: .queued, createdAt: createdAt) },
            hasMore: hasMore)
    }

    private func known(_ ids: [String]) -> [ExecutionID: CallStatus?] {
        Dictionary(uniqueKeysWithValues: ids.map { (ExecutionID(rawValue: $0), CallStatus.queued) })
    }

    @Test("Agents are listed every ten minutes, and each is swept every two")
    func pace() {
        var machine = machine()
        var agents = 0
        var pages = 0
        for second in stride(from: 0, to: 1_200, by: 30) {
            let tick = machine.tick(accounts: [.default], now: .at(Double(second)))
            agents += tick.agents.count
            pages += tick.pages.count
        }
        #expect(agents == 2)
        #expect(pages == 10, "nothing is remembered here, so there is no overlap")
    }

    /// All pages that are listed because of a tick: the newest ones, then those behind them.
    private func pages(_ machine: inout SweeperMachine, at time: Timestamp) -> [SweepPage] {
        var pages = machine.tick(accounts: [.default], now: time).pages
        while let page = machine.next(of: .default) { pages.append(page) }
        return pages
    }

    private func swept(_ machine: inout SweeperMachine, at time: Timestamp) throws -> [SweepPage] {
        let pages = pages(&machine, at: time)
        for page in pages { _ = machine.ended(page, .reached, now: time) }
        return pages
    }

    @Test("A sweep reaches a day back at first, then a little before the last one; a long time is swept in parts")
    func reach() throws {
        var machine = machine()
        let day = 86_400.0
        #expect(try swept(&machine, at: .start).map(\.window.from) == [.at(-day)])
        let second = try swept(&machine, at: .at(120))
        #expect(second.map(\.kind) == [.newest, .overlap(isWhole: false)])
        #expect(second.map(\.window.from) == [.at(-300), .at(-day)])
        #expect(second.map(\.window.to) == [.at(120), .at(-300)])
        var newest: [SweepPage] = []
        for tick in 0..<4 {
            newest += try swept(&machine, at: .at(20 * day + Double(tick) * 30)).filter { $0.kind == .newest }
        }
        #expect(newest.map(\.window.from).prefix(3) == [.at(-180), .at(7 * day - 480), .at(14 * day - 780)])
        #expect(newest.last?.window.to == .at(20 * day + 60))
        let long = try #require(try swept(&machine, at: .at(60 * day)).first)
        #expect(long.window.from == .at(30 * day), "nothing is listed that lies back farther than that")
    }

    @Test("The overlap is looked through by each sweep, and once an hour whole")
    func overlaps() throws {
        var machine = machine()
        var looks: [Double: Bool] = [:]
        for second in stride(from: 0.0, through: 7_200, by: 120) {
            for page in try swept(&machine, at: .at(second)) {
                if case .overlap(let isWhole) = page.kind { looks[second] = isWhole }
            }
        }
        #expect(looks.keys.sorted().prefix(4) == [120, 240, 360, 480])
        #expect(looks.filter(\.value).keys.sorted() == [3_600, 7_200])
    }

    @Test("While Bolna fails, no more than one sweep of an agent waits, and each starts anew after a few tries")
    func failing() throws {
        var machine = machine()
        _ = try swept(&machine, at: .start)
        var starts: Set<Timestamp> = []
        for second in stride(from: 120.0, through: 7_200, by: 30) {
            let first = pages(&machine, at: .at(second))
            let second = pages(&machine, at: .at(second))
            #expect((first + second).count <= 2)
            for page in first + second {
                starts.insert(page.window.to)
                machine.failed(page)
            }
        }
        #expect(starts.count > 10)
        #expect((starts.max() ?? .start) > .at(6_600))
    }

    @Test("A page that Bolna cannot show does not hide what comes to the newest one")
    func brokenPage() throws {
        var machine = machine()
        var newest = 0
        for second in stride(from: 0.0, through: 3_600, by: 30) {
            for page in pages(&machine, at: .at(second)) {
                guard page.window.page == 1 else {
                    machine.failed(page)
                    continue
                }
                newest += 1
                guard page.kind == .newest else {
                    _ = machine.ended(page, .seenBefore, now: .at(second))
                    continue
                }
                var next = page
                next.window.page = 2
                machine.went(from: page, on: next)
            }
        }
        #expect(newest >= 10)
    }

    @Test("What is new is listed to its end, also past pages of known calls; an overlap until one shows nothing new")
    func stops() throws {
        var machine = machine()
        var first = try #require(machine.tick(accounts: [.default], now: .start).pages.first)
        let one = machine.listed(first, page(["a", "b"]), known: known(["a", "b"]), isHealthy: true, now: .start)
        let second = try #require(one.next)
        #expect(second.window.page == 2)
        let two = machine.listed(second, page(["c"], hasMore: false), known: [:], isHealthy: true, now: .start)
        #expect(two == SweeperMachine.Outcome(toRead: [ExecutionID(rawValue: "c")], next: nil, end: .reached))
        first.kind = .overlap(isWhole: false)
        #expect(machine.listed(first, page(["a"]), known: [:], isHealthy: true, now: .start).next != nil)
        let end = machine.listed(first, page(["b"]), known: known(["b"]), isHealthy: true, now: .start).end
        #expect(end == .seenBefore)
        first.kind = .overlap(isWhole: true)
        #expect(machine.listed(first, page(["b"]), known: known(["b"]), isHealthy: true, now: .start).next != nil)
    }

    @Test("A page of rows that cannot be used does not end a sweep")
    func unusable() throws {
        var machine = machine()
        let first = try #require(machine.tick(accounts: [.default], now: .start).pages.first)
        let list = ListPage(rows: [], unusableRows: 50, hasMore: true)
        #expect(machine.listed(first, list, known: [:], isHealthy: true, now: .start).next?.window.page == 2)
        let empty = ListPage(rows: [], hasMore: true)
        #expect(machine.listed(first, empty, known: [:], isHealthy: true, now: .start).end == .reached)
    }

    @Test("A call known by a hint only is read")
    func hint() throws {
        var machine = machine()
        let first = try #require(machine.tick(accounts: [.default], now: .start).pages.first)
        let outcome = machine.listed(
            first, page(["a"], hasMore: false), known: [ExecutionID(rawValue: "a"): nil], isHealthy: true,
            now: .start)
        #expect(outcome.toRead.map(\.rawValue) == ["a"])
    }

    @Test("A call created just now is given a minute for its first webhook on a healthy path, else a tick")
    func young() throws {
        var machine = machine()
        let first = try #require(machine.tick(accounts: [.default], now: .at(20)).pages.first)
        let list = page(["a"], createdAt: .start, hasMore: false)
        #expect(machine.listed(first, list, known: [:], isHealthy: true, now: .at(20)).toRead == [])
        #expect(machine.tick(accounts: [.default], now: .at(50)).calls == [])
        let calls = machine.tick(accounts: [.default], now: .at(60)).calls
        #expect(calls.map(\.execution.rawValue) == ["a"])
        #expect(machine.tick(accounts: [.default], now: .at(90)).calls == [])
        machine.settled(calls[0])
        #expect(machine.listed(first, list, known: [:], isHealthy: false, now: .at(30)).toRead.count == 1)
        #expect(machine.listed(first, list, known: [:], isHealthy: false, now: .at(20)).toRead == [])
        #expect(machine.listed(first, list, known: [:], isHealthy: false, now: .at(25)).toRead == [], "it waits once")
        #expect(machine.tick(accounts: [.default], now: .at(30)).calls.count == 1)
    }

    @Test("A call whose creation lies ahead is given no more time than one created now")
    func ahead() throws {
        var machine = machine()
        let first = try #require(machine.tick(accounts: [.default], now: .at(20)).pages.first)
        let list = page(["a"], createdAt: .at(90_000), hasMore: false)
        #expect(machine.listed(first, list, known: [:], isHealthy: true, now: .at(20)).toRead == [])
        #expect(machine.tick(accounts: [.default], now: .at(80)).calls.count == 1)
    }

    @Test("A call at which Bolna fails is tried after a tick, then less often, and given up after about a day")
    func failures() throws {
        var machine = machine()
        var now = Timestamp.start
        var call: SweeperMachine.DeferredCall? = .init(
            account: .default, agent: agent, execution: ExecutionID(rawValue: "a"), due: now)
        var waits: [Duration] = []
        while let failed = call, machine.failed(failed, now: now) == .later {
            let tries = machine
            for tick in 1... {
                let later = now.advanced(by: .seconds(tick * 30))
                machine = tries
                guard let due = machine.tick(accounts: [.default], now: later).calls.first else { continue }
                waits.append(later.duration(since: now))
                (call, now) = (due, later)
                break
            }
        }
        #expect(
            waits.prefix(6) == [.seconds(30), .seconds(60), .seconds(120), .seconds(240), .seconds(300), .seconds(300)])
        #expect(waits.count == SweeperMachine.mostFailures)
        #expect(now.duration(since: .start) < .seconds(90_000))
    }

    @Test("A call or page that could not be asked about is kept as it was, however often")
    func postponed() throws {
        var machine = machine()
        let page = try #require(machine.tick(accounts: [.default], now: .start).pages.first)
        var call = SweeperMachine.DeferredCall(
            account: .default, agent: agent, execution: ExecutionID(rawValue: "a"), due: .start)
        #expect(machine.postponed(call, now: .start) == .later)
        machine.postponed(page)
        for tick in 1...(2 * SweeperMachine.mostFailures) {
            let now = Timestamp.at(Double(tick) * 30)
            let due = machine.tick(accounts: [.default], now: now)
            call = try #require(due.calls.first)
            var pages = due.pages
            while let next = machine.next(of: .default) { pages.append(next) }
            #expect(pages.filter { $0.kind != .glance } == [page])
            #expect(machine.postponed(call, now: now) == .later)
            for page in pages { machine.postponed(page) }
        }
        #expect(call.failures == 0)
    }

    @Test("A call that Bolna lists and says it does not know is given up after three answers over ten minutes")
    func notFound() throws {
        var machine = machine()
        let page = try #require(machine.tick(accounts: [.default], now: .start).pages.first)
        let call = SweeperMachine.DeferredCall(
            account: .default, agent: agent, execution: ExecutionID(rawValue: "a"), due: .start)
        var reads = [Timestamp.start]
        var retry = machine.failed(call, isNotFound: true, now: .start)
        for second in stride(from: 30.0, through: 3_600, by: 30) where retry == .later {
            guard let due = machine.tick(accounts: [.default], now: .at(second)).calls.first else { continue }
            reads.append(.at(second))
            retry = machine.failed(due, isNotFound: true, now: .at(second))
        }
        #expect(retry == .givenUp)
        #expect(reads == [.start, .at(30), .at(90), .at(210), .at(450), .at(750)])
        let list = self.page(["a"], hasMore: false)
        #expect(machine.listed(page, list, known: [:], isHealthy: true, now: .at(900)).toRead == [])
        _ = machine.tick(accounts: [.default], now: .at(900 + 2 * 86_400))
        #expect(machine.listed(page, list, known: [:], isHealthy: true, now: .at(1e6)).toRead.count == 1)
    }

    private func outage(
        _ machine: inout SweeperMachine, _ outages: Range<Timestamp>..., oldestOpen: Timestamp? = nil
    ) -> [SweepPage] {
        _ = machine.tick(accounts: [.default], now: .start)
        for outage in outages { machine.cover(outage, account: .default) }
        let (closed, opened) = machine.parts(ofOutagesIn: .default, oldestOpen: oldestOpen)
        machine.replace(closed, by: opened)
        return pages(&machine, at: .at(30)).filter { $0.kind == .gap }
    }

    @Test("An outage is listed exactly, from the oldest open call on, to its last page, and then no more")
    func outage() throws {
        var machine = machine()
        let page = try #require(outage(&machine, .at(1_000)..<(.at(2_000)), oldestOpen: .at(700)).first)
        #expect(page.window.from == .at(700))
        #expect(page.window.to == .at(2_000))
        let list = self.page(["a"])
        let outcome = machine.listed(page, list, known: known(["a"]), isHealthy: true, now: .at(2_000))
        #expect(outcome.next?.window.page == 2, "also past pages that show nothing new")
        #expect(machine.mark(after: page) == nil)
        #expect(pages(&machine, at: .at(60)).isEmpty, "it is under way")
        let isWhole = machine.ended(page, .reached, now: .at(60))
        #expect(isWhole)
        #expect(!machine.canListOutages(of: .default))
    }

    @Test("A long outage is cut into windows of at most seven days, and outages that overlap are listed once")
    func longOutage() {
        var first = machine()
        let day = 86_400.0
        let pages = outage(&first, .at(0)..<(.at(16 * day)))
        #expect(pages.map(\.window.from) == [.at(0), .at(7 * day), .at(14 * day)])
        #expect(pages.last?.window.to == .at(16 * day))
        var second = machine()
        let joined = outage(&second, .at(100)..<(.at(200)), .at(300)..<(.at(400)), oldestOpen: .at(50))
        #expect(joined.map(\.window.from) == [.at(50)])
        #expect(joined.map(\.window.to) == [.at(400)])
        var third = machine()
        let apart = outage(&third, .at(100)..<(.at(200)), .at(300)..<(.at(400)))
        #expect(apart.map(\.window.from) == [.at(100), .at(300)])
    }

    @Test("More outages than can wait are joined")
    func manyOutages() {
        var machine = machine()
        for number in 0...40 {
            machine.cover(.at(Double(number) * 100)..<(.at(Double(number) * 100 + 50)), account: .default)
        }
        let (closed, opened) = machine.parts(ofOutagesIn: .default, oldestOpen: nil)
        #expect(closed.count <= SweepGaps.mostOutages)
        #expect(opened.map(\.from).min() == .at(0))
        #expect(opened.map(\.to).max() == .at(4_050))
    }

    @Test("A listing that never ends is cut, divided, and its newest end remembered")
    func truncated() throws {
        var machine = machine()
        let first = try #require(machine.tick(accounts: [.default], now: .start).pages.first)
        var page: SweepPage? = first
        var count = 0
        var end: SweeperMachine.End?
        while let asked = page {
            count += 1
            let list = self.page(["x\(count)"])
            let outcome = machine.listed(asked, list, known: [:], isHealthy: false, now: .start)
            end = outcome.end
            page = outcome.next
        }
        #expect(count == SweeperMachine.mostPages)
        let halves = [(-86_400.0, -43_200.0), (-43_200, 0)].map { from, to in
            SweepGap(account: .default, agent: agent, from: .at(from), to: .at(to))
        }
        #expect(end == .divided(halves))
        _ = machine.ended(first, .divided(halves), now: .start)
        let next = pages(&machine, at: .at(120))
        #expect(next.map(\.kind) == [.newest, .overlap(isWhole: false), .gap, .gap])
        #expect(next[0].window.from == .at(-300))
    }

    @Test("A page that failed is tried again at the next tick, unless its agent is gone")
    func failed() throws {
        var machine = machine()
        let first = try #require(machine.tick(accounts: [.default], now: .start).pages.first)
        machine.failed(first)
        #expect(machine.tick(accounts: [.default], now: .at(30)).pages == [first])
        machine.failed(first)
        machine.found([], account: .default)
        #expect(machine.tick(accounts: [.default], now: .at(60)).pages == [])
    }

    @Test("A stretch that failed goes on at its page, and waits while its agent is gone")
    func failedGap() throws {
        var machine = machine()
        var page = try #require(outage(&machine, .at(0)..<(.at(1_000))).first)
        page.window.page = 3
        machine.failed(page)
        #expect(pages(&machine, at: .at(60)) == [page])
        machine.failed(page)
        let next = machine.next(of: .default)
        #expect(next == nil, "it waits for the next tick")
        machine.found([], account: .default)
        #expect(pages(&machine, at: .at(90)) == [])
        machine.found([agent], account: .default)
        #expect(pages(&machine, at: .at(91)).contains(page))
    }

    @Test("A truncated listing is listed again in halves, and taken for whole when all of them have reached their end")
    func parts() throws {
        var machine = machine()
        var first = try #require(outage(&machine, .at(0)..<(.at(1_000))).first)
        first.window.page = SweeperMachine.mostPages
        let cut = machine.listed(first, page(["a"]), known: known(["a"]), isHealthy: true, now: .at(30))
        let end = try #require(cut.end)
        let isCutWhole = machine.ended(first, end, now: .at(30))
        #expect(!isCutWhole && cut.next == nil)
        let halves = pages(&machine, at: .at(60)).filter { $0.kind == .gap }
        #expect(halves.map(\.window.from) == [.at(0), .at(500)])
        #expect(halves.map(\.window.to) == [.at(500), .at(1_000)])
        let isOneWhole = machine.ended(halves[0], .reached, now: .at(60))
        #expect(!isOneWhole)
        var newest = first
        newest.kind = .newest
        let isNewestWhole = machine.ended(newest, .reached, now: .at(60))
        #expect(!isNewestWhole)
        // A short window is not divided any more.
        var short = halves[1]
        short.window.page = SweeperMachine.mostPages
        let given = machine.listed(short, page(["a"]), known: known(["a"]), isHealthy: true, now: .at(60))
        #expect(given.end == .tooLong)
        let isOtherWhole = machine.ended(halves[1], .reached, now: .at(60))
        #expect(isOtherWhole)
        #expect(!pages(&machine, at: .at(90)).contains { $0.kind == .gap })
    }

    @Test("A call that began days ago and is still open at an outage lies in the window that is listed after it")
    func longCall() throws {
        var machine = machine()
        let day = 86_400.0
        let pages = outage(&machine, .at(0)..<(.at(600)), oldestOpen: .at(-9 * day))
        #expect(pages.map(\.window.from) == [.at(-9 * day), .at(-2 * day)])
        #expect(pages.last?.window.to == .at(600))
    }
}
