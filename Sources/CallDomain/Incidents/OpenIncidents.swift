/// The incidents that go on, and those that wait to be stored: a value that takes what happened.
///
/// One that goes on already is not begun anew, so that a cause that comes back again and again is one incident. What
/// waits is bounded: of too many, the oldest are dropped and counted.
package struct OpenIncidents: Sendable {
    private var open: [Key: Incident] = [:]
    private var waiting: [Incident] = []
    /// How many could not be kept.
    package private(set) var dropped = 0

    /// The most incidents that wait to be stored.
    package static let mostWaiting = 1_024
    /// The most incidents that go on at once.
    package static let mostOpen = 10_000

    private struct Key: Hashable {
        var account: AccountID
        var agent: AgentID?
        /// Those of single calls stand for themselves alone.
        var call: CallID?
        var kind: Incident.Kind

        init(account: AccountID, agent: AgentID?, kind: Incident.Kind) {
            self.account = account
            self.agent = agent
            self.kind = kind
        }

        init(_ incident: Incident) {
            self.init(account: incident.account, agent: incident.agent, kind: incident.kind)
            call = incident.call
        }
    }

    /// None.
    package init() {}

    /// What the store says goes on since before the start: it goes on as that one.
    package mutating func remember(_ stored: [Incident]) {
        for incident in stored where incident.to == nil {
            let key = Key(incident)
            guard let begun = open[key], begun.from != incident.from else {
                if open.count < Self.mostOpen { open[key] = incident }
                continue
            }
            open[key] = incident
            waiting.removeAll { Key($0) == key && $0.from == begun.from }
        }
    }

    /// Something happened, or began.
    package mutating func note(_ incident: Incident) {
        if incident.to == nil {
            guard open[Key(incident)] == nil, open.count < Self.mostOpen else { return }
            open[Key(incident)] = incident
        }
        wait(incident)
    }

    /// What went on has ended; nil where it did not go on. `detail` nil keeps what was said at its beginning.
    @discardableResult
    package mutating func end(
        _ kind: Incident.Kind, account: AccountID, agent: AgentID? = nil, at time: Timestamp, detail: String? = nil
    ) -> Incident? {
        guard var incident = open.removeValue(forKey: Key(account: account, agent: agent, kind: kind)) else {
            return nil
        }
        incident.to = max(time, incident.from)
        if let detail { incident.detail += (incident.detail.isEmpty ? "" : " ") + detail }
        wait(incident)
        return incident
    }

    /// Whether something of this kind goes on.
    package func isOpen(_ kind: Incident.Kind, account: AccountID, agent: AgentID? = nil) -> Bool {
        open[Key(account: account, agent: agent, kind: kind)] != nil
    }

    /// The incident of this kind that goes on; nil where none does.
    package func current(_ kind: Incident.Kind, account: AccountID, agent: AgentID? = nil) -> Incident? {
        open[Key(account: account, agent: agent, kind: kind)]
    }

    /// What is to be stored now, oldest first; it waits no longer.
    package mutating func take() -> [Incident] {
        defer { waiting = [] }
        return waiting
    }

    /// What was taken could not be stored: it waits again.
    package mutating func giveBack(_ incidents: [Incident]) {
        let later = waiting
        waiting = []
        for incident in incidents + later { wait(incident) }
    }

    private mutating func wait(_ incident: Incident) {
        if waiting.count >= Self.mostWaiting {
            waiting.removeFirst()
            dropped += 1
        }
        waiting.append(incident)
    }
}
