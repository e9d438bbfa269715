import CCurl

/// The address of Bolna's API: `https`, without user, query and fragment; read by libcurl's own parser, so that what is
/// checked here is what is used there.
package struct BolnaBaseURL: Hashable, Sendable, CustomStringConvertible {
    /// The address without a slash at its end.
    package let text: String

    /// Bolna's public API.
    package static let standard = BolnaBaseURL(text: "https://api.bolna.ai")

    /// Takes an address from outside.
    package init(validating address: String) throws(BolnaClientError) {
        guard let url = unsafe curl_url() else { throw .libcurl(.outOfMemory) }
        defer { unsafe curl_url_cleanup(url) }
        let code = unsafe curl_url_set(url, CURLUPART_URL, address, 0)
        guard code == CURLUE_OK else {
            throw .invalidBaseURL(reason: unsafe String(cString: curl_url_strerror(code)))
        }
        guard unsafe Self.part(CURLUPART_SCHEME, of: url) == "https" else {
            throw .invalidBaseURL(reason: "it must begin with https://")
        }
        guard unsafe Self.part(CURLUPART_USER, of: url) == nil, unsafe Self.part(CURLUPART_PASSWORD, of: url) == nil
        else { throw .invalidBaseURL(reason: "it must not name a user or a password") }
        guard !address.contains(where: { $0 == "?" || $0 == "#" }) else {
            throw .invalidBaseURL(reason: "it must not have a query or a fragment")
        }
        guard var text = unsafe Self.part(CURLUPART_URL, of: url) else {
            throw .invalidBaseURL(reason: "it has no host")
        }
        while text.hasSuffix("/") { text.removeLast() }
        self.text = text
    }

    private init(text: String) { self.text = text }

    /// The address.
    package var description: String { text }

    private static func part(_ part: CURLUPart, of url: OpaquePointer) -> String? {
        var bytes: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(url, part, &bytes, 0) == CURLUE_OK, let bytes = unsafe bytes else { return nil }
        defer { unsafe curl_free(bytes) }
        return unsafe String(cString: bytes)
    }
}
