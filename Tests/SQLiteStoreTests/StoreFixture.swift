import CallDomain
import Foundation
import GRDB
import Testing

@testable import SQLiteStore

/// A directory of its own for each test, removed with it, and the entries that tests store.
final class StoreFixture {
    let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    var path: String { directory.appendingPathComponent("gateway.sqlite").path }

    func open() throws -> SQLiteStore { try SQLiteStore(path: path) }
}

extension AccountID {
    static let other = AccountID(rawValue: "other")
}

extension Timestamp {
    /// A time of the tests: so many seconds after their beginning.
    static func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_760_000_000 + seconds) }
}

extension ContentDigest {
    /// A digest that stands for the bytes of this text.
    init(of text: String) {
        var words: (UInt64, UInt64, UInt64, UInt64) = (14_695_981_039_346_656_037, 1, 2, 3)
        for byte in text.utf8 {
            words.0 = (words.0 ^ UInt64(byte)) &* 1_099_511_628_211
            words.3 = words.2 &+ words.0.byteSwapped
            words.2 = words.1 ^ words.0
            words.1 = words.0 &* 31
        }
        self.init(words: words)
    }
}

/// What a test lets arrive; its bytes follow from what it says.
struct Arrival {
    var account = AccountID.default
    var execution = "exec-1"
    var status: CallStatus?
    var source = Source.webhook
    var trust = Trust.signed
    var standing = Standing.applied
    var receivedAt = Timestamp.at(0)
    var sentAt: Timestamp?
    var updatedAt: Timestamp?
    var fields: [CallField: FieldValue] = [:]
    var note = ""
    var callID: String?
    var correlationKey: String?

    static func webhook(_ execution: String, _ status: CallStatus?, at seconds: Int64) -> Arrival {
        Arrival(execution: execution, status: status, receivedAt: .at(seconds), updatedAt: .at(seconds))
    }

    static func hint(_ execution: String, _ status: CallStatus?, at seconds: Int64) -> Arrival {
        Arrival(execution: execution, status: status, trust: .addressed, standing: .hint, receivedAt: .at(seconds))
    }

    static func read(_ execution: String, _ status: CallStatus?, from source: Source = .poll, sent: Int64) -> Arrival {
        Arrival(
            execution: execution, status: status, source: source, trust: .authoritative, receivedAt: .at(sent + 1),
            sentAt: .at(sent))
    }

    var body: [UInt8] {
        let pairs = fields.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.name)=\($0.value)" }
        let status = status?.word ?? "-"
        return Array("\(execution) \(status) \(updatedAt?.rawValue ?? 0) \(pairs) \(note)".utf8)
    }

    var incoming: IncomingObservation {
        var set = FieldSet()
        for (field, value) in fields { set[field] = value }
        if let updatedAt { set[.updatedAt] = .time(updatedAt) }
        let text = String(decoding: body, as: UTF8.self)
        return IncomingObservation(
            account: account,
            key: ObservationKey(source: source, trust: trust, standing: standing, digest: ContentDigest(of: text)),
            receivedAt: receivedAt, sentAt: sentAt, body: body,
            statement: Statement(
                executionID: ExecutionID(rawValue: execution), status: status, updatedAt: updatedAt, fields: set),
            profile: ScopeProfile(path: .healthy),
            proposedCallID: CallID(rawValue: callID ?? "\(account.rawValue)-\(execution)"),
            correlationKey: correlationKey)
    }

    var entry: JournalEntry { .observation(incoming) }
}

extension SQLiteStore {
    /// Applies arrivals as one batch and returns what was observed; anything else fails the test.
    @discardableResult
    func observe(_ arrivals: Arrival...) throws -> [ObservedCall] {
        try apply(arrivals.map(\.entry)).map { receipt in
            guard case .observed(let call) = receipt else { throw UnexpectedReceipt(receipt: receipt) }
            return call
        }
    }

    func record(_ reference: String, account: AccountID = .default, withBody: Bool = false) throws -> CallRecord {
        try #require(try call(account: account, reference: reference, withBody: withBody))
    }

    func journal(of reference: String, account: AccountID = .default) throws -> CallJournal {
        let id = try record(reference, account: account).call
        return try #require(try journal(account: account, call: id, withBodies: true))
    }

    /// The number of rows of a table.
    func count(_ table: String) throws -> Int {
        try pool.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }

    /// Runs SQL on the writer, as nobody but a test does.
    func tamper(_ sql: String) throws {
        try pool.writeWithoutTransaction { db in try db.execute(sql: sql) }
    }
}

struct UnexpectedReceipt: Error {
    var receipt: JournalReceipt
}
