/// Cookies of a request (RFC 6265, section 4.2).
enum RequestCookies {
    /// The value of a cookie in these `Cookie` fields; nil where there is none, or more than one, since readers would differ
    /// on which one counts.
    static func value(of name: String, among fields: [String]) -> String? {
        let values = fields.flatMap { $0.split(separator: ";") }.compactMap { pair in
            let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 && parts[0] == name ? String(parts[1]) : nil
        }
        return values.count == 1 ? values[0] : nil
    }
}
