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

    /// What a client's text says of a list that is ordered by a number; nil where it is not one of this account.
    static func number(in text: String, account: AccountID) -> Int64? {
        let parts = String(decoding: Base64URL.decode(text) ?? [], as: UTF8.self)
            .split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == version, parts[1] == account.rawValue else { return nil }
        return Int64(parts[2])
    }

    /// The text for a client, of the list of a figure.
    static func text(_ cursor: ReportCursor, account: AccountID, figure: FigureID) -> String {
        Base64URL.encode(
            Array([version, account.rawValue, figure.rawValue, cursor.text].joined(separator: "|").utf8))
    }

    /// What a client's text says of the list of a figure; nil where it is not one of this account and figure.
    static func cursor(in text: String, account: AccountID, figure: FigureID) -> ReportCursor? {
        let parts = String(decoding: Base64URL.decode(text) ?? [], as: UTF8.self)
            .split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == version, parts[1] == account.rawValue, parts[2] == figure.rawValue else {
            return nil
        }
        return ReportCursor(text: String(parts[3]))
    }

    /// What a client's text says; nil where it is not one of this account.
    static func cursor(in text: String, account: AccountID) -> CallPageCursor? {
        let parts = String(decoding: Base64URL.decode(text) ?? [], as: UTF8.self)
            .split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == version, parts[1] == account.rawValue, let time = Int64(parts[2]) else {
            return nil
        }
        return CallPageCursor(createdAt: Timestamp(rawValue: time), call: CallID(rawValue: String(parts[3])))
    }
}
