import CallDomain
import Foundation
import GatewayService
import Logging
import SQLiteStore
import ServiceLifecycle
import Synchronization
import WebhookTrust

/// The poller, the writer and the store as they run in the gateway, over a client that answers at once.
struct BacklogRun {
    private let store: SQLiteStore
    private let accounts: [AccountID]
    private let due: Int
    private let answers: String

    /// The call numbers of one account lie this far from those of the next.
    fileprivate static let apart = 1_000_000

    /// Makes a store in which so many calls are due, shared by organizations; Bolna says of each that it is in the status
    /// `answers`.
    init(path: String, organizations: Int, due: Int, answers: String) throws {
        store = try SQLiteStore(path: path)
        accounts = (0..<organizations).map { AccountID(rawValue: "organization-\($0)") }
        self.due = due
        self.answers = answers
        let start = RealTime.now().advanced(by: .seconds(-3_600))
        for (index, account) in accounts.enumerated() {
            try OverdueStore.ring(
                due / organizations, in: store, account: account, from: start, bytes: 3_600, first: index * Self.apart)
        }
    }

    /// Lets it run, and returns a line that tells what it took.
    func workOff(for seconds: Int) async throws -> String {
        let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        let settings = ExpectationSettings()
        // The sample's calls are old: with the usual retention each answer would be redacted as it comes.
        let retention = RetentionPolicy(bodies: nil, transcripts: nil, calls: nil, audit: nil)
        let directory = AccountDirectory(
            accounts.map { GatewayAccount(id: $0, hasToken: true, retention: retention) })
        let metrics = GatewayMetrics(registry: PrometheusRegistry())
        let reader = StoreReader(store: store)
        let bolna = InstantBolna(status: answers)
        let counted = CountedCommits(store)
        let context = ServiceContext(
            accounts: directory, api: bolna, reader: reader,
            writer: JournalWriter(
                store: counted, changes: ChangeFeed(reader: reader), metrics: metrics, logger: logger),
            health: HealthBook(accounts: directory, settings: settings, logger: logger),
            gate: RequestGate(accounts: directory, settings: settings), metrics: metrics, settings: settings,
            now: RealTime.now, digest: { (try? ContentHash.sha256($0)) ?? ContentDigest(words: (0, 0, 0, 0)) },
            newID: { "" }, chance: { 0.5 }, logger: logger)
        let poller = Poller(context: context, clock: ContinuousClock())
        let group = ServiceGroup(services: [context.writer, poller], logger: logger)
        let memory = RealTime.residentKiB()
        let (processor, elapsed) = (Stopwatch.processor(), Stopwatch.elapsed())
        async let running: Void = group.run()
        try await Task.sleep(for: .seconds(seconds))
        let used = Stopwatch.processor() - processor
        let passed = Stopwatch.elapsed() - elapsed
        let grown = RealTime.residentKiB() - memory
        await group.triggerGracefulShutdown()
        try await running
        try store.close()
        let sent = bolna.sent
        let budget =
            Double(RequestBudget.other.usedPerMinute) / 60 * (1 - PollPlanner.reservedForPersons)
            * Double(accounts.count)
        return String(
            format: "%3d organizations, answer %@: %.1f single reads/s of %.1f in the budgets, %.1f list pages/s, "
                + "%.1f %% of a core, %.0f µs each, %.1f entries a commit, most steps back in an account's deadlines %d, "
                + "memory %+d KiB",
            accounts.count, answers, Double(sent.reads) / passed * 1e6, budget, Double(sent.pages) / passed * 1e6,
            used / passed * 100, used / Double(max(sent.reads + sent.pages, 1)), counted.meanEntries,
            sent.stepsBack, grown)
    }
}

/// Answers at once, in the status it was given, and notes in which order calls are read.
private final class InstantBolna: BolnaAPI {
    struct Sent {
        var reads = 0
        var pages = 0
        /// By how many calls a read came after later ones of its account.
        var stepsBack = 0
        var latest: [AccountID: Int] = [:]
    }

    private let body: [UInt8]
    private let status: String
    private let state = Mutex(Sent())

    /// Where the number of a call stands in a body, and how many digits it has.
    private static let digits = 31..<43

    init(status: String) {
        self.status = status
        let index = SampleCall.statuses.firstIndex(of: status) ?? 0
        body = SampleCall(bytes: 3_600).body(number: 0, status: index)
    }

    var sent: Sent { state.withLock(\.self) }

    func send(_ request: BolnaRequest) async -> BolnaAnswer {
        let now = RealTime.now()
        return BolnaAnswer(
            sentAt: now, receivedAt: now,
            outcome: .response(status: 200, retryAfter: nil, body: answer(request)))
    }

    private func answer(_ request: BolnaRequest) -> [UInt8] {
        switch request.endpoint {
        case .execution(let id):
            let digits = id.rawValue.utf8.suffix(Self.digits.count)
            note(Int(String(decoding: digits, as: UTF8.self)) ?? 0, of: request.account)
            var told = body
            told.replaceSubrange(Self.digits, with: digits)
            return told
        case .executions:
            // What no row tells is read singly.
            state.withLock { $0.pages += 1 }
            return Array(#"{"page_number":1,"page_size":50,"total":0,"has_more":false,"data":[]}"#.utf8)
        default: return Array(#"{"id":"\#(request.account.rawValue)"}"#.utf8)
        }
    }

    private func note(_ number: Int, of account: AccountID) {
        state.withLock { state in
            state.reads += 1
            state.stepsBack = max(state.stepsBack, state.latest[account, default: number] - number)
            state.latest[account] = max(state.latest[account, default: number], number)
        }
    }
}

/// A store whose commits are counted.
private final class CountedCommits: JournalStore {
    private let store: SQLiteStore
    private let counts = Mutex((commits: 0, entries: 0))

    init(_ store: SQLiteStore) { self.store = store }

    var meanEntries: Double { counts.withLock { Double($0.entries) / Double(max($0.commits, 1)) } }

    func apply(_ batch: [JournalEntry]) throws(StoreError) -> [JournalReceipt] {
        counts.withLock { counts in
            counts.commits += 1
            counts.entries += batch.count
        }
        return try store.apply(batch)
    }
}

/// The time and the memory of this process.
enum RealTime {
    static func now() -> Timestamp {
        Timestamp(rawValue: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }

    /// The resident memory, in KiB; 0 where the system does not tell.
    static func residentKiB() -> Int {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
        return (pages.flatMap { $0.count > 1 ? Int($0[1]) : nil } ?? 0) * 4
    }
}
