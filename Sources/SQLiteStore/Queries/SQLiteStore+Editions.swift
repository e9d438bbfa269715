package import CallDomain
import Synchronization

/// How often an account's calls may have changed since the store was opened.
struct Editions: Sendable {
    private var ofAll: UInt64 = 0
    private var ofAccounts: [AccountID: UInt64] = [:]

    /// Grows whenever the account's calls may have changed.
    func edition(of account: AccountID) -> UInt64 { ofAll &+ ofAccounts[account, default: 0] }

    /// Notes a batch that was stored.
    mutating func note(_ batch: [JournalEntry]) {
        for entry in batch {
            switch entry {
            case .observation(let incoming): ofAccounts[incoming.account, default: 0] &+= 1
            case .heartbeat, .tallies, .pathHealth, .learned, .sweepMark, .sweepGaps, .auditTrail, .indexTexts: break
            default: ofAll &+= 1
            }
        }
    }
}

extension SQLiteStore {
    /// A number that is another one once anything of an account's calls has changed, and is not stored.
    package func edition(of account: AccountID) -> UInt64 { editions.withLock { $0.edition(of: account) } }
}
