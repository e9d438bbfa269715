import BolnaWire
import CallDomain
import Synchronization

/// Bolna's lists of agents, for a short time: one for each account, which all who ask within it share, also while it is
/// still being asked for.
package final class AgentLists: Sendable {
    typealias List = Task<Result<[AgentSummary], AgentDesk.Failure>, Never>

    private struct Entry {
        var askedAt: Timestamp
        var list: List
    }

    private let entries = Mutex<[AccountID: Entry]>([:])

    /// How long a list holds.
    package static let memory: Duration = .seconds(60)
    /// The most lists that are kept; the one that was asked for first goes.
    package static let mostLists = 1_000

    init() {}

    /// The list of an account, asked for anew where there is none that holds.
    func list(of account: AccountID, at now: Timestamp, ask: () -> List) -> List {
        entries.withLock { entries in
            if let entry = entries[account], entry.askedAt <= now, now.duration(since: entry.askedAt) < Self.memory {
                return entry.list
            }
            if entries[account] == nil, entries.count >= Self.mostLists,
                let oldest = entries.min(by: { $0.value.askedAt < $1.value.askedAt })
            {
                entries[oldest.key] = nil
            }
            let list = ask()
            entries[account] = Entry(askedAt: now, list: list)
            return list
        }
    }

    /// Forgets the lists of accounts, whoever still waits for one of them.
    func drop(_ accounts: Set<AccountID>) {
        entries.withLock { entries in for account in accounts { entries[account] = nil } }
    }

    /// Forgets a list that could not be had, so that the next who asks tries again.
    func drop(_ list: List, of account: AccountID) {
        entries.withLock { entries in if entries[account]?.list == list { entries[account] = nil } }
    }
}
