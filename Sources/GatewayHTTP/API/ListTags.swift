import CallDomain
import Synchronization

/// The tags that lists had when they were last read: a client that asks again is told that nothing has changed without
/// the list being read, as long as nothing of the account's calls has.
final class ListTags: Sendable {
    /// The most lists that are remembered; one more, and all are forgotten.
    static let most = 1_024

    /// What is asked for, and who asks: scopes decide what a list shows.
    struct Key: Hashable {
        var account: AccountID
        var scopes: Set<Scope>
        var target: String
    }

    /// A list as it was.
    struct List {
        /// The store's number, taken before the list was read.
        var edition: UInt64
        var tag: String
        var links: String?
        var isEmpty: Bool
    }

    private let lists = Mutex<[Key: List]>([:])

    /// Longer addresses are not remembered, in bytes.
    static let longestTarget = 2_048

    /// The list, where nothing has changed since.
    func list(_ key: Key, edition: UInt64) -> List? {
        lists.withLock { lists in lists[key].flatMap { $0.edition == edition ? $0 : nil } }
    }

    /// Remembers a list.
    func remember(_ list: List, for key: Key) {
        guard key.target.utf8.count <= Self.longestTarget else { return }
        lists.withLock { lists in
            if lists.count >= Self.most, lists[key] == nil { lists.removeAll() }
            lists[key] = list
        }
    }
}
