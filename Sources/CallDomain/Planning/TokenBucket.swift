/// A token bucket that never lets more than its budget through in any minute: a sixth of the budget at once, the rest
/// evenly over the minute.
struct TokenBucket: Hashable, Sendable {
    /// Tokens at most, and after a long rest.
    let capacity: Double
    /// Tokens that come back in a second.
    let perSecond: Double
    /// Tokens now.
    private(set) var tokens: Double
    private var refilledAt: Timestamp?
    private var halvedUntil: Timestamp?
    private var blockedUntil: Timestamp?

    /// How long a 429 halves the budget.
    static let halvingTime = Duration.seconds(60)
    /// The longest `Retry-After` that is obeyed.
    static let longestBlock = Duration.seconds(300)

    /// A full bucket for so many requests in any minute.
    init(perMinute: Int) {
        capacity = Double(perMinute) / 6
        perSecond = (Double(perMinute) - capacity) / 60
        tokens = capacity
    }

    /// Takes a token, leaving at least a share of the capacity for others; nil is granted, else how long until it could
    /// be.
    mutating func take(leaving reserve: Double, now: Timestamp) -> Duration? {
        refill(now)
        if let blockedUntil { return blockedUntil.duration(since: now) }
        let floor = capacity * reserve * factor
        let missing = floor + 1 - tokens
        guard missing > 0 else {
            tokens -= 1
            return nil
        }
        return .milliseconds(Int64((missing / (perSecond * factor) * 1_000).rounded(.up)))
    }

    /// The whole tokens there are at a time, and at most; none while nothing may be sent. Takes none.
    func standing(at now: Timestamp) -> (left: Int, most: Int) {
        var bucket = self
        bucket.refill(now)
        return (bucket.blockedUntil == nil ? Int(bucket.tokens) : 0, Int(capacity))
    }

    /// Bolna answered 429.
    mutating func refused(retryAfter: Duration?, now: Timestamp) {
        refill(now)
        halvedUntil = now.advanced(by: Self.halvingTime)
        tokens = min(tokens, capacity * factor)
        if let retryAfter, retryAfter > .zero {
            blockedUntil = now.advanced(by: min(retryAfter, Self.longestBlock))
        }
    }

    /// One bucket for what was two of the same size: what was spent from either is spent, and what either learned holds.
    func joined(with other: TokenBucket) -> TokenBucket {
        var joined = self
        joined.tokens = max(tokens + other.tokens - capacity, 0)
        joined.refilledAt = Self.later(refilledAt, other.refilledAt)
        joined.halvedUntil = Self.later(halvedUntil, other.halvedUntil)
        joined.blockedUntil = Self.later(blockedUntil, other.blockedUntil)
        return joined
    }

    private static func later(_ left: Timestamp?, _ right: Timestamp?) -> Timestamp? {
        guard let left, let right else { return left ?? right }
        return max(left, right)
    }

    private var factor: Double { halvedUntil == nil ? 1 : 0.5 }

    /// Brings back what time has earned. A clock that was set back earns nothing and prolongs nothing.
    private mutating func refill(_ now: Timestamp) {
        let elapsed = max(now.duration(since: refilledAt ?? now).seconds, 0)
        tokens = min(tokens + elapsed * perSecond * factor, capacity * factor)
        refilledAt = now
        halvedUntil = halvedUntil.flatMap { $0 <= now ? nil : min($0, now.advanced(by: Self.halvingTime)) }
        blockedUntil = blockedUntil.flatMap { $0 <= now ? nil : min($0, now.advanced(by: Self.longestBlock)) }
    }
}
