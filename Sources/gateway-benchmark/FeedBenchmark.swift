import ArgumentParser
import CallDomain
import Foundation
import GatewayService
import SQLiteStore
import Synchronization

/// One change told to all who are subscribed, within the process: the feed without what writes to sockets.
struct FeedBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "feed", abstract: "Tells changes to 1, 100, 1 000 and 5 000 subscriptions.")

    @Option(help: "How many changes are told, one after the other.")
    var changes = 50

    @Option(help: "The folder for the database, which is removed afterwards.")
    var folder = ".build/benchmark-feed"

    func validate() throws {
        guard (1...100_000).contains(changes) else { throw ValidationError("--changes is from 1 to 100000.") }
    }

    func run() async throws {
        let directory = URL(filePath: folder)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let store = try SQLiteStore(path: directory.appending(path: "feed").path)
        print("Telling a change to all who are subscribed: µs of processor time for each of them, ms until the last")
        for count in [1, 100, 1_000, 5_000] { print(try await tell(count, of: store)) }
        try store.close()
    }

    private func tell(_ count: Int, of store: SQLiteStore) async throws -> String {
        let feed = ChangeFeed(reader: StoreReader(store: store))
        let heard = HeardChanges(subscribers: count)
        var costs: [Double] = []
        var times: [Double] = []
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                let stream = try await feed.subscribe(account: .default, after: ChangeCursor(sequence: 0))
                group.addTask { for await _ in stream { heard.count() } }
            }
            for number in 1...changes {
                let (processor, elapsed) = (Stopwatch.processor(), Stopwatch.elapsed())
                async let all: Void = heard.all()
                feed.committed([.revised(Self.change(number))])
                await all
                costs.append((Stopwatch.processor() - processor) / Double(count))
                times.append((Stopwatch.elapsed() - elapsed) / 1_000)
            }
            feed.end()
            try await group.waitForAll()
        }
        return String(
            format: "%5d subscriptions  %8.2f µs (%.2f-%.2f)  %8.2f ms (%.2f-%.2f)", count, median(costs),
            costs.min() ?? 0, costs.max() ?? 0, median(times), times.min() ?? 0, times.max() ?? 0)
    }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func change(_ number: Int) -> Change {
        Change(
            cursor: ChangeCursor(sequence: Int64(number)), account: .default, call: CallID(rawValue: "call"),
            execution: ExecutionID(rawValue: "execution"), status: .ringing, source: .webhook,
            at: Timestamp(rawValue: 1_800_000_000_000_000))
    }
}

/// Counts who has heard of a change, and tells when all have.
private final class HeardChanges: Sendable {
    private let subscribers: Int
    private let state = Mutex(State())

    private struct State {
        var heard = 0
        var waiting: CheckedContinuation<Void, Never>?
    }

    init(subscribers: Int) { self.subscribers = subscribers }

    func count() {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.heard += 1
            guard state.heard >= subscribers, let waiting = state.waiting else { return nil }
            state = State()
            return waiting
        }
        waiting?.resume()
    }

    /// Waits until all have heard of one change.
    func all() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                guard state.heard < subscribers else {
                    state = State()
                    return true
                }
                state.waiting = continuation
                return false
            }
            if isOver { continuation.resume() }
        }
    }
}
