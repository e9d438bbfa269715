import GatewayService
import HTTPTypes

/// How a quota stands after a request, and how clients are told.
struct RateLimit: Hashable, Sendable {
    /// What is counted; its word is the quota's name.
    var kind: QuotaKind
    /// The requests of a minute.
    var most: Int
    /// What came of the request.
    var answer: RequestQuota.Answer

    private static let policyField = HTTPField.Name("RateLimit-Policy")
    private static let limitField = HTTPField.Name("RateLimit")

    /// Adds `RateLimit-Policy` (`q` requests in `w` seconds) and `RateLimit` (`r` are left, all come back in `t` seconds),
    /// as draft-ietf-httpapi-ratelimit-headers-10 writes them; nothing where there is no quota.
    static func add(_ limits: [RateLimit], to fields: inout HTTPFields) {
        guard !limits.isEmpty, let policyField, let limitField else { return }
        let window = RequestThrottle.window.components.seconds
        fields[policyField] = limits.map { "\"\($0.kind.rawValue)\";q=\($0.most);w=\(window)" }.joined(separator: ", ")
        fields[limitField] = limits.map { limit in
            "\"\(limit.kind.rawValue)\";r=\(limit.answer.left);t=\(seconds(limit.answer.whole))"
        }.joined(separator: ", ")
    }

    /// Whole seconds, rounded up.
    private static func seconds(_ duration: Duration) -> Int64 {
        duration.components.seconds + (duration.components.attoseconds > 0 ? 1 : 0)
    }
}
