import Foundation
import Synchronization

/// Runs many seeds, as many at once as there are threads.
package struct SeedSweep: Sendable {
    /// The first seed.
    package var from: UInt64
    /// How many seeds.
    package var count: UInt64
    /// How many threads run seeds.
    package var threads: Int
    /// After so many seeds that break a law no further ones are begun.
    package var mostFailures: Int

    /// Runs `count` seeds from a first one on.
    package init(
        from: UInt64, count: UInt64, threads: Int = ProcessInfo.processInfo.activeProcessorCount, mostFailures: Int = 1
    ) {
        self.from = from
        self.count = count
        self.threads = max(threads, 1)
        self.mostFailures = max(mostFailures, 1)
    }

    /// What came of the seeds so far.
    package struct Summary: Sendable {
        /// How many seeds were run.
        package var seeds: UInt64 = 0
        /// What happened in them, in numbers.
        package var counters = Counters()
        /// How often each law was checked.
        package var checked: [Law: Int] = [:]
        /// The runs that broke a law, by seed.
        package var failures: [RunOutcome] = []
        /// How long it has taken, in seconds of real time.
        package var elapsed = 0.0

        /// Nothing has run.
        package init() {}
    }

    private struct State {
        var next: UInt64 = 0
        var summary = Summary()
    }

    /// Runs the seeds and returns when all are done. Blocks the calling thread; `progress` is called on the threads that
    /// run seeds, after each seed.
    package func run(progress: @escaping @Sendable (Summary) -> Void = { _ in }) -> Summary {
        let state = Mutex(State())
        let start = ContinuousClock.now
        let done = DispatchGroup()
        let work: @Sendable () -> Void = {
            while let seed = state.withLock({ takeNext(&$0) }) {
                let outcome = SimulationRun.run(seed: Seed(rawValue: seed))
                let summary = state.withLock { state in
                    state.summary.add(outcome)
                    let elapsed = ContinuousClock.now - start
                    state.summary.elapsed =
                        Double(elapsed.components.seconds)
                        + Double(elapsed.components.attoseconds) / 1e18
                    return state.summary
                }
                progress(summary)
            }
            done.leave()
        }
        for _ in 0..<threads {
            done.enter()
            let thread = Thread(block: work)
            thread.stackSize = Self.stackBytes
            thread.start()
        }
        done.wait()
        return state.withLock { $0.summary }
    }

    /// The stack of a thread that runs seeds, in bytes.
    private static let stackBytes = 8 << 20

    private func takeNext(_ state: inout State) -> UInt64? {
        guard state.next < count, state.summary.failures.count < mostFailures else { return nil }
        defer { state.next += 1 }
        return from &+ state.next
    }
}

extension SeedSweep.Summary {
    fileprivate mutating func add(_ outcome: RunOutcome) {
        seeds += 1
        counters += outcome.counters
        checked.merge(outcome.checked, uniquingKeysWith: +)
        guard !outcome.violations.isEmpty else { return }
        failures.append(outcome)
        failures.sort { $0.scenario.seed.rawValue < $1.scenario.seed.rawValue }
    }
}
