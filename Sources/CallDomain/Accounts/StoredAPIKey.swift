/// An API key as it is kept: never the key itself, only its digest.
package struct StoredAPIKey: Hashable, Sendable {
    /// Its public name, which also stands in the key: 12 lower-case hex digits.
    package var id: APIKeyID
    /// The account it belongs to.
    package var account: AccountID
    /// What people call it.
    package var label: String
    /// The SHA-256 of the whole key. A fast hash is right here, since keys are random.
    package var digest: ContentDigest
    /// What it may do.
    package var scopes: Set<Scope>
    /// The most requests it may make in a minute.
    package var mostPerMinute: Int
    /// When it was minted.
    package var createdAt: Timestamp
    /// From when on it opens nothing; nil is never.
    package var expiresAt: Timestamp?
    /// When it was revoked; nil while it was not.
    package var revokedAt: Timestamp?
    /// When it was last used, to within ``usePrecision``; nil before the first time.
    package var lastUsedAt: Timestamp?

    /// The requests a key may make in a minute unless told otherwise.
    package static let usualPerMinute = 600
    /// The bounds of ``mostPerMinute``.
    package static let perMinuteRange = 6...60_000
    /// The longest label, in bytes.
    package static let longestLabel = 100
    /// Uses are written down no more often than this, so that reading costs no writes.
    package static let usePrecision = Duration.seconds(60)

    /// Puts a key together.
    package init(
        id: APIKeyID, account: AccountID, label: String, digest: ContentDigest, scopes: Set<Scope>,
        mostPerMinute: Int = StoredAPIKey.usualPerMinute, createdAt: Timestamp, expiresAt: Timestamp? = nil,
        revokedAt: Timestamp? = nil, lastUsedAt: Timestamp? = nil
    ) {
        self.id = id
        self.account = account
        self.label = label
        self.digest = digest
        self.scopes = scopes
        self.mostPerMinute = mostPerMinute
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.lastUsedAt = lastUsedAt
    }

    /// Whether it opens anything at this time.
    package func state(at now: Timestamp) -> State {
        if revokedAt != nil { return .revoked }
        if let expiresAt, expiresAt <= now { return .expired }
        return .active
    }

    /// Whether a key opens anything.
    package enum State: String, Hashable, CaseIterable, Sendable {
        /// It does.
        case active
        /// Its time is over.
        case expired
        /// Somebody took it back.
        case revoked
    }
}

/// The public name of an API key.
package struct APIKeyID: RawRepresentable, Hashable, Comparable, Sendable {
    /// 12 lower-case hex digits.
    package let rawValue: String

    /// Takes a name as it is; use ``init(validating:)`` for one from outside.
    package init(rawValue: String) { self.rawValue = rawValue }

    /// Takes a name from outside, or returns nil where it is not 12 lower-case hex digits.
    package init?(validating name: String) {
        let isHex = name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard isHex, name.utf8.count == 12 else { return nil }
        rawValue = name
    }

    /// Orders by spelling.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
