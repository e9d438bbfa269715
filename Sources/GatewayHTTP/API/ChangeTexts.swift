import BolnaWire
import CallDomain
import GatewayService
import NIOCore
import Synchronization

/// What watchers are sent for a change: read and written once for all who may see the same, and sent to each from the same
/// memory.
///
/// A text shows its call as it was when the first of them asked. It is shared only as long as every commit since had its
/// own change to tell (``ChangeFeed/edition``), so that nobody is sent what was erased meanwhile.
final class ChangeTexts: Sendable {
    private let reader: StoreReader
    private let changes: ChangeFeed
    private let state = Mutex(State())

    /// The most texts that are kept, of about a kilobyte each.
    static let mostKept = 1_024

    /// What two watchers have in common who are sent the same.
    private struct Key: Hashable {
        var account: AccountID
        var cursor: ChangeCursor
        var reveals: Bool
    }

    private struct State {
        var edition: UInt64 = 0
        var texts: [Key: Task<ByteBuffer?, any Error>] = [:]
        /// The keys as they came, the oldest at `next` once there are ``mostKept``.
        var order: [Key] = []
        var next = 0
    }

    init(reader: StoreReader, changes: ChangeFeed) {
        self.reader = reader
        self.changes = changes
    }

    /// The event of a change; nil where the call is no longer there. The change is of the principal's account.
    func text(of change: Change, for principal: Principal) async throws -> ByteBuffer? {
        guard change.account == principal.account else { return nil }
        let key = Key(
            account: change.account, cursor: change.cursor, reveals: principal.scopes.contains(.reveal))
        let edition = changes.edition
        let text = state.withLock { state in
            if edition > state.edition { state = State(edition: edition) }
            if let known = state.texts[key] { return known }
            let text = Task { try await self.make(change, for: principal) }
            state.texts[key] = text
            if state.order.count < Self.mostKept {
                state.order.append(key)
            } else {
                state.texts[state.order[state.next]] = nil
                state.order[state.next] = key
                state.next = (state.next + 1) % Self.mostKept
            }
            return text
        }
        do { return try await text.value } catch {
            // The next one reads again: what hindered this reading may be gone.
            state.withLock { if $0.texts[key] == text { $0.texts[key] = nil } }
            throw error
        }
    }

    /// Reads a call and writes what one watcher may see of it.
    private func make(_ change: Change, for principal: Principal) async throws -> ByteBuffer? {
        let record = try await reader.read { store throws(StoreError) in
            try store.call(account: change.account, reference: change.call.rawValue, withBody: false)
        }
        return record.flatMap { VisibleCall($0, for: principal) }.map { Self.event(of: change, call: $0) }
    }

    /// The event of a change, with the call as it may be seen.
    static func event(of change: Change, call: VisibleCall) -> ByteBuffer {
        var json = JSONWriter(reserving: 1_024)
        json.object { json in
            json.member("status", change.status.word)
            json.member("source", change.source.word)
            json.member("at", change.at)
            json.key("call")
            call.writeRow(into: &json)
        }
        let head = "id: \(BoundCursor.text(change.cursor, account: change.account))\nevent: call\ndata: "
        var text = ByteBuffer()
        text.reserveCapacity(head.utf8.count + json.bytes.count + 2)
        text.writeString(head)
        text.writeBytes(json.bytes)
        text.writeString("\n\n")
        return text
    }
}
