import CallDomain
import GatewayService
import SQLiteStore

extension SimulatedWorld {
    /// Compares a stored call with its journal, as it is, and with its order changed.
    func explain(_ call: CallID, of account: AccountID, in gateway: GatewayInstance) {
        do {
            guard let record = try gateway.store.call(account: account, reference: call.rawValue, withBody: false),
                let journal = try gateway.store.journal(account: account, call: call, withBodies: false)
            else { return check(.explanation, ["a call that was just stored is not there"]) }
            check(.explanation, ExplanationLaw.check(record, journal, reconciler: reconciler))
            guard journal.rows.count <= Self.mostReordered else { return }
            check(.order, OrderLaw.check(journal, stored: record.state, reconciler: reconciler, dice: &reordering))
        } catch {
            check(.footing, ["the store cannot be read: \(error)"])
        }
    }

    /// Looks at all that the store holds: acknowledged webhooks, and each call with its journal.
    func examineStore() {
        guard let gateway else { return }
        do {
            for account in accounts.all {
                var held: Set<ContentDigest> = []
                for record in try records(of: account.id) {
                    guard
                        let journal = try gateway.store.journal(
                            account: account.id, call: record.call, withBodies: false)
                    else {
                        check(.explanation, ["a listed call has no journal"])
                        continue
                    }
                    held.formUnion(journal.rows.map(\.observation.key.digest))
                    check(.explanation, ExplanationLaw.check(record, journal, reconciler: reconciler))
                    check(.trust, TrustLaw.check(record, journal))
                    check(
                        .order,
                        OrderLaw.check(journal, stored: record.state, reconciler: reconciler, dice: &reordering))
                }
                for record in try gateway.store.quarantine(account: account.id, before: nil, limit: 1_000) {
                    held.insert(record.delivery.digest)
                }
                let left = refused.subtracting(watch.durability.acknowledgedDigests).subtracting(taken)
                check(.trust, TrustLaw.check(held: held, refused: left))
                check(.durability, watch.durability.check(held: held, account: account.id).map { [$0] } ?? [])
            }
        } catch {
            check(.footing, ["the store cannot be read: \(error)"])
        }
    }

    /// Longer journals are reordered at crashes and at the end alone: it takes the square of their length.
    private static let mostReordered = 24

    /// All calls of an account, those included that only hints tell of.
    func records(of account: AccountID) throws -> [CallRecord] {
        guard let gateway else { return [] }
        return try (calls.map(\.id) + invented).compactMap {
            try gateway.store.call(account: account, reference: $0, withBody: false)
        }
    }
}
