import CCurl

/// A result of libcurl that is not success: its number and libcurl's words for it, which name no address.
package struct CurlCode: Error, Hashable, CustomStringConvertible {
    /// libcurl's number: of `CURLcode`, or of `CURLMcode` where ``isMulti``.
    package let number: Int
    /// Whether the multi interface gave it, which counts on its own.
    package let isMulti: Bool

    init(_ code: CURLcode) {
        number = Int(code.rawValue)
        isMulti = false
    }

    init(_ code: CURLMcode) {
        number = Int(code.rawValue)
        isMulti = true
    }

    static let outOfMemory = CurlCode(CURLE_OUT_OF_MEMORY)

    /// libcurl's words.
    package var description: String {
        let words =
            isMulti
            ? unsafe curl_multi_strerror(CURLMcode(rawValue: Int32(truncatingIfNeeded: number)))
            : unsafe curl_easy_strerror(CURLcode(rawValue: UInt32(truncatingIfNeeded: number)))
        guard let words = unsafe words else { return "code \(number)" }
        return unsafe String(cString: words)
    }
}

/// Throws what is not success.
func check(_ code: CURLcode) throws(CurlCode) {
    guard code == CURLE_OK else { throw CurlCode(code) }
}

/// Throws what is not success.
func check(_ code: CURLMcode) throws(CurlCode) {
    guard code == CURLM_OK else { throw CurlCode(code) }
}

/// libcurl as a whole: it must be set up once before anything else of it is used.
enum CurlLibrary {
    private static let result = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    static func prepare() throws(CurlCode) { try check(result) }
}
