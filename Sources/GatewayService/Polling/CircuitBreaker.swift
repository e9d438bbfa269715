/// Stops requests of one account while Bolna fails: a value that takes outcomes and tells whether one may be sent.
package struct CircuitBreaker: Hashable, Sendable {
    /// Whether requests are stopped, but for probes.
    package private(set) var isOpen = false

    private var failures: [Bool] = []
    private var hasProbed = false

    /// The number of outcomes that are looked at.
    package static let window = 20
    /// The number of failures among them that opens it.
    package static let mostFailures = 10

    /// Starts closed.
    package init() {}

    /// Whether a request may be sent; one per tick while it is open.
    package var mayPass: Bool { !isOpen || !hasProbed }

    /// A request is sent: while it is open, that is the tick's one.
    package mutating func passed() { hasProbed = isOpen }

    /// A tick began: one more probe may be sent.
    package mutating func tick() { hasProbed = false }

    /// A request succeeded or failed. A success closes it at once.
    package mutating func record(hasFailed: Bool) {
        if isOpen {
            if !hasFailed { self = CircuitBreaker() }
            return
        }
        failures.append(hasFailed)
        if failures.count > Self.window { failures.removeFirst() }
        isOpen = failures.count == Self.window && failures.count { $0 } >= Self.mostFailures
    }
}
