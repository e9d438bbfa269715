import ArgumentParser
import CallDomain
import Foundation
import GRDB
import SQLiteStore

/// The journal beside the least that a durable store of the same bodies costs.
struct StoreBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Stores deliveries in batches of 1, 8, 64 and 512, each synced to disk.")

    @OptionGroup var options: MeasuringOptions

    @Option(parsing: .upToNextOption, help: "How many deliveries are stored at a time.")
    var batches = [1, 8, 64, 512]

    @Option(help: "The folder for the databases, which is removed afterwards; it must be on the disk to be measured.")
    var folder = ".build/benchmark-store"

    @Option(help: "How many bytes a body has, about.")
    var bytes = 3_600

    func run() throws {
        let directory = URL(filePath: folder)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let sample = SampleCall(bytes: bytes)
        for batch in batches {
            let bare = try BareStore(path: directory.appending(path: "bare-\(batch)").path)
            let store = try SQLiteStore(path: directory.appending(path: "gateway-\(batch)").path)
            var comparison = Comparison("Storing in batches of \(batch)", per: "delivery", options: options)
            var bodies = Deliveries(sample: sample)
            comparison.add("bodies and a row for each call, nothing else", units: batch, input: { bodies.next(batch) })
            {
                try bare.store($0)
            }
            var deliveries = Deliveries(sample: sample)
            comparison.add(
                "the gateway's journal", units: batch,
                input: { try deliveries.next(batch).map { try SampleCall.observation($0.body, at: $0.time) } }
            ) { entries in
                for receipt in try store.apply(entries) {
                    guard case .observed = receipt else { throw UnreadableSample() }
                }
            }
            try comparison.run()
            try store.close()
        }
        try showFootprint(in: directory, sample: sample)
    }

    private func showFootprint(in directory: URL, sample: SampleCall) throws {
        let path = directory.appending(path: "footprint").path
        let store = try SQLiteStore(path: path)
        var deliveries = Deliveries(sample: sample)
        for _ in 0..<Self.footprintBatches {
            _ = try store.apply(
                try deliveries.next(Deliveries.turn).map { try SampleCall.observation($0.body, at: $0.time) })
        }
        try store.close()
        try StoreFootprint(path: path).show(calls: Self.footprintBatches * Deliveries.turn / SampleCall.statuses.count)
    }

    /// Enough for whole calls, and for indexes of several pages.
    private static let footprintBatches = 32
}

/// Deliveries without end, the four of a call some calls apart, so that no batch has two of one call.
private struct Deliveries {
    let sample: SampleCall
    private var number = 0

    init(sample: SampleCall) { self.sample = sample }

    /// How many calls are told of in turns.
    static let turn = 1_024

    mutating func next(_ count: Int) -> [(body: [UInt8], time: Timestamp)] {
        defer { number += count }
        return (number..<number + count).map { number in
            let (round, place) = number.quotientAndRemainder(dividingBy: Self.turn)
            let (calls, status) = round.quotientAndRemainder(dividingBy: SampleCall.statuses.count)
            return (
                sample.body(number: calls * Self.turn + place, status: status),
                Timestamp(rawValue: 1_800_000_000_000_000 + Int64(number) * 1_000)
            )
        }
    }
}

/// Bodies in a table of their own and one row for each call: a statement each, and the same sync.
private struct BareStore {
    private let queue: DatabaseQueue

    init(path: String) throws {
        queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
            try db.execute(
                sql: """
                    CREATE TABLE bodies (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
                    CREATE TABLE calls (execution BLOB PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
                    """)
        }
    }

    func store(_ deliveries: [(body: [UInt8], time: Timestamp)]) throws {
        try queue.write { db in
            let body = try db.cachedStatement(sql: "INSERT INTO bodies (body) VALUES (?)")
            let call = try db.cachedStatement(
                sql: "INSERT INTO calls VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1")
            for delivery in deliveries {
                let data = Data(delivery.body)
                try body.execute(arguments: [data])
                try call.execute(arguments: [data[7..<43]])
            }
        }
    }
}
