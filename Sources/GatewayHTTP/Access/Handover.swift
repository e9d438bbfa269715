import CallDomain
import Synchronization
import WebhookTrust

/// What is kept in memory from one request of a person to the next, under an id that holds once: secrets that are shown
/// one time, and what is done once they say that they mean it. A restart forgets all of it.
final class Handover<Value: Sendable>: Sendable {
    /// The most that is kept; for a further one the oldest goes of the account whose people left most, of their own account
    /// where others left no more: no account can take away what is kept for another.
    static var most: Int { 256 }
    /// Random bytes of an id.
    private static var idBytes: Int { 24 }

    private struct Item: Sendable {
        var value: Value
        var owner: Principal
        var account: AccountID
        var until: Timestamp
    }

    private let lifetime: Duration
    private let items = Mutex<[ContentDigest: Item]>([:])

    /// Keeps each value for a time.
    init(lifetime: Duration) { self.lifetime = lifetime }

    /// Keeps a value about an account for whoever a request is made for, and returns its id.
    func put(
        _ value: Value, about account: AccountID, for owner: Principal, at now: Timestamp
    ) throws(CryptoError) -> String {
        let id = Base64URL.encode(try SecureRandom.bytes(Self.idBytes))
        let digest = try ContentHash.sha256(Array(id.utf8))
        items.withLock { items in
            items = items.filter { $0.value.until > now }
            if items.count >= Self.most { Self.makeRoom(for: owner.account, in: &items) }
            items[digest] = Item(value: value, owner: owner, account: account, until: now.advanced(by: lifetime))
        }
        return id
    }

    private static func makeRoom(for account: AccountID, in items: inout [ContentDigest: Item]) {
        let counts = Dictionary(items.values.map { ($0.owner.account, 1) }, uniquingKeysWith: +)
        guard let most = counts.values.max() else { return }
        let meant = counts[account] == most ? account : counts.first { $0.value == most }?.key
        let oldest = items.filter { $0.value.owner.account == meant }.min { $0.value.until < $1.value.until }
        if let oldest { items[oldest.key] = nil }
    }

    /// Takes the value with this id away; nil for whoever it was not kept for, and where there is none any more.
    func take(
        _ id: String, about account: AccountID, for owner: Principal, at now: Timestamp
    ) throws(CryptoError) -> Value? {
        let digest = try ContentHash.sha256(Array(id.utf8))
        return items.withLock { items in
            guard let item = items[digest], item.until > now, item.account == account,
                item.owner.credential == owner.credential, item.owner.actor == owner.actor,
                item.owner.account == owner.account
            else { return nil }
            items[digest] = nil
            return item.value
        }
    }
}
