package import CallDomain
import Synchronization
package import WebhookTrust

/// What each account accepts from webhooks; may be replaced while the gateway runs. An account that is disabled is not
/// in it, and so is refused like one that does not exist.
package final class TrustBook: Sendable {
    private struct State {
        var trusts: [AccountID: AccountTrust]
        var verifier: WebhookVerifier
    }

    private let tolerance: Duration
    private let state: Mutex<State>

    /// Takes what accounts accept; a signature's time may lie as far from now as the tolerance says.
    package init(
        _ trusts: [AccountID: AccountTrust], tolerance: Duration = .seconds(SignatureVerifier.tolerance)
    ) throws(CryptoError) {
        self.tolerance = tolerance
        state = Mutex(State(trusts: trusts, verifier: try Self.verifier(for: trusts, tolerance: tolerance)))
    }

    /// Judges a delivery addressed to an account, nil being one whose name cannot be; by what is accepted at this moment.
    package func judge(
        _ credentials: DeliveryCredentials, body: [UInt8], account: AccountID?, now: Timestamp
    ) throws(CryptoError) -> Verdict {
        let state = state.withLock { $0 }
        return try state.verifier.judge(
            credentials, body: body, trust: account.flatMap { state.trusts[$0] }, now: now)
    }

    /// An account's active secrets, the newest first; none of an account that does not exist.
    package func secrets(of account: AccountID) -> [WebhookSecret] {
        state.withLock { $0.trusts[account]?.secrets ?? [] }
    }

    /// What each account accepts.
    var all: [AccountID: AccountTrust] { state.withLock { $0.trusts } }

    /// Takes what accounts accept from now on, in place of all that they accepted.
    package func replace(_ trusts: [AccountID: AccountTrust]) throws(CryptoError) {
        let verifier = try Self.verifier(for: trusts, tolerance: tolerance)
        state.withLock { $0 = State(trusts: trusts, verifier: verifier) }
    }

    private static func verifier(
        for trusts: [AccountID: AccountTrust], tolerance: Duration
    ) throws(CryptoError) -> WebhookVerifier {
        try WebhookVerifier(secrets: trusts.values.map(\.secrets.count).max() ?? 1, tolerance: tolerance)
    }
}
