import Synchronization

/// Whether the gateway is on its way out: then it is alive, but not ready.
package final class DrainState: Sendable {
    private let hasBegun = Mutex(false)

    /// Not draining yet.
    package init() {}

    /// Whether requests are being finished, and no new ones wanted.
    package var isDraining: Bool { hasBegun.withLock { $0 } }

    /// From now on the gateway is not ready.
    package func begin() { hasBegun.withLock { $0 = true } }
}
