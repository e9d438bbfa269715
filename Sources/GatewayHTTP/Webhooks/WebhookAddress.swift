import CallDomain
import Foundation

/// The addresses that webhooks are sent to: the gateway's own, and whatever else an agent may have.
enum WebhookAddress {
    /// The longest address that is set, in bytes.
    static let longest = 2_048
    /// A path's segment that is longer may be a secret, and is not shown.
    private static let longestShown = 20
    /// Stands for what is not shown.
    private static let hidden = "***"

    /// The path of the gateway's own address.
    static func path(account: AccountID, agent: AgentID?) -> String {
        "/webhooks/bolna/\(account.rawValue)/\(agent.map { PercentCoding.encode($0.rawValue) } ?? "-")"
    }

    /// Whether an address may be set.
    static func isAcceptable(_ text: String) -> Bool {
        guard text.utf8.count <= longest, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let url = URLComponents(string: text)
        else { return false }
        return url.scheme == "https" && !(url.host ?? "").isEmpty && url.user == nil && url.password == nil
            && url.fragment == nil
    }

    /// The token in an address of the gateway's own kind, and the agent it has to be for; nil in any other.
    static func token(in text: String, account: AccountID) -> (text: String, agent: AgentID?)? {
        guard let url = URLComponents(string: text) else { return nil }
        let parts = url.percentEncodedPath.split(separator: "/").compactMap { PercentCoding.decode($0) }
        guard parts.count == 5, parts[0] == "webhooks", parts[1] == "bolna", parts[2] == account.rawValue else {
            return nil
        }
        return (parts[4], parts[3] == "-" ? nil : AgentID(rawValue: parts[3]))
    }

    /// An address as it is shown: without user, password, values of the query, and long segments of the path that are no
    /// UUID, for each of them may be what lets a sender in.
    static func masked(_ text: String) -> String {
        guard let url = URLComponents(string: text), let host = url.host else { return hidden }
        let path = url.percentEncodedPath.split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.utf8.count <= longestShown || UUID(uuidString: String(part)) != nil ? String(part) : hidden
        }
        var shown = "\(url.scheme ?? "")://\(url.user == nil ? "" : hidden + "@")\(host)"
        if let port = url.port { shown += ":\(port)" }
        shown += path.joined(separator: "/")
        if url.percentEncodedQuery != nil { shown += "?" + hidden }
        return shown
    }
}
