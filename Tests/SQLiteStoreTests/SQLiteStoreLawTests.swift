import CallDomain
import Foundation
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore: laws")
struct SQLiteStoreLawTests {
    let fixture: StoreFixture

    init() throws { fixture = try StoreFixture() }

    static var seeds: [UInt64] {
        guard let text = ProcessInfo.processInfo.environment["GATEWAY_SEED"], let seed = UInt64(text) else {
            return Array(1...6)
        }
        return [seed]
    }

    @Test("What is stored is the fold of the journal, in whatever order and batches it came", arguments: seeds)
    func explained(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let arrivals = ArrivalSamples.sequence(of: 80, using: &random)
        let store = try fixture.open()
        try apply(arrivals, to: store, using: &random)
        let second = try StoreFixture()
        let shuffled = try second.open()
        try apply(arrivals.shuffled(using: &random), to: shuffled, using: &random)
        for execution in Set(arrivals.map(\.execution)) {
            let record = try store.record(execution)
            let journal = try store.journal(of: execution)
            #expect(Reconciler().fold(journal.evidence) == record.state)
            let other = try shuffled.record(execution)
            #expect(other.state == record.state)
            #expect(other.unverifiedStatus == record.unverifiedStatus)
            #expect(other.createdAt == record.createdAt)
            let otherJournal = try shuffled.journal(of: execution)
            #expect(Set(otherJournal.evidence.observations) == Set(journal.evidence.observations))
            #expect(Set(otherJournal.reads) == Set(journal.reads))
        }
    }

    @Test("The same entries again change nothing that is believed", arguments: seeds.prefix(2))
    func repetition(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let arrivals = ArrivalSamples.sequence(of: 40, using: &random)
        let store = try fixture.open()
        try apply(arrivals, to: store, using: &random)
        let executions = Set(arrivals.map(\.execution)).sorted()
        let before = try executions.map { try store.record($0).state }
        try apply(arrivals.shuffled(using: &random), to: store, using: &random)
        #expect(try executions.map { try store.record($0).state } == before)
    }

    private func apply(_ arrivals: [Arrival], to store: SQLiteStore, using random: inout SeededGenerator) throws {
        var rest = arrivals[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Int.random(in: 1...9, using: &random))
            rest = rest.dropFirst(batch.count)
            #expect(try store.apply(batch.map(\.entry)).allSatisfy(\.isObserved))
        }
    }
}

/// A generator with a seed, so that a failure can be replayed with `GATEWAY_SEED`.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Arrivals without sense, and repeats of earlier ones at other times.
enum ArrivalSamples {
    static func sequence(of count: Int, using random: inout SeededGenerator) -> [Arrival] {
        var arrivals: [Arrival] = []
        while arrivals.count < count {
            if let old = arrivals.randomElement(using: &random), Int.random(in: 0..<4, using: &random) == 0 {
                arrivals.append(again(old, using: &random))
            } else {
                arrivals.append(new(using: &random))
            }
        }
        return arrivals
    }

    private static func again(_ old: Arrival, using random: inout SeededGenerator) -> Arrival {
        var arrival = old
        let moved = Int64.random(in: -200...200, using: &random)
        arrival.receivedAt = old.receivedAt.advanced(by: .seconds(moved))
        arrival.sentAt = old.sentAt?.advanced(by: .seconds(moved))
        return arrival
    }

    private static func new(using random: inout SeededGenerator) -> Arrival {
        let statuses = CallStatus.known + [.unknown("on-hold"), .busy, .completed, .ringing]
        let execution = "exec-\(Int.random(in: 0..<3, using: &random))"
        let second = Int64.random(in: 0..<600, using: &random)
        let status = statuses.randomElement(using: &random)
        var arrival: Arrival =
            switch Int.random(in: 0..<8, using: &random) {
            case 0: .hint(execution, status, at: second)
            case 1: .read(execution, status, from: .poll, sent: second)
            case 2: .read(execution, status, from: .check, sent: second)
            case 3: .webhook(execution, nil, at: second)
            default: .webhook(execution, status, at: second)
            }
        if Bool.random(using: &random) { arrival.updatedAt = .at(Int64.random(in: 0..<600, using: &random)) }
        if Bool.random(using: &random) {
            arrival.fields[.totalCost] = .number(Double(Int.random(in: 0..<3, using: &random)))
        }
        if Bool.random(using: &random) { arrival.fields[.createdAt] = .time(.at(second % 7)) }
        if Bool.random(using: &random) {
            let lines = (0..<40).map { "user: \($0 * Int.random(in: 7...9, using: &random))" }
            arrival.fields[.transcript] = .text(lines.joined(separator: "\n"))
        }
        return arrival
    }
}
