package import CallDomain
import Synchronization

/// When keys and webhook secrets were last used: noted in memory at each use, written down by the heartbeat.
package final class UseBook: Sendable {
    private struct State {
        var uses: CredentialUses
        /// What was not written down yet.
        var fresh = CredentialUses()
    }

    private let state: Mutex<State>

    /// Goes on from what the store remembered.
    package init(remembered: CredentialUses = CredentialUses()) { state = Mutex(State(uses: remembered)) }

    /// A key was used; uses within ``StoredAPIKey/usePrecision`` of one that was noted are not.
    package func used(key: APIKeyID, at time: Timestamp) {
        state.withLock { state in
            guard Self.isNews(time, after: state.uses.keys[key]) else { return }
            state.uses.keys[key] = time
            state.fresh.keys[key] = time
        }
    }

    /// A webhook secret verified a delivery; noted as coarsely as a key's use is.
    package func used(secret label: String, of account: AccountID, at time: Timestamp) {
        let name = CredentialUses.SecretName(account: account, label: label)
        state.withLock { state in
            guard Self.isNews(time, after: state.uses.secrets[name]) else { return }
            state.uses.secrets[name] = time
            state.fresh.secrets[name] = time
        }
    }

    /// When a key was last used; nil before its first time.
    package func lastUse(of key: APIKeyID) -> Timestamp? { state.withLock { $0.uses.keys[key] } }

    /// When an account's webhook secret was last used; nil before its first time.
    package func lastUse(ofSecret label: String, account: AccountID) -> Timestamp? {
        state.withLock { $0.uses.secrets[CredentialUses.SecretName(account: account, label: label)] }
    }

    /// What is to be written down.
    package func take() -> [JournalEntry] {
        let fresh = state.withLock { state in
            defer { state.fresh = CredentialUses() }
            return state.fresh
        }
        return fresh.isEmpty ? [] : [.account(.used(fresh))]
    }

    /// Takes back what could not be written down.
    package func giveBack(_ entries: [JournalEntry]) {
        state.withLock { state in
            for case .account(.used(let uses), _) in entries {
                state.fresh.keys.merge(uses.keys) { max($0, $1) }
                state.fresh.secrets.merge(uses.secrets) { max($0, $1) }
            }
        }
    }

    private static func isNews(_ time: Timestamp, after last: Timestamp?) -> Bool {
        guard let last else { return true }
        return time.duration(since: last) >= StoredAPIKey.usePrecision
    }
}
