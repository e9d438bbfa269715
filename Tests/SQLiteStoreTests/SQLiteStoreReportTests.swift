import CallDomain
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore: report")
struct SQLiteStoreReportTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    private func report(from: Int64 = 0, to: Int64 = 1_000, now: Int64 = 1_000) throws -> ReconciliationReport {
        try store.report(account: .default, from: .at(from), to: .at(to), now: .at(now))
    }

    private func executions(_ id: FigureID, in report: ReconciliationReport) -> [String] {
        report.figures.first { $0.id == id }?.executions.map(\.rawValue) ?? []
    }

    @Test("A report has every figure in order, all zero in an empty store")
    func empty() throws {
        let report = try report()
        #expect(report.figures.map(\.id) == FigureID.allCases)
        #expect(report.figures.allSatisfy { $0.value == 0 })
    }

    @Test("Calls, deliveries, repeats and changes by webhook are counted in their window")
    func webhooks() throws {
        let ringing = Arrival.webhook("b", .ringing, at: 10)
        try store.observe(ringing, ringing, ringing, .webhook("b", .completed, at: 20), .webhook("a", .queued, at: 30))
        try store.observe(.webhook("c", .queued, at: 5_000))
        let report = try report()
        #expect(report.value(.calls) == 2)
        #expect(executions(.calls, in: report) == ["a", "b"])
        #expect(executions(.finished, in: report) == ["b"])
        #expect(report.value(.deliveries) == 5)
        #expect(report.value(.duplicates) == 2)
        #expect(report.value(.changesByWebhook) == 3)
        #expect(report.value(.changesByRead) == 0)
        #expect(try self.report(from: 15, to: 25).value(.deliveries) == 1)
    }

    @Test("Reads are counted by who asked; those without a change by the poller are probes")
    func reads() throws {
        try store.observe(.webhook("a", .ringing, at: 1))
        try store.observe(.read("a", .ringing, sent: 10), .read("a", .ringing, sent: 40))
        try store.observe(.read("a", .inProgress, sent: 70), .read("a", .inProgress, from: .check, sent: 80))
        try store.observe(.read("b", .ringing, from: .sweep, sent: 90))
        let report = try report()
        #expect(report.value(.pollReads) == 3)
        #expect(report.value(.checkReads) == 1)
        #expect(report.value(.sweepReads) == 1)
        #expect(report.value(.probes) == 2)
        #expect(report.value(.changesByRead) == 2)
        #expect(executions(.changesByRead, in: report) == ["a", "b"])
    }

    @Test("A call is healed by a read as long as no webhook tells the same")
    func healed() throws {
        try store.observe(.webhook("a", .ringing, at: 1), .webhook("b", .ringing, at: 1))
        try store.observe(.read("a", .completed, sent: 50), .read("b", .completed, sent: 50))
        #expect(executions(.healed, in: try report()) == ["a", "b"])
        try store.observe(.webhook("a", .completed, at: 60))
        #expect(executions(.healed, in: try report()) == ["b"])
    }

    @Test("Overdue calls are those of now, hints and unknown statuses those of the window")
    func others() throws {
        try store.observe(
            .webhook("a", .ringing, at: 1), .hint("a", .busy, at: 2), .webhook("b", .unknown("on-hold"), at: 3))
        #expect(try report(now: 1).value(.overdue) == 0)
        #expect(executions(.overdue, in: try report(now: 100_000)) == ["a", "b"])
        #expect(try report().value(.hints) == 1)
        #expect(try report().value(.unknownStatuses) == 1)
    }

    @Test("A contradiction is counted while it stands and explained by the row that brought it")
    func contradictions() throws {
        try store.observe(.webhook("a", .completed, at: 1))
        let second = try #require(try store.observe(.webhook("a", .failed, at: 2)).first)
        #expect(second.decision.newContradictions.count == 1)
        #expect(try report().value(.contradictions) == 1)
        #expect(executions(.contradictions, in: try report()) == ["a"])
        #expect(try store.journal(of: "a").rows.last?.decision == second.decision)
        let winner = try #require(try store.record("a").state?.status)
        try store.observe(.read("a", winner, sent: 100), .read("a", winner, sent: 200))
        #expect(try store.record("a").state?.contradictions.isEmpty == true)
        #expect(try report().value(.contradictions) == 0)
    }

    @Test("Quarantined deliveries and other kinds are counted apart")
    func quarantine() throws {
        let reasons: [QuarantineReason] = [.notJSON, .noID, .workflow, .batch, .batch]
        _ = try store.apply(
            reasons.map { reason in
                .quarantine(
                    QuarantinedDelivery(
                        account: .default, agent: nil, source: .webhook, trust: .signed, receivedAt: .at(1),
                        reason: reason, detail: "", digest: ContentDigest(of: reason.rawValue), body: [1]))
            })
        #expect(try report().value(.quarantined) == 2)
        #expect(try report().value(.otherDeliveries) == 3)
    }

    @Test("The same window at the same position is the same report; every delivery moves the position, a repeat too")
    func position() throws {
        let arrival = Arrival.webhook("a", .ringing, at: 1)
        try store.observe(arrival)
        let first = try report()
        #expect(try report() == first)
        try store.observe(arrival)
        let second = try report()
        #expect(second.position > first.position)
        #expect(second.value(.duplicates) == 1)
        let row = try #require(try store.journal(of: "a").rows.first)
        #expect(row.position <= first.position)
    }

    @Test("A figure lists its calls in order, and no more than its bound")
    func bounded() throws {
        let many = ReconciliationReport.Figure.mostCalls + 5
        for start in stride(from: 0, to: many, by: 201) {
            let numbers = start..<min(start + 201, many)
            _ = try store.apply(numbers.map { Arrival.webhook("call-\(10_000 - $0)", .queued, at: 1).entry })
        }
        let report = try report()
        #expect(report.value(.calls) == many)
        let listed = executions(.calls, in: report)
        #expect(listed.count == ReconciliationReport.Figure.mostCalls)
        #expect(listed == listed.sorted())
    }
}
