package import BolnaWire
package import CallDomain
import Synchronization

/// The names of agents, as Bolna's last listing had them: nothing is asked for them.
package final class AgentNames: Sendable {
    /// The most names of an account that are kept.
    package static let mostNames = 1_000
    /// A longer name is cut, in characters.
    package static let longestName = 80

    private let names = Mutex<[AccountID: [AgentID: String]]>([:])

    /// Knows none.
    package init() {}

    /// Takes a listing of an account's agents in place of the one before.
    package func learn(_ agents: [AgentSummary], of account: AccountID) {
        let named = agents.prefix(Self.mostNames).compactMap { agent in
            agent.name.flatMap { $0.isEmpty ? nil : (agent.id, String($0.prefix(Self.longestName))) }
        }
        names.withLock { $0[account] = Dictionary(named) { first, _ in first } }
    }

    /// The names of an account's agents; empty before the first listing.
    package subscript(account: AccountID) -> [AgentID: String] { names.withLock { $0[account] ?? [:] } }
}
