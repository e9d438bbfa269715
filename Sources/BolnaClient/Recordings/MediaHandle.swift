import CCurl
import CallDomain
import Glibc

/// One request for the bytes of a recording, over a connection of its own. Runs on the thread that calls ``perform()``, as do
/// all callbacks of libcurl; the pipe takes the bytes over to their reader.
@safe
final class MediaHandle {
    /// How a request ended.
    enum Ending {
        /// The recording came whole, or as far as its reader wanted.
        case streamed
        /// The recording began to come and broke.
        case broke(TransportFailure)
        /// The answer was none with a recording in it.
        case other(status: Int, location: String?, contentRange: String?)
        /// The recording is refused.
        case refused(RecordingRefusal)
        /// There was no answer.
        case failed(TransportFailure)
    }

    /// The most bytes of a body that nobody wants.
    private static let mostIgnored = 64 << 10
    /// The most bytes of a header.
    private static let largestHeader = 64 << 10

    private enum Phase {
        case head
        case streaming
        case ignoring
    }

    private let pointer: UnsafeMutableRawPointer
    private var fields: UnsafeMutablePointer<curl_slist>?
    private let settings: RecordingSettings
    private let pipe: RecordingPipe
    private let mayBePrivate: Bool
    private let wantsRange: Bool
    private let onHead: (RecordingHead) -> Void
    private let end: ContinuousClock.Instant
    private var phase = Phase.head
    private var refusal: RecordingRefusal?
    private var failure: TransportFailure?
    private var headerBytes = 0
    private var received: Int64 = 0
    private var ignored = 0
    private var slowSince = ContinuousClock.now
    private var slowBytes = 0

    /// Makes a request ready. `token` goes to Bolna's API alone, which alone may have a private address; `onHead` is called
    /// once, before the first chunk.
    init(
        _ address: MediaAddress, range: ByteRange?, token: BolnaToken?, mayBePrivate: Bool,
        client: BolnaClientSettings, settings: RecordingSettings, end: ContinuousClock.Instant, pipe: RecordingPipe,
        onHead: @escaping (RecordingHead) -> Void
    ) throws(CurlCode) {
        guard let pointer = unsafe curl_easy_init() else { throw .outOfMemory }
        unsafe self.pointer = pointer
        self.settings = settings
        self.pipe = pipe
        self.mayBePrivate = mayBePrivate
        self.wantsRange = range != nil
        self.onHead = onHead
        self.end = end
        try setWhereTo(address, client)
        try setFields(range: range, token: token)
        try setCallbacks()
    }

    deinit {
        unsafe curl_easy_cleanup(pointer)
        unsafe curl_slist_free_all(fields)
    }

    /// Only https, only where the address says, verified: as for the API's requests.
    private func setWhereTo(_ address: MediaAddress, _ client: BolnaClientSettings) throws(CurlCode) {
        try set(CURLOPT_URL, address.text)
        try set(CURLOPT_PROTOCOLS_STR, "https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_USERAGENT, client.userAgent)
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let caFile = client.caFile {
            try set(CURLOPT_CAINFO, caFile)
            try set(CURLOPT_CAPATH, nil)
        }
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_CONNECTTIMEOUT_MS, client.connectTimeout.wholeMilliseconds)
        try set(CURLOPT_BUFFERSIZE, RecordingBody.longestChunk)
        try check(
            unsafe ccurl_easy_set_offset(pointer, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(clamping: settings.largest)))
        let limit = UInt32(clamping: client.longestUnacknowledged.wholeMilliseconds)
        try check(unsafe ccurl_easy_limit_unacknowledged(pointer, limit))
    }

    private func setFields(range: ByteRange?, token: BolnaToken?) throws(CurlCode) {
        var lines = ["Accept: audio/*, application/octet-stream"]
        if let token { lines.append("Authorization: Bearer \(token.secret)") }
        if let range { lines.append("Range: \(range.fieldValue)") }
        for line in lines {
            guard let longer = unsafe curl_slist_append(fields, line) else { throw .outOfMemory }
            unsafe fields = longer
        }
        try check(unsafe ccurl_easy_set_list(pointer, CURLOPT_HTTPHEADER, fields))
    }

