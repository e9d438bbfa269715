/// Why there is no client.
package enum BolnaClientError: Error, Hashable, CustomStringConvertible {
    /// The base address cannot be used, with the reason; the address itself may hold a password and is left out.
    case invalidBaseURL(reason: String)
    /// libcurl could not be set up.
    case libcurl(CurlCode)

    /// What failed, and why.
    package var description: String {
        switch self {
        case .invalidBaseURL(let reason): "the base address of Bolna's API cannot be used: \(reason)"
        case .libcurl(let code): "libcurl cannot be set up: \(code)"
        }
    }
}
