package import CallDomain
import Synchronization
import WebhookTrust

/// Which signatures of accepted webhooks came since the start.
///
/// In memory only: after a restart a first repetition is not noticed. Nothing rests on it: the journal makes repetitions
/// harmless, and time limits how long a signature is accepted.
package final class WebhookWitness: Sendable {
    private struct State {
        var seen: Set<ContentDigest> = []
        /// Signatures in the order in which they came; those before `first` are forgotten.
        var order: [(content: ContentDigest, at: Timestamp)] = []
        var first = 0
        var repeated: [AccountID: Int] = [:]

        var oldest: (content: ContentDigest, at: Timestamp)? { first < order.count ? order[first] : nil }

        mutating func forgetOldest() {
            guard let oldest else { return }
            seen.remove(oldest.content)
            first += 1
            guard first == WebhookWitness.mostSignatures else { return }
            order.removeFirst(first)
            first = 0
        }
    }

    /// The most signatures that are remembered: at a steady 13 deliveries a second, all that are still accepted.
    package static let mostSignatures = 8_192

    private let memory: Duration
    private let state = Mutex(State())

    /// Remembers signatures for this long: twice the tolerance of their time, for they may come from the future.
    package init(memory: Duration = .seconds(2 * SignatureVerifier.tolerance)) { self.memory = memory }

    /// Notes a signed content of an account, and returns whether it had been noted before.
    package func isRepeated(_ content: ContentDigest, of account: AccountID, at time: Timestamp) -> Bool {
        state.withLock { state in
            while let oldest = state.oldest, time.duration(since: oldest.at) > memory { state.forgetOldest() }
            guard !state.seen.contains(content) else {
                state.repeated[account, default: 0] += 1
                return true
            }
            if state.seen.count == Self.mostSignatures { state.forgetOldest() }
            state.seen.insert(content)
            state.order.append((content, time))
            return false
        }
    }

    /// How often an account's signature came that had come before.
    package func repetitions(of account: AccountID) -> Int { state.withLock { $0.repeated[account, default: 0] } }
}
