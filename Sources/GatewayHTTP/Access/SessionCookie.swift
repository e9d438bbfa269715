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

extension RequestCookies {
    /// The value of a cookie of a request; nil where there is none, or more than one.
    static func value(of name: String, in head: HTTPRequest) -> String? {
        value(of: name, among: head.headerFields[values: .cookie])
    }
}
