import CallDomain
import Synchronization

/// Bolna's API as one gateway reaches it, over the simulation's network.
final class SimulatedNetwork: BolnaAPI {
    private let world: SimulatedWorld
    private let gateway: Int
    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    private struct State {
        var last = 0
        var open: [Int: CheckedContinuation<BolnaAnswer.Outcome, Never>] = [:]
        var isCut = false
    }

    init(world: SimulatedWorld, gateway: Int, now: @escaping @Sendable () -> Timestamp) {
        self.now = now
        self.world = world
        self.gateway = gateway
    }

    func send(_ request: BolnaRequest) async -> BolnaAnswer {
        let sentAt = now()
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<BolnaAnswer.Outcome, Never>) in
                let isCut = state.withLock { state in
                    if !state.isCut { state.open[number] = continuation }
                    return state.isCut
                }
                guard !isCut, !Task.isCancelled else { return answer(number, .failed(Self.cancelled), continuation) }
                world.send(request, of: gateway) { outcome in self.answer(number, outcome) }
            }
        } onCancel: {
            answer(number, .failed(Self.cancelled))
        }
        return BolnaAnswer(sentAt: sentAt, receivedAt: now(), outcome: outcome)
    }

    /// How many requests are under way.
    var inFlight: Int { state.withLock { $0.open.count } }

    /// The gateway is dead: nothing more is sent, and what is open ends.
    func cut() {
        let open = state.withLock { state in
            defer { state.open = [:] }
            state.isCut = true
            return state.open
        }
        for (_, continuation) in open.sorted(by: { $0.key < $1.key }) {
            continuation.resume(returning: .failed(Self.cancelled))
        }
    }

    private func answer(
        _ number: Int, _ outcome: BolnaAnswer.Outcome,
        _ fallback: CheckedContinuation<BolnaAnswer.Outcome, Never>? = nil
    ) {
        let open = state.withLock { $0.open.removeValue(forKey: number) }
        (open ?? fallback)?.resume(returning: outcome)
    }

    private static let cancelled = TransportFailure(kind: .cancelled, detail: "cancelled")
}
