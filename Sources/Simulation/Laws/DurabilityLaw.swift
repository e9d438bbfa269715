import CallDomain

/// Law 2: nothing acknowledged is lost. Keeps its own list of what was acknowledged and of what was committed.
struct DurabilityLaw {
    private var committed: [AccountID: Set<ContentDigest>] = [:]
    private var acknowledged: [AccountID: Set<ContentDigest>] = [:]

    /// Whatever a commit held of a sender who was not refused.
    var acknowledgedDigests: Set<ContentDigest> { acknowledged.values.reduce(into: []) { $0.formUnion($1) } }

    /// How many webhooks were answered with a 2xx.
    private(set) var acknowledgements = 0

    /// A commit succeeded.
    mutating func commit(_ batch: [JournalEntry]) {
        for entry in batch {
            switch entry {
            case .observation(let observation):
                committed[observation.account, default: []].insert(observation.key.digest)
            case .quarantine(let delivery): committed[delivery.account, default: []].insert(delivery.digest)
            default: break
            }
        }
    }

    /// A webhook was answered with a 2xx: what is wrong with that.
    mutating func acknowledge(_ digest: ContentDigest, account: AccountID) -> String? {
        acknowledgements += 1
        acknowledged[account, default: []].insert(digest)
        guard committed[account]?.contains(digest) != true else { return nil }
        return "a webhook was answered with a 2xx before any commit held it"
    }

    /// What is wrong with what the store holds of an account, by its digests.
    func check(held: Set<ContentDigest>, account: AccountID) -> String? {
        let missing = acknowledged[account, default: []].subtracting(held)
        guard !missing.isEmpty else { return nil }
        return "\(missing.count) acknowledged webhooks of \(account.rawValue) are not in the store"
    }
}
