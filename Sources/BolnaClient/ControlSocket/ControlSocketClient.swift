import CCurl

/// Requests of the command line to a gateway that runs on this machine, by HTTP over its control socket.
package enum ControlSocketClient {
    /// The largest answer that is taken, in bytes.
    package static let largestBody = 64 << 20
    /// The longest a request may take: placing a call waits for Bolna.
    package static let timeout: Duration = .seconds(60)

    /// An HTTP answer.
    package struct Answer: Sendable {
        /// The status.
        package var status: Int
        /// The body.
        package var body: [UInt8]
    }

    /// Why there was no answer.
    package enum Failure: Error, Hashable, CustomStringConvertible {
        /// Nobody listens on the socket.
        case nobodyListens
        /// The request failed in another way.
        case failed(CurlCode)

        /// What failed.
        package var description: String {
            switch self {
            case .nobodyListens: "no gateway listens on the control socket"
            case .failed(let code): "the control socket did not answer: \(code)"
            }
        }
    }

    /// Sends one request and waits for its answer on the calling thread. A body makes it a POST; `fields` are further
    /// lines of its header.
    package static func send(
        socketPath: String, path: String, body: [UInt8]? = nil, fields: [(name: String, value: String)] = []
    ) throws(Failure) -> Answer {
        do throws(CurlCode) {
            return try exchange(socketPath: socketPath, path: path, body: body, fields: fields)
        } catch {
            let nobody = [CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST].map { CurlCode($0) }
            throw nobody.contains(error) ? .nobodyListens : .failed(error)
        }
    }

    private static func exchange(
        socketPath: String, path: String, body: [UInt8]?, fields: [(name: String, value: String)]
    ) throws(CurlCode) -> Answer {
        try CurlLibrary.prepare()
        guard let easy = unsafe curl_easy_init() else { throw .outOfMemory }
        defer { unsafe curl_easy_cleanup(easy) }
        var headers: UnsafeMutablePointer<curl_slist>?
        defer { unsafe curl_slist_free_all(headers) }
        for (name, value) in [("Content-Type", "application/json")] + fields {
            guard let longer = unsafe curl_slist_append(headers, "\(name): \(value)") else { throw .outOfMemory }
            unsafe headers = longer
        }
        let sink = ResponseSink(largestBody: largestBody, largestHeader: 64 << 10)
        try check(unsafe ccurl_easy_set_string(easy, CURLOPT_UNIX_SOCKET_PATH, socketPath))
        try check(unsafe ccurl_easy_set_string(easy, CURLOPT_URL, "http://localhost\(path)"))
        try check(unsafe ccurl_easy_set_string(easy, CURLOPT_PROXY, ""))
        try check(unsafe ccurl_easy_set_long(easy, CURLOPT_NOSIGNAL, 1))
        try check(unsafe ccurl_easy_set_long(easy, CURLOPT_TIMEOUT_MS, timeout.wholeMilliseconds))
        try check(unsafe ccurl_easy_set_list(easy, CURLOPT_HTTPHEADER, headers))
        if let body {
            try check(unsafe ccurl_easy_set_long(easy, CURLOPT_POST, 1))
            try check(unsafe ccurl_easy_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            let code = unsafe body.withUnsafeBytes { bytes in
                unsafe ccurl_easy_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress)
            }
            try check(code)
        }
        // The sink outlives the transfer, which ends inside this function.
        let context = unsafe Unmanaged.passUnretained(sink).toOpaque()
        try check(unsafe ccurl_easy_set_pointer(easy, CURLOPT_WRITEDATA, context))
        try check(unsafe ccurl_easy_set_bytes_callback(easy, CURLOPT_WRITEFUNCTION, ResponseSink.takeBody))
        let code = withExtendedLifetime(sink) { unsafe curl_easy_perform(easy) }
        try check(code)
        var status = 0
        try check(unsafe ccurl_easy_get_long(easy, CURLINFO_RESPONSE_CODE, &status))
        return Answer(status: status, body: sink.body)
    }
}
