import ArgumentParser
import CallDomain
import Foundation
import GatewayService
import SQLiteStore

/// What the poller costs: a tick where much waits and little is due, and working off what Bolna's budgets allow.
struct TickBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tick", abstract: "Takes and plans due calls, and works off a backlog as fast as budgets allow.")

    @OptionGroup var options: MeasuringOptions

    @Option(help: "The folder for the databases, which is removed afterwards; it must be on the disk to be measured.")
    var folder = ".build/benchmark-tick"

    @Option(help: "How many calls wait, beside one store where only those wait that are due.")
    var open: [Int] = [1_000, 100_000, 1_000_000]

    @Option(help: "How many calls are due at once in a backlog.")
    var backlog = 100_000

    @Option(help: "How many organizations share the larger backlog.")
    var organizations = 50

    @Option(help: "How many seconds a backlog is worked off.")
    var seconds = 30

    /// How many of those that wait are due at a tick.
    private static let due = 100

    func validate() throws {
        guard (1...500).contains(organizations), (1...3_600).contains(seconds), (0...10_000_000).contains(backlog),
            open.allSatisfy({ (Self.due + 1...100_000_000).contains($0) }), Set(open).count == open.count
        else { throw ValidationError("A number is too small or too large.") }
    }

    func run() async throws {
        let directory = URL(filePath: folder)
        try? FileManager.default.removeItem(at: directory)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try ticks(in: directory)
        guard backlog > 0 else { return }
        print(
            "\n\(backlog) due calls, worked off for \(seconds) s; the client answers at once, at most 32 requests at a time"
        )
        for (organizations, answers) in [(1, "completed"), (organizations, "completed"), (organizations, "ringing")] {
            let path = directory.appending(path: "backlog-\(organizations)-\(answers)").path
            let run = try BacklogRun(path: path, organizations: organizations, due: backlog, answers: answers)
            print(try await run.workOff(for: seconds))
        }
    }

    private func ticks(in directory: URL) throws {
        let start = Timestamp(rawValue: 1_800_000_000_000_000)
        let now = start.advanced(by: .seconds(3_600))
        var comparison = Comparison("Taking and planning \(Self.due) due calls", per: "tick", options: options)
        var stores: [SQLiteStore] = []
        defer { for store in stores { try? store.close() } }
        for count in [Self.due] + open {
            let path = directory.appending(path: "open-\(count)").path
            let store = try SQLiteStore(path: path)
            try OverdueStore.ring(Self.due, in: store, account: .default, from: start, bytes: 900)
            try store.close()
            try OverdueStore.copy(path: path, until: count, due: now.advanced(by: .seconds(60)))
            let filled = try SQLiteStore(path: path)
            stores.append(filled)
            comparison.add("\(count) calls wait") { try Self.tick(filled, at: now) }
        }
        try comparison.run()
    }

    private static func tick(_ store: SQLiteStore, at now: Timestamp) throws {
        let settings = ExpectationSettings()
        var machine = PollerMachine(settings: settings)
        var gate = RequestGateMachine(accounts: [.default], settings: settings)
        let room = machine.beginTake(at: now)
        let taken = try store.takeDue(of: [.default], at: now, limit: room, lease: settings.tick)
        _ = machine.took(taken.calls, hasMore: taken.hasMore) { _ in ScopeProfile(path: .healthy) }
        guard taken.calls.count == due, !machine.next(gate: &gate, now: now).isEmpty else { throw WrongTick() }
    }

    /// A tick that did something else than it should.
    private struct WrongTick: Error {}
}
