package import CallDomain
import Synchronization

/// The gate through which all requests to Bolna go, whoever sends them.
package final class RequestGate: Sendable {
    private let machine: Mutex<RequestGateMachine>

    /// Starts with full buckets, for the accounts that have a token.
    package init(accounts: AccountDirectory, settings: ExpectationSettings) {
        machine = Mutex(RequestGateMachine(accounts: Self.asking(accounts), settings: settings))
    }

    /// Takes the accounts as they are now; of those in `renewed` the token is another one.
    package func update(accounts: AccountDirectory, renewed: Set<AccountID>) {
        let asking = Self.asking(accounts)
        machine.withLock { $0.setAccounts(asking, renewed: renewed) }
    }

    private static func asking(_ accounts: AccountDirectory) -> [AccountID] { accounts.all.filter(\.mayAsk).map(\.id) }

    /// Works with the machine alone.
    func withLock<Value: Sendable>(_ body: (inout sending RequestGateMachine) -> sending Value) -> Value {
        machine.withLock(body)
    }

    /// How often a request had to wait for its budget, since the start: reads that a hint asks for, and all others.
    package var waits: (ofHints: Int, ofOthers: Int) {
        machine.withLock { ($0.planner.waitsOfHints, $0.planner.waits) }
    }

    /// How many requests of a kind an account may send at once now, and at most.
    package func standing(
        of budget: RequestBudget, account: AccountID, at now: Timestamp
    ) -> (left: Int, most: Int) {
        machine.withLock { $0.planner.standing(of: budget, account: account, at: now) }
    }

    /// Whether Bolna refuses the account's token, or it has none.
    package func isPaused(_ account: AccountID) -> Bool { machine.withLock { $0.isPaused(account) } }

    /// Since when Bolna refuses the account's token, as far as this process knows; nil where it does not, or there is none.
    package func pausedSince(_ account: AccountID) -> Timestamp? { machine.withLock { $0.pausedSince(account) } }

    /// Whether too many of the account's requests failed, so that only probes are sent.
    package func isBroken(_ account: AccountID) -> Bool { machine.withLock { $0.isBroken(account) } }
}
