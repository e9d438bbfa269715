import CallDomain
import WebhookTrust

/// Where a list goes on, as opaque text that is bound to its account.
enum PageCursor {
    private static let version = "1"

    /// The text for a client.
    static func text(_ cursor: CallPageCursor, account: AccountID) -> String {
        let parts = [version, account.rawValue, String(cursor.createdAt.rawValue), cursor.call.rawValue]
        return Base64URL.encode(Array(parts.joined(separator: "|").utf8))
    }

    /// The text for a client, of a list that is ordered by a number.
    static func text(number: Int64, account: AccountID) -> String {
        Base64URL.encode(Array([version, account.rawValue, String(number)].joined(separator: "|").utf8))
    }

    /// Reads a client's text of a list that is ordered by a number.
    static func readNumber(_ text: String, account: AccountID) throws(Problem) -> Int64 {
        let parts = String(decoding: Base64URL.decode(text) ?? [], as: UTF8.self)
            .split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == version, parts[1] == account.rawValue, let number = Int64(parts[2]) else {
            throw Problem(.badRequest, "The cursor is not one of this list.")
        }
        return number
    }

    /// The text for a client, of the list of a figure.
    static func text(_ cursor: ReportCursor, account: AccountID, figure: FigureID) -> String {
        Base64URL.encode(
            Array([version, account.rawValue, figure.rawValue, cursor.text].joined(separator: "|").utf8))
    }

    /// Reads a client's text of the list of a figure; one of another account or figure is refused.
    static func read(_ text: String, account: AccountID, figure: FigureID) throws(Problem) -> ReportCursor {
        let parts = String(decoding: Base64URL.decode(text) ?? [], as: UTF8.self)
            .split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == version, parts[1] == account.rawValue, parts[2] == figure.rawValue,
            let cursor = ReportCursor(text: String(parts[3]))
        else { throw Problem(.badRequest, "The cursor is not one of this list.") }
        return cursor
    }

    /// Reads a client's text; one of another account is refused as any other text that is not ours.
    static func read(_ text: String, account: AccountID) throws(Problem) -> CallPageCursor {
        let parts = String(decoding: Base64URL.decode(text) ?? [], as: UTF8.self)
            .split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == version, parts[1] == account.rawValue, let time = Int64(parts[2]) else {
            throw Problem(.badRequest, "The cursor is not one of this list.")
        }
        return CallPageCursor(createdAt: Timestamp(rawValue: time), call: CallID(rawValue: String(parts[3])))
    }
}
