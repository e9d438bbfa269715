import BolnaWire
import CallDomain

extension ServiceContext {
    /// Counts the names in a stored webhook that show how Bolna's side changes. Unverified ones are not counted: anyone
    /// can send them.
    func countNames(of delivery: VerifiedDelivery, drifts: [Drift], statuses: [CallStatus]) {
        guard delivery.standing == .applied else { return }
        func count(_ kind: Tally.Kind, _ name: String) {
            tallies.count(Tally(account: delivery.account, kind: kind, name: name, count: 1))
        }
        if let peer = delivery.peer { count(.address, peer) }
        for name in drifts.flatMap(\.unknownNames) { count(.field, name) }
        for case .unknown(let word) in statuses { count(.status, word) }
    }

    /// Writes down what has been counted, all of it; for those who want to see it at once.
    package func writeTallies() async {
        let time = now()
        let taken = tallies.take(at: time, isLast: true)
        guard !taken.isEmpty else { return }
        do {
            _ = try await submit([.tallies(taken, at: time)])
        } catch {
            tallies.giveBack(taken)
        }
    }

    /// Counts the accounts that cannot ask Bolna.
    func countMissingTokens() {
        for account in accounts.all where !account.hasToken && !account.isDisabled {
            tallies.count(Tally(account: account.id, kind: .withoutToken, name: "beats", count: 1))
        }
    }
}
