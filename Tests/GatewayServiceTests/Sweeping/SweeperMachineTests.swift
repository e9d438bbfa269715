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
        #expect(pages == 10)
    }

    @Test("A sweep reaches a day back before the last one, and never more than seven")
    func overlap() throws {
        var machine = machine()
        let day = 86_400.0
        let first = try #require(machine.tick(accounts: [.default], now: .start).pages.first)
        #expect(first.window.from == .at(-day))
        #expect(machine.finished(first) == .start)
        let second = try #require(machine.tick(accounts: [.default], now: .at(day)).pages.first)
        #expect(second.window.from == .at(-day))
        let late = try #require(machine.tick(accounts: [.default], now: .at(20 * day)).pages.first)
        #expect(late.window.from == .at(13 * day))
    }

    @Test("It goes on while a page shows something new, and stops at the first that does not")
    func stops() throws {
        var machine = machine()
        let first = try #require(machine.tick(accounts: [.default], now: .start).pages.first)
        let one = machine.listed(first, page(["a", "b"]), known: known(["b"]), isHealthy: true, now: .start)
        #expect(one.toRead.map(\.rawValue) == ["a"])
        let second = try #require(one.next)
        #expect(second.window.page == 2)
        let two = machine.listed(second, page(["b"]), known: known(["b"]), isHealthy: true, now: .start)
        #expect(two == SweeperMachine.Outcome(toRead: [], next: nil, isComplete: true))
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
        while let failed = call, machine.failed(failed, now: now) {
            let tries = machine
            for tick in 1... {
                let later = now.advanced(by: .seconds(tick * 30))
                machine = tries
                guard let due = machine.tick(accounts: [], now: later).calls.first else { continue }
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

    @Test("An outage is listed exactly, from the oldest open call on, to its last page")
    func outage() throws {
        var machine = machine()
        _ = machine.tick(accounts: [.default], now: .start)
        machine.cover(.at(1_000)..<(.at(2_000)), oldestOpen: .at(700), account: .default)
        let page = try #require(machine.tick(accounts: [.default], now: .at(30)).pages.first { $0.kind == .outage })
        #expect(page.window.from == .at(700))
        #expect(page.window.to == .at(2_000))
        let list = self.page(["a"])
        let outcome = machine.listed(page, list, known: known(["a"]), isHealthy: true, now: .at(2_000))
        #expect(outcome.next?.window.page == 2, "also past pages that show nothing new")
        #expect(machine.finished(page) == nil)
    }

    @Test("A long outage is cut into windows of at most seven days")
    func longOutage() {
        var machine = machine()
        _ = machine.tick(accounts: [.default], now: .start)
        let day = 86_400.0
        machine.cover(.at(0)..<(.at(16 * day)), oldestOpen: nil, account: .default)
        let pages = machine.tick(accounts: [.default], now: .at(30)).pages
        #expect(pages.map(\.window.from) == [.at(0), .at(7 * day), .at(14 * day)])
        #expect(pages.last?.window.to == .at(16 * day))
    }

    @Test("A listing that never ends is cut, and that is an incident")
    func truncated() throws {
        var machine = machine()
        var page = machine.tick(accounts: [.default], now: .start).pages.first
        var count = 0
        var isTruncated = false
        while let asked = page {
            count += 1
            let list = self.page(["x\(count)"])
            let outcome = machine.listed(asked, list, known: [:], isHealthy: false, now: .start)
            isTruncated = outcome.isTruncated
            page = outcome.next
        }
        #expect(count == SweeperMachine.mostPages)
        #expect(isTruncated)
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

    @Test("A truncated listing is listed again in halves, and taken for whole when all of them have reached their end")
    func parts() throws {
        var machine = machine()
        _ = machine.tick(accounts: [.default], now: .start)
        machine.cover(.at(0)..<(.at(1_000)), oldestOpen: nil, account: .default)
        var first = try #require(machine.tick(accounts: [.default], now: .at(30)).pages.first { $0.kind == .outage })
        first.window.page = SweeperMachine.mostPages
        let cut = machine.listed(first, page(["a"]), known: known(["a"]), isHealthy: true, now: .at(30))
        #expect(cut.isTruncated && !cut.isComplete && cut.next == nil)
        let halves = machine.tick(accounts: [.default], now: .at(60)).pages.filter { $0.kind == .part }
        #expect(halves.map(\.window.from) == [.at(500), .at(0)])
        #expect(halves.map(\.window.to) == [.at(1_000), .at(500)])
        let end = page(["a"], hasMore: false)
        let one = machine.listed(halves[0], end, known: known(["a"]), isHealthy: true, now: .at(60))
        #expect(!one.isComplete)
        var newest = first
        newest.kind = .newest
        newest.window.page = 1
        let meanwhile = machine.listed(newest, end, known: known(["a"]), isHealthy: true, now: .at(60))
        #expect(!meanwhile.isComplete)
        let other = machine.listed(halves[1], end, known: known(["a"]), isHealthy: true, now: .at(60))
        #expect(other.isComplete)
        // A short window is not divided any more.
        var short = halves[0]
        short.window.page = SweeperMachine.mostPages
        let given = machine.listed(short, page(["a"]), known: known(["a"]), isHealthy: true, now: .at(60))
        #expect(given.isTruncated)
        let rest = machine.tick(accounts: [.default], now: .at(90)).pages
        #expect(!rest.contains { $0.kind == .part })
    }

    @Test("A call that began days ago and is still open at an outage lies in the window that is listed after it")
    func longCall() throws {
        var machine = machine()
        _ = machine.tick(accounts: [.default], now: .start)
        let day = 86_400.0
        machine.cover(.at(0)..<(.at(600)), oldestOpen: .at(-9 * day), account: .default)
        let pages = machine.tick(accounts: [.default], now: .at(600)).pages.filter { $0.kind == .outage }
        #expect(pages.map(\.window.from) == [.at(-9 * day), .at(-2 * day)])
        #expect(pages.last?.window.to == .at(600))
    }
}
