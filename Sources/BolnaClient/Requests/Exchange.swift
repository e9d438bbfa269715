import CallDomain

/// One request as HTTP: where to, with what.
struct Exchange: Hashable, Sendable {
    let url: String
    let method: Method
    /// The body of a POST or PATCH.
    let body: [UInt8]?
    private let fields: [String]

    enum Method: String, Hashable, Sendable {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
    }

    /// Nil where an id cannot be part of an address.
    init?(_ endpoint: BolnaRequest.Endpoint, baseURL: BolnaBaseURL, token: BolnaToken) {
        fields = ["Authorization: Bearer \(token.secret)", "Accept: application/json"]
        var body: [UInt8]?
        var method = Method.get
        let path: String
        switch endpoint {
        case .execution(let id):
            guard let segment = PercentEncoding.segment(id.rawValue) else { return nil }
            path = "/executions/\(segment)"
        case .executions(let id, let window):
            guard let segment = PercentEncoding.segment(id.rawValue) else { return nil }
            path = "/v2/agent/\(segment)/executions?\(Self.query(window))"
        case .agents:
            path = "/v2/agent/all"
        case .agent(let id):
            guard let segment = PercentEncoding.segment(id.rawValue) else { return nil }
            path = "/v2/agent/\(segment)"
        case .me:
            path = "/user/me"
        case .call(let bytes):
            path = "/call"
            method = .post
            body = bytes
        case .setWebhook(let id, let bytes):
            guard let segment = PercentEncoding.segment(id.rawValue) else { return nil }
            path = "/v2/agent/\(segment)"
            method = .patch
            body = bytes
        }
        self.url = baseURL.text + path
        self.method = method
        self.body = body
    }

    /// A POST of a body, with these fields besides.
    init(posting body: [UInt8], to url: String, fields: [(name: String, value: String)]) {
        self.url = url
        method = .post
        self.body = body
        self.fields = fields.map { "\($0.name): \($0.value)" }
    }

    /// The lines of the header that libcurl does not make by itself. No encoding is accepted, so that an answer cannot
    /// be small on the wire and large in memory.
    var headerLines: [String] {
        // libcurl would announce a larger body and wait for leave to send it.
        body == nil ? fields : fields + ["Content-Type: application/json", "Expect:"]
    }

    private static func query(_ window: BolnaRequest.ListWindow) -> String {
        var query = "page_number=\(window.page)&page_size=\(window.size)"
        query += "&from=\(PercentEncoding.encode(time(window.from)))"
        query += "&to=\(PercentEncoding.encode(time(window.to)))"
        if let status = window.status { query += "&status=\(PercentEncoding.encode(status.word))" }
        return query
    }

    /// Bolna refuses `Z` for UTC (docs: api-reference/limits).
    private static func time(_ timestamp: Timestamp) -> String {
        timestamp.iso8601(fractionDigits: 6, zone: "+00:00")
    }
}

/// Percent-encoding of what comes from outside: everything but the unreserved characters of RFC 3986, section 2.3.
enum PercentEncoding {
    static func encode(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                encoded.append(byte)
            default:
                encoded += [0x25, hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 0xF)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// One segment of a path; nil for what would make another path: an empty id, `.` and `..` (which mean a folder
    /// however they are encoded), and ids longer than ``BolnaClientSettings/longestIdentifier``.
    static func segment(_ identifier: String) -> String? {
        guard (1...BolnaClientSettings.longestIdentifier).contains(identifier.utf8.count),
            identifier != ".", identifier != ".."
        else { return nil }
        return encode(identifier)
    }

    private static let hexDigits = Array("0123456789ABCDEF".utf8)
}
