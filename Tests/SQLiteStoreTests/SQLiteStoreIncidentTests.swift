import CallDomain
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore: incidents")
struct SQLiteStoreIncidentTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    private func incident(
        _ kind: Incident.Kind = .outage, account: AccountID = .default, agent: AgentID? = nil, from: Int64, to: Int64?,
        cause: Incident.Cause? = nil, detail: String = ""
    ) -> Incident {
        Incident(
            account: account, agent: agent, kind: kind, cause: cause, from: .at(from), to: to.map(Timestamp.at),
            detail: detail)
    }

    private func write(_ incidents: Incident...) throws {
        for receipt in try store.apply(incidents.map(JournalEntry.incident)) {
            guard case .done = receipt else { throw UnexpectedReceipt(receipt: receipt) }
        }
    }

    private func stored(from: Int64 = -1_000, to: Int64 = 1_000) throws -> [Incident] {
        try store.incidents(account: .default, from: .at(from), to: .at(to))
    }

    @Test("An incident is found again with all it says")
    func roundTrip() throws {
        let whole = Incident(
            account: .default, agent: AgentID(rawValue: "a"), call: CallID(rawValue: "c"), kind: .auditDiffers,
            cause: .slow, from: .at(1), to: .at(2), detail: "two fields")
        try write(whole)
        #expect(try stored() == [whole])
    }

    @Test("Stored again, an incident brings its end; once ended it stays so")
    func end() throws {
        try write(incident(.pathDegraded, from: 1, to: nil, detail: "begun"))
        try write(incident(.pathDegraded, from: 1, to: 9, cause: .slow, detail: "over"))
        let ended = incident(.pathDegraded, from: 1, to: 9, cause: .slow, detail: "over")
        #expect(try stored() == [ended])
        try write(incident(.pathDegraded, from: 1, to: nil, detail: "over"))
        try write(incident(.pathDegraded, from: 1, to: 20, detail: "over"))
        #expect(try stored() == [ended])
    }

    @Test("Another agent, kind or beginning is another incident")
    func identity() throws {
        let agent = AgentID(rawValue: "a")
        try write(
            incident(from: 1, to: 2), incident(agent: agent, from: 1, to: 2), incident(.tokenRefused, from: 1, to: 2),
            incident(from: 2, to: 3))
        #expect(try stored().count == 4)
    }

    @Test(
        "A window holds what overlaps it",
        arguments: [
            (from: 0 as Int64, to: 5 as Int64?, isInside: false), (0, 10, false), (0, 11, true), (0, 30, true),
            (0, nil, true), (10, 10, true), (12, 15, true), (19, nil, true), (20, 20, false), (20, nil, false),
        ])
    func overlap(from: Int64, to: Int64?, isInside: Bool) throws {
        try write(incident(from: from, to: to))
        #expect(try stored(from: 10, to: 20).isEmpty != isInside)
    }

    @Test("Incidents come oldest first, and of an account alone")
    func order() throws {
        try write(
            incident(from: 3, to: 4), incident(.tokenRefused, from: 1, to: nil),
            incident(account: .other, from: 2, to: 3))
        #expect(try stored().map(\.from) == [.at(1), .at(3)])
    }

    @Test("Of too many, the newest are told, and those that ended first are no longer kept")
    func bounds() throws {
        let most = StoreBounds.mostIncidents
        for start in stride(from: 0, to: most + 5, by: 1_000) {
            _ = try store.apply(
                (start..<min(start + 1_000, most + 5)).map { .incident(incident(from: Int64($0), to: Int64($0) + 1)) })
        }
        #expect(try store.count("incidents") <= most)
        let told = try stored(from: 0, to: 100_000)
        #expect(told.count == StoreBounds.mostRows)
        #expect(told.last?.from == .at(Int64(most) + 4))
    }

    @Test("However many there are of one kind, none of another goes, and it is known what went")
    func noise() throws {
        try write(incident(.outage, from: 1, to: 2))
        let most = Int64(StoreBounds.mostLoggedIncidents)
        for start in stride(from: Int64(10), to: most + 13, by: 1_000) {
            _ = try store.apply(
                (start..<min(start + 1_000, most + 13)).map { .incident(incident(.auditDiffers, from: $0, to: $0)) })
        }
        let query = ReportQuery(account: .default, from: .at(0), to: .at(100_000))
        let report = try store.report(query)
        #expect(report.incidents.filter { $0.kind == .outage }.map(\.from) == [.at(1)])
        #expect(report.incidents.count == Int(most) + 1)
        #expect(report.coverage.contains { $0.contains("more incidents audit-differs than are kept") })
        let later = try store.report(ReportQuery(account: .default, from: .at(13), to: .at(100_000)))
        #expect(!later.coverage.contains { $0.contains("than are kept") })
        #expect(try stored(from: 0, to: 5).map(\.kind) == [.outage])
    }

    @Test("The open incident of a call is found among thousands, and what concerns a call since a time")
    func ofCall() throws {
        let call = CallID(rawValue: "c")
        func about(_ call: CallID?, agent: AgentID? = nil, from: Int64, to: Int64?) -> Incident {
            Incident(
                account: .default, agent: agent, call: call, kind: .differsFromJournal, from: .at(from),
                to: to.map { .at($0) }, detail: "")
        }
        let ours = AgentID(rawValue: "ours")
        try write(about(call, from: 1, to: 2), about(call, from: 3, to: nil))
        _ = try store.apply(
            (10..<1_500).map { .incident(about(CallID(rawValue: "\($0)"), from: Int64($0), to: nil)) })
        #expect(try store.openIncident(.differsFromJournal, account: .default, call: call)?.from == .at(3))
        #expect(try store.openIncident(.outage, account: .default, call: call) == nil)
        #expect(try store.openIncident(.differsFromJournal, account: .other, call: call) == nil)
        try write(
            incident(.outage, from: 1, to: 4), incident(.outage, from: 1, to: 2), incident(agent: ours, from: 5, to: 6),
            incident(agent: AgentID(rawValue: "theirs"), from: 5, to: 6))
        let found = try store.incidents(account: .default, call: call, agent: ours, since: .at(3))
        #expect(found.map(\.from) == [.at(1), .at(3), .at(5)])
    }
}