    private func setCallbacks() throws(CurlCode) {
        // This object outlives every transfer, which ends inside ``perform()``.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_OPENSOCKETDATA, CURLOPT_XFERINFODATA] {
            try check(unsafe ccurl_easy_set_pointer(pointer, option, context))
        }
        try check(unsafe ccurl_easy_set_bytes_callback(pointer, CURLOPT_WRITEFUNCTION, Self.takeBody))
        try check(unsafe ccurl_easy_set_bytes_callback(pointer, CURLOPT_HEADERFUNCTION, Self.countHeader))
        try check(unsafe ccurl_easy_set_open_callback(pointer, Self.openSocket))
        try set(CURLOPT_NOPROGRESS, 0)
        try check(unsafe ccurl_easy_set_progress_callback(pointer, Self.goOn))
    }

    /// Sends the request and takes its answer, on the calling thread.
    func perform() -> Ending {
        slowSince = .now
        let code = withExtendedLifetime(self) { unsafe curl_easy_perform(pointer) }
        // An answer without a body never came to the callback that takes one.
        if code == CURLE_OK, phase == .head { judgeHead() }
        if let refusal { return .refused(refusal) }
        let failure = failure ?? (code == CURLE_OK ? nil : Self.failure(code))
        switch phase {
        case .streaming: return failure.map { .broke($0) } ?? .streamed
        case .head, .ignoring:
            if code == CURLE_FILESIZE_EXCEEDED, [200, 206].contains(status) { return .refused(.tooLarge) }
            // Where a status came, a body that was too long to be waited for changes nothing.
            guard let failure, phase == .head || status == 0 else {
                return .other(
                    status: status, location: header("Location"), contentRange: header("Content-Range"))
            }
            return .failed(failure)
        }
    }

    private static func failure(_ code: CURLcode) -> TransportFailure {
        let words = "\(CurlCode(code)) (curl \(code.rawValue))"
        let kind: TransportFailure.Kind =
            switch code {
            case CURLE_COULDNT_RESOLVE_HOST: .dns
            case CURLE_COULDNT_CONNECT: .connect
            case CURLE_OPERATION_TIMEDOUT: .timeout
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR: .tls
            case CURLE_FILESIZE_EXCEEDED: .tooLarge
            default: .broken
            }
        return TransportFailure(kind: kind, detail: words)
    }

    // MARK: The answer

    private var status: Int {
        var value = 0
        _ = unsafe ccurl_easy_get_long(pointer, CURLINFO_RESPONSE_CODE, &value)
        return value
    }

    private func header(_ name: String) -> String? {
        var header: UnsafeMutablePointer<curl_header>?
        guard unsafe curl_easy_header(pointer, name, 0, UInt32(CURLH_HEADER), -1, &header) == CURLHE_OK,
            let value = unsafe header?.pointee.value
        else { return nil }
        return unsafe String(cString: value)
    }

    /// Decides, once the header is there, whether this is the recording.
    private func judgeHead() {
        let status = status
        guard status == 200 || status == 206 && wantsRange else {
            phase = .ignoring
            return
        }
        guard let contentType = MediaType.allowed(header("Content-Type")),
            header("Content-Encoding").map({ $0.lowercased() == "identity" }) ?? true
        else {
            refusal = .contentType
            return
        }
        let length = header("Content-Length").flatMap(Int64.init)
        guard length.map({ $0 <= Int64(settings.largest) }) ?? true else {
            refusal = .tooLarge
            return
        }
        let range = status == 206 ? header("Content-Range") : nil
        guard status == 200 || range.flatMap(ContentRange.init) != nil else {
            failure = TransportFailure(kind: .broken, detail: "a part came without saying which")
            return
        }
        phase = .streaming
        onHead(RecordingHead(contentType: contentType, contentLength: length, contentRange: range))
    }

    private func take(_ bytes: [UInt8]) -> Bool {
        if phase == .head { judgeHead() }
        guard refusal == nil, failure == nil else { return false }
        if phase == .ignoring {
            ignored += bytes.count
            return ignored <= Self.mostIgnored
        }
        received += Int64(bytes.count)
        guard received <= Int64(settings.largest) else {
            failure = TransportFailure(kind: .tooLarge, detail: "the recording is larger than allowed")
            return false
        }
        slowBytes += bytes.count
        let start = ContinuousClock.now
        guard pipe.write(bytes, patience: min(settings.readerTime, max(.zero, end - start))) else {
            failure = TransportFailure(kind: .cancelled, detail: "nobody reads the recording any more, or too slowly")
            return false
        }
        // The time in which the reader held the transfer up is not the sender's.
        slowSince += .now - start
        return true
    }

    /// Whether the transfer may go on: it is wanted, has time left, and is not too slow.
    private func mayGoOn() -> Bool {
        let now = ContinuousClock.now
        if pipe.isCancelled {
            failure = failure ?? TransportFailure(kind: .cancelled, detail: "nobody wants the recording any more")
        } else if now >= end {
            failure = failure ?? TransportFailure(kind: .timeout, detail: "the recording took too long")
        } else if now - slowSince >= settings.slowTime {
            let least = settings.slowBytesPerSecond * max(1, Int(clamping: settings.slowTime.components.seconds))
            if slowBytes < least {
                failure = failure ?? TransportFailure(kind: .timeout, detail: "the recording came too slowly")
            }
            slowSince = now
            slowBytes = 0
        }
        return failure == nil
    }

    private func mayConnect(to address: [UInt8]) -> Bool {
        if mayBePrivate || AddressRule.isPublic(socketAddress: address) { return true }
        refusal = .privateAddress
        return false
    }

    private func set(_ option: CURLoption, _ value: Int) throws(CurlCode) {
        try check(unsafe ccurl_easy_set_long(pointer, option, value))
    }

    private func set(_ option: CURLoption, _ value: String?) throws(CurlCode) {
        try check(unsafe ccurl_easy_set_string(pointer, option, value))
    }
}

