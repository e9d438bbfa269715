import CallDomain
import GatewayService
import Testing

@Suite("AuditTrail")
struct AuditTrailTests {
    private let principal = Principal(account: .default, scopes: [.read], actor: "one")

    private func records(_ entries: [JournalEntry]) -> [AuditRecord] {
        entries.flatMap { entry in if case .auditTrail(let records) = entry { records } else { [AuditRecord]() } }
    }

    @Test("A look at the same thing within ten minutes is noted once for each person")
    func looks() {
        let trail = AuditTrail()
        trail.note(.reveal, "call-1", by: principal, at: .at(0))
        trail.note(.reveal, "call-1", by: principal, at: .at(599))
        trail.note(.reveal, "call-2", by: principal, at: .at(599))
        trail.note(.reveal, "call-1", by: Principal(account: .default, scopes: [], actor: "two"), at: .at(599))
        trail.note(.reveal, "call-1", by: principal, at: .at(600))
        #expect(records(trail.take()).map(\.subject) == ["call-1", "call-2", "call-1", "call-1"])
        #expect(trail.take().isEmpty)
    }

    @Test("A look after the clock was set back is noted, whatever was noted before")
    func clockSetBack() {
        let trail = AuditTrail()
        trail.note(.reveal, "call-1", by: principal, at: .at(36_000))
        trail.note(.reveal, "call-1", by: principal, at: .at(0))
        trail.note(.reveal, "call-1", by: principal, at: .at(60))
        #expect(records(trail.take()).map(\.at) == [.at(36_000), .at(0)])
    }

    @Test("What is done twice is noted twice")
    func deeds() {
        let trail = AuditTrail()
        trail.note(.replay, "3", by: principal, at: .at(0))
        trail.note(.replay, "3", by: principal, at: .at(0))
        #expect(records(trail.take()).count == 2)
    }

    @Test("The flood of one account costs no other its records, nor its memory of looks")
    func flood() {
        let trail = AuditTrail()
        let other = Principal(account: AccountID(rawValue: "other"), scopes: [.read], actor: "two")
        trail.note(.reveal, "call-1", by: other, at: .at(0))
        for number in 0...AuditTrail.mostWaiting { trail.note(.reveal, "\(number)", by: principal, at: .at(0)) }
        trail.note(.reveal, "call-1", by: other, at: .at(1))
        trail.note(.replay, "3", by: other, at: .at(1))
        #expect(trail.lost == 1)
        let entries = trail.take()
        #expect(entries.count == 2, "an entry for each account")
        #expect(records(entries).filter { $0.account == other.account }.map(\.subject) == ["call-1", "3"])
        trail.giveBack(entries)
        #expect(records(trail.take()).count == AuditTrail.mostWaiting + 2)
    }

    @Test("Too many that wait are counted as lost; what is given back stands before what came since")
    func bounded() {
        let trail = AuditTrail()
        for number in 0...AuditTrail.mostWaiting { trail.note(.replay, "\(number)", by: principal, at: .at(0)) }
        #expect(trail.lost == 1)
        let taken = trail.take()
        #expect(records(taken).count == AuditTrail.mostWaiting)
        trail.note(.discard, "last", by: principal, at: .at(1))
        trail.giveBack(taken)
        #expect(trail.lost == 2)
        let again = records(trail.take())
        #expect(again.count == AuditTrail.mostWaiting)
        #expect(again.first?.subject == "1")
        #expect(again.last?.subject == "last")
    }
}
