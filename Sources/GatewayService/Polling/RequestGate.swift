package import CallDomain
import Synchronization

/// The gate through which all requests to Bolna go, whoever sends them.
package final class RequestGate: Sendable {
    private let machine: Mutex<RequestGateMachine>

    /// Starts with full buckets, for the accounts that have a token.
    package init(accounts: AccountDirectory, settings: ExpectationSettings) {
        let withToken = accounts.all.filter(\.hasToken).map(\.id)
        machine = Mutex(RequestGateMachine(accounts: withToken, settings: settings))
    }

    /// Works with the machine alone.
    func withLock<Value: Sendable>(_ body: (inout sending RequestGateMachine) -> sending Value) -> Value {
        machine.withLock(body)
    }

    /// How often a request had to wait for its budget, since the start: reads that a hint asks for, and all others.
    package var waits: (ofHints: Int, ofOthers: Int) {
        machine.withLock { ($0.planner.waitsOfHints, $0.planner.waits) }
    }

    /// Whether Bolna refuses the account's token, or it has none.
    package func isPaused(_ account: AccountID) -> Bool { machine.withLock { $0.isPaused(account) } }

    /// Whether too many of the account's requests failed, so that only probes are sent.
    package func isBroken(_ account: AccountID) -> Bool { machine.withLock { $0.isBroken(account) } }
}
