package import CallDomain
import Synchronization

/// Which calls somebody is looking at: their reads come earlier for as long. A look is forgotten by itself.
package final class AttentionBook: Sendable {
    private let until = Mutex<[Key: Timestamp]>([:])

    /// How long one look counts.
    package static let span: Duration = .seconds(60)
    /// The most calls that are looked at at once; further ones are read as usual.
    package static let mostCalls = 1_024

    private struct Key: Hashable {
        var account: AccountID
        var execution: ExecutionID
    }

    /// Nobody looks at anything.
    package init() {}

    /// Somebody looks at a call now. True where it was not known to be looked at, and is now.
    package func look(at execution: ExecutionID, account: AccountID, now: Timestamp) -> Bool {
        until.withLock { until in
            let key = Key(account: account, execution: execution)
            let isNew = until[key].map { $0 <= now } ?? true
            if isNew, until.count >= Self.mostCalls {
                until = until.filter { $0.value > now }
                guard until.count < Self.mostCalls else { return false }
            }
            until[key] = now.advanced(by: Self.span)
            return isNew
        }
    }

    /// Whether somebody has looked at a call lately. A clock that was set back ends no look late.
    package func isWatched(_ execution: ExecutionID, account: AccountID, now: Timestamp) -> Bool {
        until.withLock { until in
            guard !until.isEmpty, let end = until[Key(account: account, execution: execution)] else { return false }
            return end > now && end.duration(since: now) <= Self.span
        }
    }
}