// MARK: - Callbacks

extension MediaHandle {
    private static func of(_ context: UnsafeMutableRawPointer?) -> MediaHandle? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<MediaHandle>.fromOpaque(context).takeUnretainedValue()
    }

    private static let takeBody: ccurl_bytes_callback = { bytes, size, count, context in
        guard let bytes = unsafe bytes, let handle = unsafe of(context) else { return 0 }
        let length = size * count
        let chunk = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: length))
        return handle.take(chunk) ? length : 0
    }

    private static let countHeader: ccurl_bytes_callback = { _, size, count, context in
        guard let handle = unsafe of(context) else { return 0 }
        handle.headerBytes += size * count
        guard handle.headerBytes <= largestHeader else {
            handle.failure = TransportFailure(kind: .tooLarge, detail: "the header is larger than allowed")
            return 0
        }
        return size * count
    }

    /// Judges the address that the name came to, at the last moment: nothing is resolved after it.
    private static let openSocket: ccurl_open_callback = { context, _, address in
        guard let handle = unsafe of(context), let address = unsafe address else { return CURL_SOCKET_BAD }
        let bytes = unsafe withUnsafeBytes(of: &address.pointee.addr) { start in
            unsafe Array(
                UnsafeRawBufferPointer(start: start.baseAddress, count: Int(address.pointee.addrlen)))
        }
        guard handle.mayConnect(to: bytes) else { return CURL_SOCKET_BAD }
        return unsafe socket(
            address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
    }

    private static let goOn: ccurl_progress_callback = { context, _, _, _, _ in
        guard let handle = unsafe of(context) else { return 1 }
        return handle.mayGoOn() ? 0 : 1
    }
}

/// The media types that count as a recording.
enum MediaType {
    /// The type, in lower case and without parameters, where it may pass: audio, or bytes of no said type, as buckets send
    /// them.
    static func allowed(_ field: String?) -> String? {
        guard let field else { return nil }
        let type = field.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard type.utf8.count <= 64, type.utf8.allSatisfy(isTypeByte) else { return nil }
        if type.hasPrefix("audio/"), type.utf8.count > 6 { return type }
        return ["application/octet-stream", "binary/octet-stream"].contains(type) ? "application/octet-stream" : nil
    }

    private static func isTypeByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

/// `bytes first-last/length`, or `bytes */length` (RFC 9110, section 14.4).
struct ContentRange: Hashable {
    /// The bytes that come; nil where none do.
    var bounds: ClosedRange<Int64>?
    /// The whole length; nil where it is not told.
    var length: Int64?

    /// Nil for anything else.
    init?(_ field: String) {
        guard field.utf8.count <= ByteRange.longestField, field.hasPrefix("bytes ") else { return nil }
        let parts = field.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        if parts[1] != "*" {
            guard let length = Self.number(parts[1]) else { return nil }
            self.length = length
        }
        guard parts[0] != "*" else { return }
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]), first <= last,
            length.map({ last < $0 }) ?? true
        else { return nil }
        bounds = first...last
    }

    private static func number(_ text: Substring) -> Int64? {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
    }
}
