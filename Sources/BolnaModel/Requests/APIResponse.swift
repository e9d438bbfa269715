/// What was done to an answer.
package enum AnswerFault: String, Sendable {
    /// It comes slowly.
    case slow
    /// It breaks off.
    case cut
}

/// The answer to a request.
package struct APIResponse: Hashable, Sendable {
    /// The HTTP status.
    package var status: Int
    /// Header names and values, without the length.
    package var headers: [Header]
    /// The whole body, also where it is to be cut.
    package var body: [UInt8]
    /// Microseconds of real time to wait before the answer is sent.
    package var delay: Int64 = 0
    /// Send only that many bytes of the body, though all are announced, and close the connection.
    package var cutAfter: Int?

    /// One header.
    package struct Header: Hashable, Sendable {
        /// Its name.
        package var name: String
        /// Its value.
        package var value: String

        /// Puts a header together.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// An answer that is sent at once and whole.
    package init(status: Int, headers: [Header], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    static func json(_ status: Int, _ value: JSONValue) -> APIResponse {
        APIResponse(
            status: status, headers: [Header(name: "Content-Type", value: "application/json")], body: value.bytes)
    }

    /// The documented envelope of errors.
    static func error(_ status: Int, code: Int64? = nil, _ message: String) -> APIResponse {
        .json(status, ["error": .integer(code ?? Int64(status)), "message": .string(message)])
    }

    /// The shape in which official clients see a bad key refused.
    static func detail(_ status: Int, _ detail: String) -> APIResponse {
        .json(status, ["detail": .string(detail)])
    }

    /// An error without its code, as clients see for validation.
    static func message(_ status: Int, _ message: String) -> APIResponse {
        .json(status, ["message": .string(message)])
    }

    /// 429. `Retry-After` is undocumented, so it is there only sometimes.
    static func tooManyRequests(retryAfterSeconds: Int64?) -> APIResponse {
        var response = message(429, "Rate limit exceeded")
        if let retryAfterSeconds {
            response.headers.append(Header(name: "Retry-After", value: String(retryAfterSeconds)))
        }
        return response
    }

    /// The shapes of 5xx that clients see: a text as error, the envelope, nothing at all, a page of a proxy.
    static func serverError(_ shape: Int) -> APIResponse {
        switch shape {
        case 0: .json(500, ["error": "boom"])
        case 1: .error(500, "Internal server error")
        case 2: APIResponse(status: 502, headers: [], body: [])
        default:
            APIResponse(
                status: 503, headers: [Header(name: "Content-Type", value: "text/html")],
                body: Array("<html><body><h1>503 Service Unavailable</h1></body></html>".utf8))
        }
    }
}
