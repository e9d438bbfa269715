package import CallDomain
import Synchronization
package import WebhookTrust

/// The sessions of people who signed in to the pages, in memory: a restart signs everybody out.
///
/// Only the SHA-256 of a session's id is kept. A session is worth what its key is worth at each use: the key's scopes hold,
/// and where the key opens nothing any more, the session ends.
package final class SessionBook: Sendable {
    /// The most sessions at once; a further one ends one of the account that has most of them: no account can sign out the
    /// people of another.
    package static let mostSessions = 10_000
    /// The most sessions of one actor of an account at once; a further one ends the one that was unused the longest.
    package static let mostOfActor = 50
    /// A session that is unused for so long ends, unless told otherwise.
    package static let usualIdle = Duration.seconds(12 * 3_600)
    /// A session ends after so long, whatever is done with it, unless told otherwise.
    package static let usualLife = Duration.seconds(7 * 86_400)
    /// Random bytes of an id.
    static let idBytes = 32
    /// The length of an id's text.
    static let idLength = 43

    private struct Owner: Hashable, Sendable {
        var account: AccountID
        var actor: String
    }

    private struct Session: Sendable {
        /// Who began it; nil where its key opened nothing then.
        var owner: Owner?
        var startedAt: Timestamp
        var usedAt: Timestamp
        var renew: @Sendable (Timestamp) -> KeyRing.Match?
    }

    private let longestIdle: Duration
    private let longestLife: Duration
    private let sessions = Mutex<[ContentDigest: Session]>([:])

    /// Starts without sessions. One ends when it is unused for `longestIdle`, and after `longestLife` in any case.
    package init(longestIdle: Duration = SessionBook.usualIdle, longestLife: Duration = SessionBook.usualLife) {
        self.longestIdle = longestIdle
        self.longestLife = longestLife
    }

    /// Begins a session and returns its id, which only its owner knows. `renew` tells what the key opens at a time; nil
    /// once it opens nothing.
    package func begin(
        at now: Timestamp, renew: @escaping @Sendable (Timestamp) -> KeyRing.Match?
    ) throws(CryptoError) -> String {
        let id = Base64URL.encode(try SecureRandom.bytes(Self.idBytes))
        let digest = try ContentHash.sha256(Array(id.utf8))
        let owner = renew(now).map { Owner(account: $0.principal.account, actor: $0.principal.actor) }
        sessions.withLock { sessions in
            makeRoom(for: owner, in: &sessions, at: now)
            sessions[digest] = Session(owner: owner, startedAt: now, usedAt: now, renew: renew)
        }
        return id
    }

    /// On whose behalf the session with this id acts; nil where there is none, or it has ended.
    package func principal(of id: String, at now: Timestamp, isUse: Bool = true) throws(CryptoError) -> Principal? {
        try match(of: id, at: now, isUse: isUse)?.principal
    }

    /// What the key opens that the session with this id began with, its quota included; nil where there is none, or it has
    /// ended. Only what a person does is a use: what a page asks for by itself keeps no session alive.
    package func match(of id: String, at now: Timestamp, isUse: Bool = true) throws(CryptoError) -> KeyRing.Match? {
        guard id.utf8.count == Self.idLength else { return nil }
        let digest = try ContentHash.sha256(Array(id.utf8))
        let renew = sessions.withLock { sessions -> (@Sendable (Timestamp) -> KeyRing.Match?)? in
            guard let session = sessions[digest] else { return nil }
            guard isAlive(session, at: now) else {
                sessions[digest] = nil
                return nil
            }
            if isUse { sessions[digest]?.usedAt = now }
            return session.renew
        }
        guard let renew else { return nil }
        guard let match = renew(now) else {
            sessions.withLock { $0[digest] = nil }
            return nil
        }
        return match
    }

    /// Ends a session; nothing where there is none.
    package func end(_ id: String) throws(CryptoError) {
        let digest = try ContentHash.sha256(Array(id.utf8))
        sessions.withLock { $0[digest] = nil }
    }

    /// How many there are, ended ones that nobody asked for since included.
    package var count: Int { sessions.withLock { $0.count } }

    private func isAlive(_ session: Session, at now: Timestamp) -> Bool {
        now.duration(since: session.usedAt) < longestIdle && now.duration(since: session.startedAt) < longestLife
    }

    private func makeRoom(for owner: Owner?, in sessions: inout [ContentDigest: Session], at now: Timestamp) {
        if sessions.values.count(where: { $0.owner == owner }) >= Self.mostOfActor {
            Self.endOldest(in: &sessions) { $0.owner == owner }
        }
        guard sessions.count >= Self.mostSessions else { return }
        sessions = sessions.filter { isAlive($0.value, at: now) }
        guard sessions.count >= Self.mostSessions else { return }
        let counts = Dictionary(sessions.values.map { ($0.owner?.account, 1) }, uniquingKeysWith: +)
        guard let largest = counts.max(by: { $0.value < $1.value })?.key else { return }
        Self.endOldest(in: &sessions) { $0.owner?.account == largest }
    }

    private static func endOldest(
        in sessions: inout [ContentDigest: Session], where isMeant: (Session) -> Bool
    ) {
        let oldest = sessions.filter { isMeant($0.value) }.min { $0.value.usedAt < $1.value.usedAt }
        if let oldest { sessions[oldest.key] = nil }
    }
}
