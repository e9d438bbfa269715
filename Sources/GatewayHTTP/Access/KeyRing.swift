package import CallDomain
package import GatewayService
import Synchronization
package import WebhookTrust

/// The API keys, by their SHA-256: those of the settings, and those that were minted, which may be replaced while the
/// gateway runs.
package final class KeyRing: Sendable {
    private let fixed: [(digest: [UInt8], principal: Principal)]
    private let mostPerMinute: Int
    private let uses: UseBook
    private let stored: Mutex<[APIKeyID: StoredAPIKey]>

    /// The longest key that is looked at, in bytes; the settings take none that is longer.
    package static let longestKey = 4_096

    /// A key that opens something.
    package struct Match: Hashable, Sendable {
        /// On whose behalf it is shown.
        package var principal: Principal
        /// The most requests it may make in a minute.
        package var mostPerMinute: Int

        /// Puts both together.
        package init(principal: Principal, mostPerMinute: Int) {
            self.principal = principal
            self.mostPerMinute = mostPerMinute
        }
    }

    /// Takes the keys of the settings with their principals, an empty one opening nothing, and those that were minted.
    /// Uses of the latter are noted.
    package init(
        fixed: [(key: String, principal: Principal)], mostPerMinute: Int = StoredAPIKey.usualPerMinute,
        stored: [StoredAPIKey] = [], uses: UseBook = UseBook()
    ) throws(CryptoError) {
        var entries: [(digest: [UInt8], principal: Principal)] = []
        for (key, principal) in fixed where !key.isEmpty {
            entries.append((try ContentHash.sha256(Array(key.utf8)).bytes, principal))
        }
        self.fixed = entries
        self.mostPerMinute = mostPerMinute
        self.uses = uses
        self.stored = Mutex(Self.byID(stored))
    }

    /// What a key opens now; nil where nothing. All keys of the settings are compared, and the one that was minted under
    /// the name in the text, each in constant time; a name that nobody has takes the same work.
    package func find(_ text: String, at now: Timestamp) throws(CryptoError) -> Match? {
        guard text.utf8.count <= Self.longestKey else { return nil }
        return find(
            digest: try ContentHash.sha256(Array(text.utf8)).bytes, name: try APIKeyText(parsing: text)?.id, at: now)
    }

    /// What the key with this SHA-256 opens now, `name` being the one in its text where it was minted; nil where nothing.
    package func find(digest: [UInt8], name: APIKeyID?, at now: Timestamp) -> Match? {
        var found: Match?
        for entry in fixed where ConstantTime.equal(entry.digest, digest) {
            found = Match(principal: entry.principal, mostPerMinute: mostPerMinute)
        }
        guard let name else { return found }
        let key = stored.withLock { $0[name] }
        let isRight = ConstantTime.equal(key?.digest.bytes ?? digest.reversed(), digest)
        guard let key, isRight, key.state(at: now) == .active else { return found }
        uses.used(key: name, at: now)
        return Match(principal: Self.principal(of: key), mostPerMinute: key.mostPerMinute)
    }

    /// Whether there was ever a key of this text, also where it opens nothing any more: whoever shows it guesses nothing.
    package func hasKnown(_ text: String) throws(CryptoError) -> Bool {
        guard text.utf8.count <= Self.longestKey else { return false }
        let digest = try ContentHash.sha256(Array(text.utf8)).bytes
        if fixed.contains(where: { ConstantTime.equal($0.digest, digest) }) { return true }
        guard let name = try APIKeyText(parsing: text)?.id, let key = stored.withLock({ $0[name] })
        else { return false }
        return ConstantTime.equal(key.digest.bytes, digest)
    }

    /// Whether a key that was minted still opens something.
    package func isActive(_ id: APIKeyID, at now: Timestamp) -> Bool {
        stored.withLock { $0[id] }?.state(at: now) == .active
    }

    /// The minted keys of an account, oldest first, with their newest uses.
    package func keys(of account: AccountID) -> [StoredAPIKey] {
        let keys = stored.withLock { $0.values.filter { $0.account == account } }
        return keys.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }.map { key in
            var key = key
            key.lastUsedAt = uses.lastUse(of: key.id) ?? key.lastUsedAt
            return key
        }
    }

    /// Takes other minted keys in place of all these.
    package func replace(_ keys: [StoredAPIKey]) {
        let new = Self.byID(keys)
        stored.withLock { $0 = new }
    }

    private static func byID(_ keys: [StoredAPIKey]) -> [APIKeyID: StoredAPIKey] {
        Dictionary(keys.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
    }

    private static func principal(of key: StoredAPIKey) -> Principal {
        let name = key.label.isEmpty ? key.id.rawValue : "\(key.label) (\(key.id.rawValue))"
        return Principal(account: key.account, scopes: key.scopes, actor: "key \(name)", credential: .key(key.id))
    }
}
