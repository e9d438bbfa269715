/// How the steps between looks grow while what is expected does not come.
enum ExpectationSteps: Hashable, Sendable {
    /// Always the same.
    case constant(Duration)
    /// The n-th step is n times as long, up to a bound.
    case growing(by: Duration, upTo: Duration)
    /// The first step, then each one a factor longer, up to a bound.
    case multiplying(Duration, by: Double, upTo: Duration)
    /// So many steps of one tick, then others, counted anew.
    indirect case eachTick(Duration, count: Int, then: ExpectationSteps)
    /// Until a stated time, steps of at most `atMost`, the last of which ends there; after it, as long as it is past,
    /// within bounds (which doubles the steps).
    case around(Timestamp, atMost: Duration, from: Duration, upTo: Duration)

    /// The step after so many looks (at least one), the last of them at `look`.
    func step(after looks: Int, at look: Timestamp) -> Duration {
        switch self {
        case .constant(let step):
            return step
        case .growing(let unit, let longest):
            return min(unit.scaled(by: Double(max(looks, 1))), longest)
        case .multiplying(let first, let factor, let longest):
            var step = min(first, longest)
            for _ in 1..<max(min(looks, Self.mostGrowth), 2) where looks > 1 {
                step = min(step.scaled(by: factor), longest)
            }
            return step
        case .eachTick(let tick, let count, let then):
            return looks <= count ? tick : then.step(after: looks - count, at: look)
        case .around(let time, let longestBefore, let shortest, let longest):
            let remaining = time.duration(since: look)
            if remaining > .zero { return min(remaining, longestBefore) }
            return min(max(.zero - remaining, shortest), longest)
        }
    }

    /// The same steps, each half as long, but none shorter than a tick for that.
    func halved(tick: Duration) -> ExpectationSteps {
        func half(_ step: Duration) -> Duration { max(step / 2, min(step, tick)) }
        return switch self {
        case .constant(let step): .constant(half(step))
        case .growing(let unit, let longest): .growing(by: half(unit), upTo: half(longest))
        case .multiplying(let first, let factor, let longest):
            .multiplying(half(first), by: factor, upTo: half(longest))
        case .eachTick(let tick, let count, let then): .eachTick(tick, count: count, then: then.halved(tick: tick))
        case .around(let time, let longestBefore, let shortest, let longest):
            .around(time, atMost: longestBefore, from: half(shortest), upTo: half(longest))
        }
    }

    /// No step grows more often than this: by then every bound is reached.
    private static let mostGrowth = 64
}
