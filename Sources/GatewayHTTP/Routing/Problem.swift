import BolnaWire
package import HTTPTypes

/// What went wrong with a request, as RFC 9457 states it; thrown by handlers and answered by the responder.
package struct Problem: Error, Hashable, Sendable {
    /// The kind, which gives status, type and title.
    package var kind: Kind
    /// One sentence for this occurrence, without personal data; nil says no more than the title.
    package var detail: String?
    /// When to try again, in whole seconds.
    package var retryAfterSeconds: Int64?
    /// The methods that would be allowed.
    package var allow: String?

    /// The kinds. Raw values end the `type`, `/problems/…`, and are stable.
    package enum Kind: String, Hashable, CaseIterable, Sendable {
        /// The request cannot be understood.
        case badRequest = "bad-request"
        /// No key, or a wrong one; a webhook that could not be verified.
        case unauthorized = "unauthorized"
        /// The key may not do this.
        case forbidden = "forbidden"
        /// There is no such thing, or not in this account.
        case notFound = "not-found"
        /// The address takes other methods.
        case methodNotAllowed = "method-not-allowed"
        /// The client was too slow.
        case tooSlow = "request-too-slow"
        /// The same request is being worked on, or ended without a known outcome.
        case conflict = "conflict"
        /// The body is larger than the address takes.
        case bodyTooLarge = "body-too-large"
        /// The body is encoded, and only identity is taken.
        case encodedBody = "encoded-body"
        /// The idempotency key came with another request before.
        case keyReused = "idempotency-key-reused"
        /// The request target, path and query, is too long.
        case targetTooLong = "target-too-long"
        /// The host is none of those that the gateway answers for.
        case misdirected = "misdirected"
        /// Too many, or too large header fields.
        case headersTooLarge = "headers-too-large"
        /// The call was checked just now.
        case coolingDown = "cooling-down"
        /// The key, or the client's address, asked too often.
        case tooManyRequests = "too-many-requests"
        /// A page of another site asks for a change.
        case crossSite = "cross-site"
        /// The range of bytes that is asked for is not there.
        case unsatisfiableRange = "range-not-satisfiable"
        /// The gateway failed.
        case internalError = "internal"
        /// Bolna gave no usable answer.
        case bolnaFailed = "bolna-failed"
        /// Bolna refused to place the call.
        case bolnaRefused = "bolna-refused"
        /// Bolna does not know the call.
        case unknownToBolna = "unknown-to-bolna"
        /// The gateway cannot take more now.
        case busy = "busy"
        /// The account has no token for Bolna's API.
        case noToken = "no-token"

        /// The HTTP status.
        package var status: HTTPResponse.Status {
            switch self {
            case .badRequest: .badRequest
            case .unauthorized: .unauthorized
            case .forbidden, .crossSite: .forbidden
            case .notFound, .unknownToBolna: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .tooSlow: .requestTimeout
            case .conflict: .conflict
            case .bodyTooLarge: .contentTooLarge
            case .encodedBody: .unsupportedMediaType
            case .keyReused: .unprocessableContent
            case .targetTooLong: .uriTooLong
            case .misdirected: .misdirectedRequest
            case .headersTooLarge: .requestHeaderFieldsTooLarge
            case .coolingDown, .tooManyRequests: .tooManyRequests
            case .unsatisfiableRange: .rangeNotSatisfiable
            case .internalError: .internalServerError
            case .bolnaFailed, .bolnaRefused: .badGateway
            case .busy, .noToken: .serviceUnavailable
            }
        }

        /// The title, the same for each occurrence.
        package var title: String {
            switch self {
            case .badRequest: "The request cannot be understood"
            case .unauthorized: "Not authorized"
            case .forbidden: "The key may not do this"
            case .notFound: "Not found"
            case .methodNotAllowed: "Method not allowed"
            case .tooSlow: "The request came too slowly"
            case .conflict: "The request conflicts with an earlier one"
            case .bodyTooLarge: "The body is too large"
            case .encodedBody: "Only bodies without content encoding are taken"
            case .keyReused: "The idempotency key came with another request before"
            case .targetTooLong: "The request target is too long"
            case .misdirected: "The gateway does not answer for this host"
            case .headersTooLarge: "The header fields are too many or too large"
            case .coolingDown: "The call was checked just now"
            case .tooManyRequests: "Too many requests"
            case .crossSite: "The request comes from a page of another site"
            case .unsatisfiableRange: "The range of bytes is not there"
            case .internalError: "The gateway failed"
            case .bolnaFailed: "Bolna gave no usable answer"
            case .bolnaRefused: "Bolna refused the call"
            case .unknownToBolna: "Bolna does not know the call"
            case .busy: "The gateway cannot take more now"
            case .noToken: "The account has no token for Bolna"
            }
        }
    }

    /// Puts a problem together; `retryAfter` is rounded up to whole seconds, at least one.
    package init(_ kind: Kind, _ detail: String? = nil, retryAfter: Duration? = nil, allow: String? = nil) {
        self.kind = kind
        self.detail = detail
        self.retryAfterSeconds = retryAfter.map {
            max(1, $0.components.seconds + ($0.components.attoseconds > 0 ? 1 : 0))
        }
        self.allow = allow
    }

    /// The body as `application/problem+json`.
    package var body: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("type", "/problems/\(kind.rawValue)")
            json.member("title", kind.title)
            json.member("status", kind.status.code)
            if let detail { json.member("detail", detail) }
        }
        return json.bytes
    }

    /// The header fields, apart from type and length of the body.
    var fields: HTTPFields {
        var fields = HTTPFields()
        if let retryAfterSeconds { fields[.retryAfter] = String(retryAfterSeconds) }
        if let allow { fields[.allow] = allow }
        if kind == .unauthorized { fields[.wwwAuthenticate] = "Bearer" }
        return fields
    }

    /// The head of an answer with this problem as its body.
    func head(isSecure: Bool) -> HTTPResponse {
        var fields = fields
        fields[.contentType] = MediaType.problem
        fields[.contentLength] = String(body.count)
        SecurityFields.add(to: &fields, isSecure: isSecure)
        return HTTPResponse(status: kind.status, headerFields: fields)
    }
}

/// The media types of answers.
enum MediaType {
    static let json = "application/json"
    static let problem = "application/problem+json"
    static let events = "text/event-stream"
    static let text = "text/plain; charset=utf-8"
    static let metrics = "text/plain; version=0.0.4; charset=utf-8"
}

/// The header fields every answer carries.
enum SecurityFields {
    /// `X-Content-Type-Options`.
    private static let contentTypeOptions = HTTPField.Name("X-Content-Type-Options")

    static func add(to fields: inout HTTPFields, isSecure: Bool) {
        if let contentTypeOptions { fields[contentTypeOptions] = "nosniff" }
        if fields[.cacheControl] == nil { fields[.cacheControl] = "no-store" }
        // Two years, as Mozilla's guidelines say.
        if isSecure { fields[.strictTransportSecurity] = "max-age=63072000" }
    }
}
