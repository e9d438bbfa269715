import CallDomain
import Testing

@Suite("ReportCoverage")
struct ReportCoverageTests {
    private static func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_772_582_400 + seconds) }

    private static func facts(_ incidents: [Incident] = []) -> ReportCoverage.Facts {
        ReportCoverage.Facts(
            query: ReportQuery(account: .default, from: at(0), to: at(3_600)), asOf: at(3_595),
            journalBegins: at(-100), incidents: incidents, withoutToken: nil, changes: 5, deliveries: 5)
    }

    private static func incident(_ kind: Incident.Kind, _ from: Int64, _ to: Int64?, agent: String? = nil) -> Incident {
        Incident(
            account: .default, agent: agent.map(AgentID.init(rawValue:)), kind: kind, from: at(from), to: to.map(at),
            detail: "")
    }

    @Test("Where nothing is known to be missing, it says so")
    func complete() {
        let coverage = ReportCoverage(
            Self.facts([Self.incident(.pathProven, 10, 10), Self.incident(.auditDiffers, 10, 10)]))
        #expect(coverage.isComplete)
        #expect(coverage.sentences.count == 1)
    }

    @Test("Spans that overlap are counted once, and only inside of the window")
    func outages() {
        let coverage = ReportCoverage(
            Self.facts([
                Self.incident(.outage, -50, 60), Self.incident(.outage, 30, 120), Self.incident(.outage, 3_000, nil),
            ]))
        #expect(!coverage.isComplete)
        #expect(
            coverage.sentences == [
                "The gateway was out 3 times, 11 min 55 s in all, first from 2026-03-04 00:00:00 UTC; what it missed was "
                    + "looked for in Bolna's listings afterwards."
            ])
    }

    @Test(
        "Each kind of gap has its sentence",
        arguments: [
            (Incident.Kind.tokenRefused, "Bolna refused the account's token once, 1 min 40 s in all"),
            (.truncatedListing, "A listing was longer than could be read once"),
            (.pathUnproven, "No webhook of one agent has ever come, as far as is known, for 1 min 40 s"),
            (.pathDegraded, "Webhooks of one agent did not come as they should for 1 min 40 s"),
        ])
    func kinds(kind: Incident.Kind, sentence: String) {
        let coverage = ReportCoverage(Self.facts([Self.incident(kind, 100, 200, agent: "a")]))
        #expect(coverage.sentences.count == 1)
        #expect(coverage.sentences.first?.hasPrefix(sentence) == true)
    }

    @Test("Of an account that is not known nothing else is claimed")
    func unknownAccount() {
        var facts = Self.facts()
        facts.isAccountKnown = false
        let coverage = ReportCoverage(facts)
        #expect(!coverage.isComplete)
        #expect(coverage.sentences.count == 1)
    }

    @Test("Where incidents of a kind are no longer kept it says so, for windows that reach back so far")
    func forgotten() {
        var facts = Self.facts()
        facts.forgotten = [.auditDiffers: Self.at(60), .outage: Self.at(-1)]
        let coverage = ReportCoverage(facts)
        #expect(
            coverage.sentences == [
                "There were more incidents audit-differs than are kept: of those that began until "
                    + "2026-03-04 00:01:00 UTC some are no longer told."
            ])
    }

    @Test("A window before the journal or beyond its end is told, a missing token and missing webhooks too")
    func edges() {
        var facts = Self.facts()
        facts.journalBegins = Self.at(60)
        facts.asOf = Self.at(1_800)
        facts.withoutToken = Self.at(100)...Self.at(200)
        facts.deliveries = 0
        let coverage = ReportCoverage(facts)
        #expect(
            coverage.sentences.map { $0.split(separator: " ").prefix(3).joined(separator: " ") } == [
                "The journal begins", "The report knows", "The account had", "No webhook was",
            ])
    }
}
