import CallDomain

/// Law 5, first half: a call whose webhooks all came in time costs no read, while the path of its agent is healthy; and
/// whatever speaks for reading a call, it is not read again and again.
struct QuietLaw {
    /// A call of an account.
    struct Key: Hashable {
        var account: AccountID
        var execution: ExecutionID
    }

    private var reads: [Key: Int] = [:]
    private var disturbed: Set<Key> = []
    /// When the latest reads of each call were sent, in seconds.
    private var latest: [Key: [Double]] = [:]

    /// A person may ask for a read of a call this often, in seconds.
    private static let coolDown = 5.0
    /// In such a time a person, the poller, a sweep, the search for a placed call and an audit may each read a call, and the
    /// person who asked just before may still count.
    private static let mostReads = 6

    /// A full read of a call was sent at a time: what is wrong with that.
    mutating func read(_ key: Key, at time: Double) -> String? {
        reads[key, default: 0] += 1
        var recent = latest[key, default: []].filter { $0 > time - Self.coolDown }
        recent.append(time)
        latest[key] = recent
        guard recent.count > Self.mostReads else { return nil }
        return "call \(key.execution.rawValue) was read \(recent.count) times within \(Int(Self.coolDown)) s"
    }

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
