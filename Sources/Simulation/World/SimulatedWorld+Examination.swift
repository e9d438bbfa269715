import CallDomain
import GatewayService
import SQLiteStore

extension SimulatedWorld {
    /// Compares a stored call with its journal.
    func explain(_ call: CallID, of account: AccountID, in gateway: GatewayInstance) {
        do {
            guard let record = try gateway.store.call(account: account, reference: call.rawValue, withBody: false),
                let journal = try gateway.store.journal(account: account, call: call, withBodies: false)
            else { return check(.explanation, ["a call that was just stored is not there"]) }
            check(.explanation, ExplanationLaw.check(record, journal, reconciler: reconciler))
        } catch {
            check(.footing, ["the store cannot be read: \(error)"])
        }
    }

    /// Looks at all that the store holds: acknowledged webhooks, and each call with its journal.
    func examineStore(isEnd: Bool = false) {
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
                    if isEnd {
                        check(
                            .order,
                            OrderLaw.check(journal, stored: record.state, reconciler: reconciler, dice: &order))
                    }
                }
                for record in try gateway.store.quarantine(account: account.id, before: nil, limit: 1_000) {
                    held.insert(record.delivery.digest)
                }
                check(.durability, watch.durability.check(held: held, account: account.id).map { [$0] } ?? [])
            }
        } catch {
            check(.footing, ["the store cannot be read: \(error)"])
        }
    }

    /// All calls of an account, those included that only hints tell of.
    func records(of account: AccountID) throws -> [CallRecord] {
        guard let gateway else { return [] }
        return try (calls.map(\.id) + invented).compactMap {
            try gateway.store.call(account: account, reference: $0, withBody: false)
        }
    }
}
