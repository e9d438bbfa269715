import Synchronization

/// The room for the bodies of a listener's requests, all together: each byte takes a place when it is received, and gives it
/// back when its request is answered or its connection ends.
final class BodyRoom: Sendable {
    private let most: Int
    private let taken = Mutex(0)

    init(limits: ListenerLimits) { most = limits.bodyBytesInAll }

    /// Takes room for more bytes; false, with none taken, where they are too many.
    func take(_ bytes: Int) -> Bool {
        taken.withLock { taken in
            guard bytes <= most - taken else { return false }
            taken += bytes
            return true
        }
    }

    /// Gives room back that was taken.
    func giveBack(_ bytes: Int) { taken.withLock { $0 -= bytes } }

    /// The bytes that are held.
    var bytes: Int { taken.withLock { $0 } }
}
