import CallDomain
import Foundation
import GRDB
import SQLiteStore

/// Calls of all kinds as the real store keeps them once retention has taken bodies and words.
struct TemplateSet {
    /// By kind, see ``CallScript``.
    let byKind: [[CallTemplate]]

    /// How many calls there are of each kind.
    private static let perKind = 24
    private static let kinds = 13

    /// Applies the calls to a store of their own and reads what is left.
    init(folder: URL) throws {
        let path = folder.appending(path: "templates.sqlite").path
        defer { for end in ["", "-wal", "-shm", ".lock"] { try? FileManager.default.removeItem(atPath: path + end) } }
        let store = try SQLiteStore(path: path)
        var identities: [[CallIdentity]] = []
        var time = Timestamp(seconds: 1_600_000_000)
        for kind in 0..<Self.kinds {
            identities.append([])
            for number in 0..<Self.perKind {
                time = time.advanced(by: .seconds(10 * 86_400))
                var identity = CallIdentity(number: -1 - kind * Self.perKind - number, start: time)
                identity.account = .default
                identities[kind].append(identity)
                let entries = try CallScript.entries(of: identity, kind: kind, words: number)
                _ = try store.apply(entries.map(\.entry))
            }
        }
        let end = time.advanced(by: .seconds(4_000 * 86_400))
        for kind in [RetentionStep.Kind.bodies, .transcripts] {
            let step = RetentionStep(account: .default, kind: kind, before: end, at: end)
            while case .erased(let data)? = try store.apply([.retain(step)]).first, !data.isDone {}
        }
        for identity in identities.joined() {
            guard try store.dossier(account: .default, reference: identity.call)?.compared().isEqual == true else {
                throw UnreadableSample()
            }
        }
        // What is changed and copied must stand as it is: names in a packed value may be in pieces. The copies are packed again.
        try store.unpackAll()
        try store.close()
        let queue = try DatabaseQueue(path: path)
        byKind = try queue.read { db in
            try identities.map { try $0.map { try CallTemplate(db, of: $0) } }
        }
        try queue.close()
    }
}
