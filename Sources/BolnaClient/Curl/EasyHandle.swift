import CCurl

/// libcurl's easy handle: one transfer at a time, used again for the next.
@safe
final class EasyHandle {
    /// What names a handle in the messages of the multi handle.
    typealias Key = Int

    let pointer: UnsafeMutableRawPointer
    private let sink: ResponseSink
    private var headers: UnsafeMutablePointer<curl_slist>?

    /// Makes a handle with all that is the same for every request.
    init(settings: BolnaClientSettings) throws(CurlCode) {
        guard let pointer = unsafe curl_easy_init() else { throw .outOfMemory }
        unsafe self.pointer = pointer
        sink = ResponseSink(largestBody: settings.largestBody, largestHeader: settings.largestHeader)
        try setWhereTo(settings)
        try setTrust(settings)
        try setTimes(settings)
        try setAnswer(settings)
    }

    deinit {
        unsafe curl_easy_cleanup(pointer)
        unsafe curl_slist_free_all(headers)
    }

    var key: Key { unsafe Key(bitPattern: pointer) }

    /// Only https, only where the address says: no redirect, no proxy of the environment, no rewritten path.
    private func setWhereTo(_ settings: BolnaClientSettings) throws(CurlCode) {
        try set(CURLOPT_PROTOCOLS_STR, "https")
        try set(CURLOPT_REDIR_PROTOCOLS_STR, "https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_PATH_AS_IS, 1)
        try set(CURLOPT_USERAGENT, settings.userAgent)
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        // A request waits to learn whether it can share a connection, rather than open one of its own.
        try set(CURLOPT_PIPEWAIT, 1)
    }

    private func setTrust(_ settings: BolnaClientSettings) throws(CurlCode) {
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        guard let caFile = settings.caFile else { return }
        try set(CURLOPT_CAINFO, caFile)
        // The system's folder of authorities would be trusted beside the file.
        try set(CURLOPT_CAPATH, nil)
    }

    private func setTimes(_ settings: BolnaClientSettings) throws(CurlCode) {
        try set(CURLOPT_NOSIGNAL, 1)
        // A name server that does not answer must not hold up the thread and every other request with it.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_CONNECTTIMEOUT_MS, settings.connectTimeout.wholeMilliseconds)
        try set(CURLOPT_TIMEOUT_MS, settings.totalTimeout.wholeMilliseconds)
        try set(CURLOPT_LOW_SPEED_LIMIT, settings.slowBytesPerSecond)
        try set(CURLOPT_LOW_SPEED_TIME, settings.slowTime.wholeSeconds)
        try set(CURLOPT_DNS_CACHE_TIMEOUT, settings.nameCacheTime.wholeSeconds)
        try set(CURLOPT_MAXAGE_CONN, settings.longestIdle.wholeSeconds)
        try set(CURLOPT_MAXLIFETIME_CONN, settings.longestConnection.wholeSeconds)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        let limit = UInt32(clamping: settings.longestUnacknowledged.wholeMilliseconds)
        try check(unsafe ccurl_easy_limit_unacknowledged(pointer, limit))
    }

    private func setAnswer(_ settings: BolnaClientSettings) throws(CurlCode) {
        // An announced size is refused before its first byte; the sink counts what really comes.
        try check(
            unsafe ccurl_easy_set_offset(pointer, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(settings.largestBody)))
        // The sink outlives every transfer: this object owns both, and frees the handle first.
        let context = unsafe Unmanaged.passUnretained(sink).toOpaque()
        try check(unsafe ccurl_easy_set_pointer(pointer, CURLOPT_WRITEDATA, context))
        try check(unsafe ccurl_easy_set_pointer(pointer, CURLOPT_HEADERDATA, context))
        try check(unsafe ccurl_easy_set_bytes_callback(pointer, CURLOPT_WRITEFUNCTION, ResponseSink.takeBody))
        try check(unsafe ccurl_easy_set_bytes_callback(pointer, CURLOPT_HEADERFUNCTION, ResponseSink.countHeader))
    }

    /// Makes the handle ready for one request.
    func prepare(_ exchange: Exchange) throws(CurlCode) {
        sink.reset()
        try set(CURLOPT_URL, exchange.url)
        for line in exchange.headerLines {
            guard let longer = unsafe curl_slist_append(headers, line) else { throw .outOfMemory }
            unsafe headers = longer
        }
        try check(unsafe ccurl_easy_set_list(pointer, CURLOPT_HTTPHEADER, headers))
        guard let body = exchange.body else {
            try set(CURLOPT_HTTPGET, 1)
            try set(CURLOPT_FRESH_CONNECT, 0)
            return
        }
        try set(CURLOPT_POST, 1)
        try check(unsafe ccurl_easy_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
        let code = unsafe body.withUnsafeBytes { bytes in
            unsafe ccurl_easy_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress)
        }
        try check(code)
        if exchange.method != .post { try set(CURLOPT_CUSTOMREQUEST, exchange.method.rawValue) }
        // libcurl sends a request again when a kept connection ends before the first byte of an answer. That must not
        // happen to what changes something, and cannot on a new connection.
        try set(CURLOPT_FRESH_CONNECT, 1)
    }

    /// Sends the request and takes its answer, on the calling thread.
    func perform() -> CURLcode { withExtendedLifetime(self) { unsafe curl_easy_perform(pointer) } }

    /// Forgets the request and its answer: no token stays in a handle that waits for its next use.
    func forget() {
        sink.reset()
        // Taking a value away needs no memory and cannot fail.
        _ = unsafe ccurl_easy_set_string(pointer, CURLOPT_CUSTOMREQUEST, nil)
        _ = unsafe ccurl_easy_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, nil)
        _ = unsafe ccurl_easy_set_long(pointer, CURLOPT_HTTPGET, 1)
        _ = unsafe ccurl_easy_set_string(pointer, CURLOPT_URL, nil)
        _ = unsafe ccurl_easy_set_list(pointer, CURLOPT_HTTPHEADER, nil)
        unsafe curl_slist_free_all(headers)
        unsafe headers = nil
    }

