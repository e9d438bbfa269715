import HTTPTypes

/// The cookie that holds a session's id. Its prefix has browsers refuse it from other hosts, paths and plain HTTP.
enum SessionCookie {
    static let name = "__Host-gateway"

    private static let attributes = "Path=/; Secure; HttpOnly; SameSite=Strict"

    /// The id a browser sends; nil where there is none, or more than one.
    static func read(_ head: HTTPRequest) -> String? { RequestCookies.value(of: name, in: head) }

    /// Has the browser keep an id until it is closed.
    static func set(_ id: String) -> String { "\(name)=\(id); \(attributes)" }

    /// Has the browser forget the id.
    static let cleared = "\(name)=; \(attributes); Max-Age=0"
}

/// Cookies of a request (RFC 6265, section 4.2).
enum RequestCookies {
    /// The value of a cookie; nil where there is none, or more than one, since readers would differ on which one counts.
    static func value(of name: String, in head: HTTPRequest) -> String? {
        let values = head.headerFields[values: .cookie].flatMap { $0.split(separator: ";") }.compactMap { pair in
            let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 && parts[0] == name ? String(parts[1]) : nil
        }
        return values.count == 1 ? values[0] : nil
    }
}
