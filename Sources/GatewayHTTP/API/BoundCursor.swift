import CallDomain
import GatewayService
import WebhookTrust

/// Cursors as clients see them: opaque texts, each bound to its account and to the kind of list it came from. A cursor of
/// another account or list is refused as any other text that is not ours.
enum BoundCursor {
    /// What lists there are.
    private enum List: String {
        case changes
        case quarantineRun = "quarantine-run"
    }

    private static let version = "1"
    /// The longest text that is read, in bytes.
    private static let longestText = 512
    /// Stands before the first change of every account.
    private static let beginning = "0"

    /// The id of an event, after which a stream goes on.
    static func text(_ cursor: ChangeCursor, account: AccountID) -> String {
        text(cursor.text, of: .changes, account: account)
    }

    /// The next page of a run over the quarantine.
    static func text(_ cursor: QuarantineRequest.Cursor, account: AccountID) -> String {
        text(cursor.text, of: .quarantineRun, account: account)
    }

    /// Reads the id of an event, or `0`, the beginning.
    static func change(_ text: String, account: AccountID) throws(Problem) -> ChangeCursor {
        let plain = text == beginning ? text : read(text, of: .changes, account: account)
        guard let cursor = plain.flatMap(ChangeCursor.init(text:)) else {
            throw Problem(.badRequest, "Last-Event-ID and since take the id of an event, or 0 for the beginning.")
        }
        return cursor
    }

    /// Reads where a run over the quarantine goes on.
    static func quarantineRun(_ text: String, account: AccountID) throws(Problem) -> QuarantineRequest.Cursor {
        let plain = read(text, of: .quarantineRun, account: account)
        guard let cursor = plain.flatMap(QuarantineRequest.Cursor.init(text:)) else {
            throw Problem(.badRequest, "The cursor is not one of such a run.")
        }
        return cursor
    }

    private static func text(_ cursor: String, of list: List, account: AccountID) -> String {
        Base64URL.encode(Array([version, account.rawValue, list.rawValue, cursor].joined(separator: "|").utf8))
    }

    /// The cursor in a client's text; nil where it is not one of this list and account.
    private static func read(_ text: String, of list: List, account: AccountID) -> String? {
        guard text.utf8.count <= longestText, let bytes = Base64URL.decode(text) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self)
            .split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == version, parts[1] == account.rawValue, parts[2] == list.rawValue else {
            return nil
        }
        return String(parts[3])
    }
}
