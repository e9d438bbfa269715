import CallDomain

/// Law 5, first half: a call whose webhooks all came in time costs no read, while the path of its agent is healthy.
struct QuietLaw {
    /// A call of an account.
    struct Key: Hashable {
        var account: AccountID
        var execution: ExecutionID
    }

    private var reads: [Key: Int] = [:]
    private var disturbed: Set<Key> = []

    /// A full read of a call was sent.
    mutating func read(_ key: Key) { reads[key, default: 0] += 1 }

    /// How many full reads of a call were sent.
    func reads(of key: Key) -> Int { reads[key, default: 0] }

    /// Something happened to a call for which it may be read: a webhook that came late or never, a hint, a person.
    mutating func disturb(_ key: Key) { disturbed.insert(key) }

    /// Whether a call may be read.
    func isDisturbed(_ key: Key) -> Bool { disturbed.contains(key) }

    /// What is wrong with the reads of a call for which nothing spoke.
    func check(_ key: Key) -> String? {
        guard !disturbed.contains(key), let count = reads[key] else { return nil }
        return "call \(key.execution.rawValue) was read \(count) times although all its webhooks came in time"
    }
}
