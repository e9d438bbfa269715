import HTTPTypes

extension CrossSiteRule {
    private static let pageOrigin = HTTPField.Name("Origin")

    /// Whether a request may act for whom its cookie names: it comes from a page of ours, or, for what is below `/api/`
    /// alone, of one of these sites, whose origins are in lower case. Browsers state the origin of every change, and scripts cannot (Fetch standard, “forbidden
    /// request-header”).
    static func allows(_ head: HTTPRequest, origins: Set<String>) -> Bool {
        if let origin = pageOrigin.flatMap({ head.headerFields[$0] }), origins.contains(origin.lowercased()),
            head.path?.hasPrefix("/api/") == true
        {
            return true
        }
        return allows(head)
    }
}
