/// A request to Bolna's API.
package struct APIRequest: Sendable {
    /// The HTTP method, in capitals.
    package var method: String
    /// The path, split at its slashes and decoded.
    package var path: [String]
    /// The query, decoded. A `+` stays a plus, as times with an offset are often sent so.
    package var query: [String: String]
    /// The value of the `Authorization` header.
    package var authorization: String?
    /// The value of the `Range` header.
    package var range: String?
    /// The body.
    package var body: [UInt8]

    /// A request with a target such as `/v2/agent/all?page_number=1`.
    package init(
        method: String, target: String, authorization: String? = nil, range: String? = nil, body: [UInt8] = []
    ) {
        self.method = method
        self.authorization = authorization
        self.range = range
        self.body = body
        let parts = target.split(separator: "?", maxSplits: 1)
        path = (parts.first ?? "").split(separator: "/").map(Self.decoded)
        query = [:]
        guard parts.count == 2 else { return }
        for pair in parts[1].split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[Self.decoded(sides[0])] = sides.count == 2 ? Self.decoded(sides[1]) : ""
        }
    }

    private static func decoded(_ text: Substring) -> String {
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let byte = UInt8(String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16)
            {
                output.append(byte)
                index += 3
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}

/// What can be asked of the API.
package enum Endpoint: String, CaseIterable, Sendable {
    /// `POST /call`
    case placeCall = "POST /call"
    /// `POST /call/{id}/stop`
    case stopCall = "POST /call/{id}/stop"
    /// `GET /executions/{id}`
    case execution = "GET /executions/{id}"
    /// `GET /v2/agent/{id}/executions`
    case executions = "GET /v2/agent/{id}/executions"
    /// `GET /v2/agent/all`
    case agents = "GET /v2/agent/all"
    /// `GET /v2/agent/{id}`
    case agent = "GET /v2/agent/{id}"
    /// `PATCH /v2/agent/{id}`
    case patchAgent = "PATCH /v2/agent/{id}"
    /// `GET /user/me`
    case user = "GET /user/me"
    /// `GET /recordings/call/{id}`
    case recording = "GET /recordings/call/{id}"
    /// `GET /signed/{id}`: where recordings are, on another host than the API.
    case signedRecording = "GET /signed/{id}"
    /// Anything else.
    case unknown

    /// The endpoint of a request, and the id in its path.
    static func of(_ request: APIRequest) -> (endpoint: Endpoint, id: String) {
        let path = request.path
        switch (request.method, path.count) {
        case ("POST", 1) where path[0] == "call": return (.placeCall, "")
        case ("POST", 3) where path[0] == "call" && path[2] == "stop": return (.stopCall, path[1])
        case ("GET", 2) where path[0] == "executions": return (.execution, path[1])
        case ("GET", 2) where path == ["user", "me"]: return (.user, "")
        case ("GET", 3) where path == ["v2", "agent", "all"]: return (.agents, "")
        case ("GET", 3) where path[0] == "v2" && path[1] == "agent": return (.agent, path[2])
        case ("PATCH", 3) where path[0] == "v2" && path[1] == "agent": return (.patchAgent, path[2])
        case ("GET", 4) where path[0] == "v2" && path[1] == "agent" && path[3] == "executions":
            return (.executions, path[2])
        case ("GET", 3) where path[0] == "recordings" && path[1] == "call": return (.recording, path[2])
        case ("GET", 2) where path[0] == "signed": return (.signedRecording, path[1])
        default: return (.unknown, "")
        }
    }
}
