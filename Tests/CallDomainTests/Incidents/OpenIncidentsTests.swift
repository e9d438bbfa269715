import CallDomain
import Testing

@Suite("OpenIncidents")
struct OpenIncidentsTests {
    private var incidents = OpenIncidents()

    private static let agent = AgentID(rawValue: "a")

    private static func incident(
        _ kind: Incident.Kind = .tokenRefused, agent: AgentID? = nil, from: Int64, to: Int64? = nil
    ) -> Incident {
        Incident(
            account: .default, agent: agent, kind: kind, from: Timestamp(seconds: from),
            to: to.map(Timestamp.init(seconds:)), detail: "begun")
    }

    @Test("What comes back while it goes on is one incident, and is stored when it begins and when it ends")
    mutating func once() {
        incidents.note(Self.incident(from: 1))
        incidents.note(Self.incident(from: 5))
        #expect(incidents.isOpen(.tokenRefused, account: .default))
        #expect(incidents.take() == [Self.incident(from: 1)])
        incidents.end(.tokenRefused, account: .default, at: Timestamp(seconds: 9), detail: "over")
        var ended = Self.incident(from: 1, to: 9)
        ended.detail = "begun over"
        #expect(incidents.take() == [ended])
        #expect(!incidents.isOpen(.tokenRefused, account: .default))
        incidents.note(Self.incident(from: 20))
        #expect(incidents.take() == [Self.incident(from: 20)])
    }

    @Test("What goes on for a call hides nothing of its account, and nothing of another call")
    mutating func calls() {
        var ofCall = Self.incident(.differsFromJournal, from: 1)
        ofCall.call = CallID(rawValue: "one")
        var ofOther = Self.incident(.differsFromJournal, from: 2)
        ofOther.call = CallID(rawValue: "two")
        incidents.remember([ofCall, ofOther])
        let ofAccount = Self.incident(.differsFromJournal, from: 3)
        incidents.note(ofAccount)
        incidents.note(ofCall)
        #expect(incidents.take() == [ofAccount])
        incidents.end(.differsFromJournal, account: .default, at: Timestamp(seconds: 9))
        #expect(incidents.take().map(\.call) == [nil])
    }

    @Test("What does not go on cannot end, and another agent's or kind's is another")
    mutating func others() {
        incidents.note(Self.incident(.truncatedListing, agent: Self.agent, from: 1))
        _ = incidents.take()
        incidents.end(.truncatedListing, account: .default, at: Timestamp(seconds: 2))
        incidents.end(.tokenRefused, account: .default, agent: Self.agent, at: Timestamp(seconds: 2))
        #expect(incidents.take() == [])
        #expect(incidents.isOpen(.truncatedListing, account: .default, agent: Self.agent))
    }

    @Test("An end before the beginning, by a clock that was set back, is the beginning")
    mutating func setBack() {
        incidents.note(Self.incident(from: 100))
        incidents.end(.tokenRefused, account: .default, at: Timestamp(seconds: 5))
        #expect(incidents.take().last?.to == Timestamp(seconds: 100))
    }

    @Test("What went on before a restart goes on as that one, also where it was noticed again before it was remembered")
    mutating func restart() {
        incidents.note(Self.incident(from: 50))
        incidents.remember([Self.incident(from: 1), Self.incident(.outage, from: 2, to: 3)])
        #expect(incidents.take() == [])
        incidents.end(.tokenRefused, account: .default, at: Timestamp(seconds: 60))
        #expect(incidents.take().map(\.from) == [Timestamp(seconds: 1)])
    }

    @Test("What could not be stored waits again, in its order; of too many, the oldest are dropped and counted")
    mutating func bounds() {
        for second in 0..<3 as Range<Int64> { incidents.note(Self.incident(.outage, from: second, to: second)) }
        let taken = incidents.take()
        incidents.note(Self.incident(.outage, from: 3, to: 3))
        incidents.giveBack(taken)
        #expect(incidents.take().map(\.from) == (0..<4 as Range<Int64>).map { Timestamp(seconds: $0) })
        let most = Int64(OpenIncidents.mostWaiting)
        for second in 0..<(most + 7) { incidents.note(Self.incident(.outage, from: second, to: second)) }
        #expect(incidents.dropped == 7)
        #expect(incidents.take().first?.from == Timestamp(seconds: 7))
    }
}
