import ArgumentParser
import BolnaWire
import CallDomain
import Foundation
import SQLiteStore
import WebhookTrust

/// How many blocks of memory a webhook's parts ask for; the same in each run.
struct AllocationsBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allocations",
        abstract: "Counts the heap allocations of a webhook, under .ci/count-allocations, which preloads the counter.")

    @Option(help: "The folder for the database, which is removed afterwards.")
    var folder = ".build/benchmark-allocations"

    /// How many webhooks are counted, after as many that are not: caches and tables have grown by then.
    private static let webhooks = 1_024
    private static let batch = 64

    func run() throws {
        guard let counter = AllocationCounter() else {
            throw ValidationError("Nothing counts allocations here: run .ci/count-allocations.")
        }
        let sample = SampleCall(bytes: 3_600)
        let start = Timestamp(rawValue: 1_800_000_000_000_000)
        let bodies = (0..<Self.webhooks * 2).map { number in
            let (round, place) = number.quotientAndRemainder(dividingBy: Self.batch)
            let (calls, status) = round.quotientAndRemainder(dividingBy: SampleCall.statuses.count)
            return sample.body(number: calls * Self.batch + place, status: status)
        }
        func count(_ part: String, _ work: (Int) throws -> Void) rethrows {
            for number in 0..<Self.webhooks { try work(number) }
            let before = counter.count
            for number in Self.webhooks..<Self.webhooks * 2 { try work(number) }
            print("\(part) \(Double(counter.count - before) / Double(Self.webhooks))")
        }

        try count("decode") { number in
            guard case .observations = BolnaDecoder.decodeDelivery(bodies[number]) else { throw UnreadableSample() }
        }
        let secret = try WebhookSecret(label: "benchmark", value: "whsec_benchmark")
        let trust = AccountTrust(account: .default, secrets: [secret])
        let verifier = try WebhookVerifier()
        let credentials = try bodies.map {
            DeliveryCredentials(signatureHeaders: [try secret.signature(of: $0, at: start)], account: .default)
        }
        try count("verify") { number in
            guard
                case .accepted = try verifier.judge(credentials[number], body: bodies[number], trust: trust, now: start)
            else { throw UnreadableSample() }
        }
        let entries = try bodies.enumerated().map { number, body in
            try SampleCall.observation(body, at: start.advanced(by: .milliseconds(number)))
        }
        let observations = try entries.map { entry in
            guard case .observation(let incoming) = entry else { throw UnreadableSample() }
            return Observation(key: incoming.key, receivedAt: incoming.receivedAt, statement: incoming.statement)
        }
        let reconciler = Reconciler()
        var states: [ExecutionID: CallState] = [:]
        count("reconcile") { number in
            let observation = observations[number]
            let execution = observation.statement.executionID
            states[execution] =
                reconciler.reconcile(previous: states[execution], observation: observation, read: nil) {
                    Evidence(observations: [observation])
                }.state
        }
        let directory = URL(filePath: folder)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let store = try SQLiteStore(path: directory.appending(path: "gateway").path)
        try count("store") { number in
            // Each batch at its last entry.
            guard number % Self.batch == Self.batch - 1 else { return }
            for receipt in try store.apply(Array(entries[(number + 1 - Self.batch)...number])) {
                guard case .observed = receipt else { throw UnreadableSample() }
            }
        }
        try store.close()
    }
}

/// The counter that was preloaded.
private struct AllocationCounter {
    private let read: @convention(c) () -> UInt64

    /// Nil where none was.
    init?() {
        guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "allocations_so_far") else { return nil }
        read = unsafeBitCast(symbol, to: (@convention(c) () -> UInt64).self)
    }

    var count: UInt64 { read() }
}
