import CallDomain
import GatewayService
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

    /// Reads the store when a turn is free; what is asked for beyond what is kept is told as such.
    func compute<Value: Sendable>(
        _ reader: StoreReader, _ body: @escaping @Sendable (any CallStore) throws(StoreError) -> Value
    ) async throws -> Value {
        try take()
        defer { give() }
        do throws(StoreError) {
            return try await reader.read(body)
        } catch {
            guard error.kind == .outOfReach else { throw error }
            throw Problem(.badRequest, error.message)
        }
    }

    /// Gives a turn back.
    func give() { running.withLock { $0 -= 1 } }
}