    private func set(_ option: CURLoption, _ value: Int) throws(CurlCode) {
        try check(unsafe ccurl_easy_set_long(pointer, option, value))
    }

    private func set(_ option: CURLoption, _ value: String?) throws(CurlCode) {
        try check(unsafe ccurl_easy_set_string(pointer, option, value))
    }
}

extension EasyHandle {
    /// The status of the answer.
    var status: Int { number(CURLINFO_RESPONSE_CODE) }

    /// Whether any byte of the request left; where none did, Bolna cannot have acted on it.
    var didSend: Bool { number(CURLINFO_REQUEST_SIZE) > 0 }

    /// OpenSSL's number for what is wrong with the certificate; 0 is nothing.
    var verifyResult: Int { number(CURLINFO_SSL_VERIFYRESULT) }

    /// The body of the answer.
    var body: [UInt8] { sink.body }

    /// Whether the answer crossed a limit of size.
    var isTooLarge: Bool { sink.isTooLarge }

    /// The value of a header of the last answer; the first where there are several.
    func header(_ name: String) -> String? {
        var header: UnsafeMutablePointer<curl_header>?
        guard unsafe curl_easy_header(pointer, name, 0, UInt32(CURLH_HEADER), -1, &header) == CURLHE_OK,
            let value = unsafe header?.pointee.value
        else { return nil }
        return unsafe String(cString: value)
    }

    private func number(_ info: CURLINFO) -> Int {
        var value = 0
        // Fails only for what is no number.
        _ = unsafe ccurl_easy_get_long(pointer, info, &value)
        return value
    }
}

extension Duration {
    /// Rounded up, so that a short limit does not become 0, which libcurl reads as no limit.
    var wholeMilliseconds: Int {
        Int(clamping: components.seconds * 1000)
            + Int((components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    /// Rounded up, so that a short limit does not become 0, which libcurl reads as no limit.
    var wholeSeconds: Int { Int(clamping: components.seconds) + (components.attoseconds > 0 ? 1 : 0) }
}
