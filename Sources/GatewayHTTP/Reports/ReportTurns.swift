import Synchronization

/// Lets so few reports be computed at a time that they leave threads of the store to everybody else.
final class ReportTurns: Sendable {
    private let running = Mutex(0)

    /// The most reports, and lists of figures, at a time; half of the threads that read the store.
    static let most = 2
    /// When one that found no turn is to come again.
    static let retryAfter: Duration = .seconds(2)

    /// Takes a turn, which must be given back; throws where none is free.
    func take() throws(Problem) {
        let isFree = running.withLock { running in
            guard running < Self.most else { return false }
            running += 1
            return true
        }
        guard isFree else {
            throw Problem(
                .busy, "\(Self.most) reports are being computed: try again in a moment.", retryAfter: Self.retryAfter)
        }
    }

    /// Gives a turn back.
    func give() { running.withLock { $0 -= 1 } }
}
