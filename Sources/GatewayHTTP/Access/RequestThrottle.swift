import CallDomain
package import GatewayService
import Synchronization

/// Bounds how often anybody may ask: each key or user, all its requests and those that have Bolna asked; and each client
/// address with wrong keys.
package final class RequestThrottle: Sendable {
    /// The time that quotas are for.
    package static let window = Duration.seconds(60)
    /// The quotas that are remembered; where there are more, those that come back first are forgotten, a tenth at once.
    package static let mostQuotas = 10_000
    /// One in so many requests may have Bolna asked.
    package static let checkShare = 10
    /// The wrong keys of one address in a minute, unless told otherwise.
    package static let usualWrongKeys = 20

    /// The wrong tokens of cookies that are remembered; for a further one the oldest is forgotten.
    static let mostWrongTokens = 10_000

    private enum Holder: Hashable {
        case requests(AccountID, actor: String)
        case checks(AccountID, actor: String)
        case wrongKeys(ConnectionSource)
    }

    private let mostWrongKeys: Int
    private let report: @Sendable (QuotaKind) -> Void
    private let quotas = Mutex<[Holder: RequestQuota]>([:])
    private let wrongTokens = Mutex(RecentDigests(most: RequestThrottle.mostWrongTokens))

    /// Takes how many wrong keys are heard from one address in a minute; `report` hears of each request that is refused.
    package init(
        wrongKeysPerMinute: Int = RequestThrottle.usualWrongKeys,
        report: @escaping @Sendable (QuotaKind) -> Void = { _ in }
    ) {
        mostWrongKeys = wrongKeysPerMinute
        self.report = report
    }

    /// Counts a request of a principal, who may make so many in a minute, and tells how its quotas stand. Nothing is
    /// granted where one of them says to wait.
    func take(for principal: Principal, mostPerMinute: Int, scope: Scope, at now: Timestamp) -> [RateLimit] {
        let actor = principal.actor
        let requests = take(.requests(principal.account, actor: actor), .requests, most: mostPerMinute, at: now)
        guard requests.answer.wait == nil else {
            report(.requests)
            return [requests]
        }
        guard scope == .check else { return [requests] }
        let most = max(mostPerMinute / Self.checkShare, 1)
        let checks = take(.checks(principal.account, actor: actor), .checks, most: most, at: now)
        if checks.answer.wait != nil { report(.checks) }
        return [requests, checks]
    }

    /// How long an address has to wait because too many wrong keys came from it; nil where it has not. Asked once for a
    /// request, which is refused where it has to wait.
    func blocked(_ address: String, at now: Timestamp) -> Duration? {
        let holder = Holder.wrongKeys(ConnectionSource(address: address))
        let wait = quotas.withLock { quotas in
            quotas[holder]?.wait(most: mostWrongKeys, window: Self.window, at: now)
        }
        if wait != nil { report(.wrongKeys) }
        return wait
    }

    /// Counts a wrong key of an address.
    func countWrongKey(from address: String, at now: Timestamp) {
        _ = take(.wrongKeys(ConnectionSource(address: address)), .wrongKeys, most: mostWrongKeys, at: now)
    }

    /// Counts a wrong token of a cookie with this SHA-256, once however often it comes: browsers send cookies along by
    /// themselves, and what was wrong before is no further guess.
    func countWrongToken(_ digest: ContentDigest, from address: String, at now: Timestamp) {
        guard wrongTokens.withLock({ $0.insert(digest) }) else { return }
        countWrongKey(from: address, at: now)
    }

    /// How many quotas are remembered.
    var count: Int { quotas.withLock { $0.count } }

    private func take(_ holder: Holder, _ kind: QuotaKind, most: Int, at now: Timestamp) -> RateLimit {
        let answer = quotas.withLock { quotas in
            if quotas[holder] == nil, quotas.count >= Self.mostQuotas { Self.makeRoom(in: &quotas, at: now) }
            return quotas[holder, default: RequestQuota(at: now)].take(most: most, window: Self.window, at: now)
        }
        return RateLimit(kind: kind, most: most, answer: answer)
    }

    /// Forgets the quotas that are whole again, which changes nothing; where that is not enough, those that will be first.
    private static func makeRoom(in quotas: inout [Holder: RequestQuota], at now: Timestamp) {
        quotas = quotas.filter { $0.value.wholeAt > now }
        guard quotas.count > mostQuotas * 9 / 10 else { return }
        let oldest = quotas.sorted { $0.value.wholeAt < $1.value.wholeAt }.prefix(mostQuotas / 10)
        for (holder, _) in oldest { quotas[holder] = nil }
    }
}
