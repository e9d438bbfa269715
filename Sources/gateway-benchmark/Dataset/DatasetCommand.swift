import ArgumentParser
import CallDomain
import Foundation
import GRDB
import SQLiteStore

/// Makes a store as the gateway would have filled it over some years.
///
/// Old calls are as retention leaves them: every statement and every decision stays, without bodies and words (nothing of
/// the journal is merged into snapshots). Their rows are those of some hundred calls that the real store applied, with
/// other ids, agents, numbers and times in the same places. The newest calls are all applied by the real store, with bodies
/// and transcripts, up to the moment at which the data set ends: calls that are then under way are open. The index of
/// texts is made by the real store, too.
struct DatasetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataset", abstract: "Makes a store of many calls for `scale`, ")

    @Option(help: "How many calls.") var calls = 1_000_000
    @Option(help: "How many of them, the newest, have bodies and transcripts.") var newest = 200_000
    @Option(help: "Over how many days they are spread, up to the end of the data set.") var days = 730
    @Option(help: "The folder for the store, gateway.sqlite, which must not be there yet.") var folder: String

    func validate() throws {
        guard calls >= newest, newest >= 1_000 else {
            throw ValidationError("--calls must be at least --newest, 1000.")
        }
    }

    /// When the data set ends.
    static let end = Timestamp(seconds: 1_796_000_000)

    /// When a call begins.
    static func start(of number: Int, among calls: Int, days: Int) -> Timestamp {
        let length = Double(days) * 86_400_000
        let milliseconds = (length * Double(number) / Double(calls) - length).rounded(.down)
        return end.advanced(by: .milliseconds(Int64(milliseconds)))
    }

    private func start(of number: Int) -> Timestamp { Self.start(of: number, among: calls, days: days) }

    func run() throws {
        let directory = URL(filePath: folder)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let path = directory.appending(path: "gateway.sqlite").path
        guard !FileManager.default.fileExists(atPath: path) else { throw ValidationError("\(path) is there already.") }
        try SQLiteStore(path: path).close()
        let templates = try TemplateSet(folder: directory)
        say("templates applied")
        try writeOld(path: path, templates: templates)
        let store = try SQLiteStore(path: path)
        say("old calls written, file opened by the real store")
        try applyNewest(store)
        try addRest(store)
        say("newest calls applied")
        let later = Self.end.advanced(by: .seconds(86_400))
        var blocks = 0
        while case .indexed(isDone: false)? = try store.apply([.indexTexts(unchangedSince: later)]).first {
            blocks += 1
        }
        say("\(blocks) blocks of texts indexed")
        try check(store)
        try store.close()
        say("done")
    }

    private func writeOld(path: String, templates: TemplateSet) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let old = calls - newest
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
            var writer = try BulkWriter(db)
            for chunk in stride(from: 0, to: old, by: 100_000) {
                try db.inTransaction {
                    for number in chunk..<min(chunk + 100_000, old) {
                        let identity = CallIdentity(number: number, start: start(of: number))
                        var drawing = Drawing(seed: number ^ 0x5EED)
                        let kind = CallScript.kind(drawn: drawing.number(below: 100))
                        try writer.write(drawing.one(of: templates.byKind[kind]), as: identity)
                    }
                    return .commit
                }
                say("\(min(chunk + 100_000, old)) calls")
            }
            try finish(db, position: writer.position)
        }
        try queue.close()
    }

    /// What is not of single calls: the position, blocks of texts that are to be indexed, which changes are gone, and
    /// requests counted by the minute for as long as reports reach back.
    private func finish(_ db: Database, position: Int64) throws {
        try db.execute(sql: "UPDATE meta SET position = ?", arguments: [position])
        try db.execute(
            sql: "INSERT OR IGNORE INTO text_blocks (block, changed_at) SELECT DISTINCT call / 256, 0 FROM call_texts")
        for (account, _, _) in CallIdentity.accounts {
            try db.execute(
                sql: "INSERT INTO pruned_changes (account, sequence) VALUES (?, ?)",
                arguments: [account.rawValue, position])
        }
        let from = Self.end.advanced(by: .seconds(-99 * 86_400))
        let (begin, length) = (start(of: 0).rawValue, Self.end.duration(since: start(of: 0)).microseconds)
        try db.execute(
            sql: """
                WITH RECURSIVE minutes (at) AS (SELECT :from UNION ALL SELECT at + 60000000 FROM minutes WHERE at < :to)
                INSERT INTO tallies (position, account, kind, at, name, count)
                SELECT CAST(1.0 * :position * (at - :begin) / :length AS INTEGER), 'default', 'request', at, name,
                    1 + at / 60000000 % 7
                FROM minutes, (SELECT 'execution/ok' AS name
                    UNION ALL SELECT 'executions/ok' UNION ALL SELECT 'execution/server-error')
                """,
            arguments: [
                "from": max(from.rawValue, begin), "to": Self.end.rawValue, "position": position, "begin": begin,
                "length": length,
            ])
    }

    /// The newest calls in the order in which things come in, some hundred calls at a time.
    private func applyNewest(_ store: SQLiteStore) throws {
        var waiting: [(at: Timestamp, entry: JournalEntry)] = []
        func apply(before time: Timestamp) throws {
            waiting.sort { $0.at < $1.at }
            let due = waiting.prefix { $0.at < time }
            for start in stride(from: 0, to: due.count, by: 512) {
                _ = try store.apply(due[start..<min(start + 512, due.count)].map(\.entry))
            }
            waiting.removeFirst(due.count)
        }
        for number in calls - newest..<calls {
            let identity = CallIdentity(number: number, start: start(of: number))
            var drawing = Drawing(seed: number ^ 0x5EED)
            let kind = CallScript.kind(drawn: drawing.number(below: 100))
            waiting += try CallScript.entries(of: identity, kind: kind, words: number)
            if number % 1_024 == 0 { try apply(before: identity.start) }
        }
        try apply(before: Self.end)
    }

    /// An incident a day.
    private func addRest(_ store: SQLiteStore) throws {
        for day in 0..<days {
            let time = Self.end.advanced(by: .seconds((day - days) * 86_400))
            let agent = AgentID(rawValue: CallIdentity.agent(day % 30))
            let kind = [Incident.Kind.pathDegraded, .outage, .truncatedListing][day % 3]
            let incident = Incident(
                account: .default, agent: kind == .outage ? nil : agent, kind: kind, from: time,
                to: time.advanced(by: .seconds(1_800)), detail: "Made up.")
            _ = try store.apply([.incident(incident)])
        }
        _ = try store.apply([.heartbeat(at: Self.end)])
    }

    /// Law 4 on calls of all ages.
    private func check(_ store: SQLiteStore) throws {
        let samples = 2_000
        for sample in 0..<samples {
            let number = (calls - 1) / samples * sample
            let identity = CallIdentity(number: number, start: start(of: number))
            guard let dossier = try store.dossier(account: identity.account, reference: identity.execution),
                dossier.compared().isEqual
            else { throw UnreadableSample() }
        }
        say("\(samples) calls equal what their journals make")
    }

    private func say(_ text: String) {
        FileHandle.standardError.write(Data("\(Int(Stopwatch.elapsed() / 1_000_000)) s: \(text)\n".utf8))
    }
}
