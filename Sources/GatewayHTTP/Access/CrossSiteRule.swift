import HTTPTypes

/// Refuses what pages of other sites have browsers send along with a session (cross-site request forgery).
enum CrossSiteRule {
    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site")
    private static let fetchMode = HTTPField.Name("Sec-Fetch-Mode")
    private static let origin = HTTPField.Name("Origin")
    private static let host = HTTPField.Name("Host")

    /// Whether a request may act for the session it names.
    ///
    /// Changes have to come from a page of ours: browsers say so in `Sec-Fetch-Site`, older ones in `Origin`; a request
    /// that says neither is refused. Reads may also be typed, or be a link from elsewhere.
    static func allows(_ head: HTTPRequest) -> Bool {
        let site = fetchSite.flatMap { head.headerFields[$0] }
        if head.method == .get || head.method == .head {
            let isVisit = fetchMode.flatMap { head.headerFields[$0] } == "navigate"
            return site == nil || site == "same-origin" || site == "none" || isVisit
        }
        if let site { return site == "same-origin" }
        guard let origin = origin.flatMap({ head.headerFields[$0] }),
            let authority = head.authority ?? host.flatMap({ head.headerFields[$0] })
        else { return false }
        return origin.lowercased() == "https://\(authority.lowercased())"
    }
}
