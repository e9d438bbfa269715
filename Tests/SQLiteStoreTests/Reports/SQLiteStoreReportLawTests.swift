import CallDomain
import Testing

@testable import SQLiteStore

/// Laws of reports over random journals.
@Suite("SQLiteStore: laws of reports")
struct SQLiteStoreReportLawTests {
    private static let statuses: [CallStatus] = [
        .queued, .initiated, .ringing, .inProgress, .callDisconnected, .completed, .busy, .failed, .unknown("on-hold"),
    ]

    /// Entries as they might come in some minutes, of a few calls of a few agents.
    private static func entries(_ count: Int, from start: Int64, random: inout Random) -> [JournalEntry] {
        (0..<count).map { number in
            let time = start + Int64(number) * 7 + Int64(random.number(below: 40))
            let execution = "call-\(random.number(below: 6))"
            let status = statuses[random.number(below: statuses.count)]
            var arrival: Arrival
            switch random.number(below: 15) {
            case 12:
                return .audit(
                    Audit(
                        account: .default, call: CallID(rawValue: "default-\(execution)"), agent: nil, at: .at(time),
                        outcome: Audit.Outcome.allCases[random.number(below: Audit.Outcome.allCases.count)],
                        differing: []))
            case 13:
                var ruled = Arrival.webhook(execution, status, at: time / 150 * 150).incoming
                let named = Arrival.webhook(execution, status, at: time / 150 * 150)
                ruled.key = ObservationKey(
                    source: .ruling, trust: .authoritative, standing: .applied,
                    digest: ContentDigest(of: "ruling \(time)"))
                ruled.receivedAt = .at(time)
                ruled.statement = Statement(executionID: ruled.statement.executionID, status: nil)
                ruled.withdraws = [named.incoming.key]
                return .observation(ruled)
            case 14:
                var replayed = Arrival.webhook(execution, status, at: time - 200)
                replayed.note = "replayed"
                var incoming = replayed.incoming
                incoming.replayedAt = .at(time)
                return .quarantineTrial(
                    QuarantineTrial(
                        account: .default, entry: Int64(random.number(below: 6)), observations: [incoming],
                        resolution: random.number(below: 2) == 0 ? .replayedByHand : nil, circumstances: "these",
                        at: .at(time)))
            case 0: return .heartbeat(at: .at(time))
            case 1:
                return .quarantine(
                    QuarantinedDelivery(
                        account: .default, agent: nil, source: .webhook, trust: .signed, receivedAt: .at(time),
                        reason: QuarantineReason.allCases[random.number(below: 4)], detail: "",
                        digest: ContentDigest(of: "\(random.number(below: 3))"), body: [1]))
            case 2:
                return .tallies(
                    [Tally(account: .default, kind: .request, name: "execution/ok", count: number + 1)], at: .at(time))
            case 3:
                return .incident(
                    Incident(
                        account: .default, kind: .outage, from: .at(Int64(random.number(below: 3)) * 100),
                        to: random.number(below: 2) == 0 ? nil : .at(time), detail: "\(number)"))
            case 4:
                return .readFailed(
                    FailedRead(
                        account: .default, call: CallID(rawValue: "default-\(execution)"), at: .at(time),
                        retryAt: .at(time + 30), isNotFound: random.number(below: 2) == 0))
            case 5, 6, 7:
                let source = [Source.poll, .check, .sweep][random.number(below: 3)]
                arrival = .read(execution, status, from: source, sent: time)
                arrival.updatedAt = .at(time - 20)
            case 8: arrival = .hint(execution, status, at: time)
            default:
                // Coarse times make some bodies repeat.
                arrival = .webhook(execution, status, at: time)
                arrival.updatedAt = .at(time / 150 * 150)
            }
            // Now and then a call turns out to be another agent's.
            let agent = random.number(below: 8) == 0 ? 49 : Int(execution.utf8.last ?? 0)
            if random.number(below: 2) == 0 { arrival.fields[.agentID] = .text("agent-\(agent)") }
            return arrival.entry
        }
    }

    private struct Random {
        var state: UInt64

        mutating func number(below bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((value ^ (value >> 31)) % UInt64(bound))
        }
    }

    private static let queries: [ReportQuery] = [
        .window(from: -1_000, to: 10_000), .window(from: 100, to: 400),
        .window(from: -1_000, to: 10_000, agent: "agent-49"),
    ]

    @Test("Every total equals its list, and the parts of a division sum up to what they divide", arguments: 1...5)
    func totals(seed: UInt64) throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        var random = Random(state: seed)
        for batch in 0..<8 {
            _ = try store.apply(Self.entries(20, from: Int64(batch) * 140, random: &random))
        }
        for query in Self.queries {
            let report = try store.report(query)
            for figure in report.figures where figure.id.unit != .milliseconds {
                let items = try store.list(figure.id, query, pageSize: 7)
                #expect(items.map(\.count).reduce(0, +) == figure.value, "\(figure.id)")
                #expect(items == items.sorted { ($0.at, $0.position) < ($1.at, $1.position) }, "\(figure.id)")
            }
            let parts = Dictionary(grouping: report.figures.filter { $0.id.total != nil }, by: \.id.kind)
            for (kind, figures) in parts {
                let sum = figures.compactMap(\.value).reduce(0, +)
                #expect(sum == kind.total.flatMap { report.value($0) }, "\(kind)")
            }
        }
        #expect(try #require(store.report(Self.queries[0]).value(.changes)) > 0)
    }

    @Test("What is counted in one pass equals what a statement for each figure counts", arguments: 1...5)
    func onePass(seed: UInt64) throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        var random = Random(state: seed &* 31)
        for batch in 0..<8 {
            _ = try store.apply(Self.entries(20, from: Int64(batch) * 140, random: &random))
        }
        let newest = try store.reportPositions().upperBound
        for query in Self.queries {
            for position in [newest, newest / 2] {
                var query = query
                query.asOf = position
                let report = try store.report(query)
                try store.read { db in
                    let computation = try ReportComputation(query, db: db)
                    for figure in report.figures where figure.id.unit != .milliseconds {
                        #expect(try computation.plainValue(of: figure.id) == figure.value, "\(figure.id)")
                    }
                }
            }
        }
    }

    @Test(
        "A report as of a position, and each of its lists, stays what it was while the journal grows", arguments: 1...5)
    func asOf(seed: UInt64) throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        var random = Random(state: seed &* 77)
        var taken: [(report: ReconciliationReport, lists: [[ReportItem]])] = []
        for batch in 0..<10 {
            _ = try store.apply(Self.entries(15, from: Int64(batch) * 105, random: &random))
            for query in Self.queries {
                let report = try store.report(query)
                taken.append((report, try FigureID.all.map { try store.list($0, report.query) }))
            }
        }
        for (report, lists) in taken {
            #expect(try store.report(report.query) == report)
            for (id, list) in zip(FigureID.all, lists) {
                #expect(try store.list(id, report.query) == list, "\(id)")
            }
        }
    }
}
