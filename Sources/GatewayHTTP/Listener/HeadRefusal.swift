import GatewayService
import HTTPTypes

/// Why a request is refused by its head alone.
enum HeadRefusal: Error, Equatable {
    case malformed
    case hostMissing
    case targetTooLong
    case headersTooLarge
    case bodyTooLarge
    case encoded
    case pipelinedTooDeep
    case tunnel

    /// Judges a head; nil lets it through.
    init?(head: HTTPRequest, isStream: Bool, limits: ListenerLimits) {
        let target = head.path?.utf8.count ?? 0
        var total = head.authority?.utf8.count ?? 0
        var longest = total
        for field in head.headerFields {
            let size = field.name.canonicalName.utf8.count + field.value.utf8.count
            longest = max(longest, size)
            total += size
        }
        if target > limits.targetBytes {
            self = .targetTooLong
        } else if head.headerFields.count > limits.headerFields || longest > limits.headerFieldBytes
            || total > limits.headerBytes
        {
            self = .headersTooLarge
        } else if head.method == .connect {
            self = .tunnel
        } else if !Self.namesHost(head, isStream: isStream) {
            self = .hostMissing
        } else if let length = head.headerFields[.contentLength].flatMap(Int.init), length > limits.bodyBytes {
            self = .bodyTooLarge
        } else if let encoding = head.headerFields[.contentEncoding], encoding.lowercased() != "identity" {
            self = .encoded
        } else {
            return nil
        }
    }

    /// Whether the host is named exactly once (RFC 9112, section 3.2). The first Host field of HTTP/1 became the authority,
    /// a second one stays among the fields; over HTTP/2 a Host field may repeat `:authority`, or stand for it.
    private static func namesHost(_ head: HTTPRequest, isStream: Bool) -> Bool {
        guard let host else { return true }
        let fields = head.headerFields[values: host]
        guard let authority = head.authority else { return isStream && fields.count == 1 && fields != [""] }
        return !authority.isEmpty && (isStream ? fields.allSatisfy { $0 == authority } : fields.isEmpty)
    }

    private static let host = HTTPField.Name("Host")

    /// The refusal as it is sent.
    var problem: Problem {
        switch self {
        case .malformed: Problem(.badRequest, "The request is not valid HTTP.")
        case .hostMissing: Problem(.badRequest, "A request names its host exactly once.")
        case .targetTooLong: Problem(.targetTooLong)
        case .headersTooLarge: Problem(.headersTooLarge)
        case .bodyTooLarge: Problem(.bodyTooLarge)
        case .encoded: Problem(.encodedBody)
        case .pipelinedTooDeep: Problem(.badRequest, "Too many requests wait for their answers on this connection.")
        case .tunnel: Problem(.methodNotAllowed, "The gateway is no proxy.", allow: "GET, HEAD, POST")
        }
    }

    /// The refusal as it is counted.
    var limit: ListenerLimit {
        switch self {
        case .malformed, .hostMissing, .encoded, .tunnel: .malformed
        case .targetTooLong: .target
        case .headersTooLarge: .headers
        case .bodyTooLarge: .body
        case .pipelinedTooDeep: .pipelinedRequests
        }
    }
}
