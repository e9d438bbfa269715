/// What a simulated world is made from: the same seed makes the same world, to the last byte.
package struct Seed: Hashable, Sendable {
    /// The number.
    package var rawValue: UInt64

    /// Wraps a number.
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}
