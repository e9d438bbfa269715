import Foundation

/// A small generator with a seed, so that a failure can be replayed (Steele, Lea, Flood: Fast Splittable Pseudorandom
/// Number Generators, 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    /// The seeds that a property is tried with: those given, or the one of `GATEWAY_SEED` alone.
    static func seeds(_ standard: ClosedRange<UInt64>) -> [UInt64] {
        guard let text = ProcessInfo.processInfo.environment["GATEWAY_SEED"] else { return Array(standard) }
        return UInt64(text).map { [$0] } ?? Array(standard)
    }
}
