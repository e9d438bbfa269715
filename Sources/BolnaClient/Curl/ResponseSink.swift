import CCurl

/// Takes the bytes of one answer from libcurl's callbacks and refuses them once they cross a limit.
final class ResponseSink {
    private let largestBody: Int
    private let largestHeader: Int
    private var headerBytes = 0
    private(set) var body: [UInt8] = []
    /// Whether a limit was crossed; libcurl itself then only says that writing failed.
    private(set) var isTooLarge = false

    init(largestBody: Int, largestHeader: Int) {
        self.largestBody = largestBody
        self.largestHeader = largestHeader
    }

    func reset() {
        headerBytes = 0
        body = []
        isTooLarge = false
    }

    /// For `CURLOPT_WRITEFUNCTION`; the context is a sink.
    static let takeBody: ccurl_bytes_callback = { bytes, size, count, context in
        guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
        let sink = unsafe Unmanaged<ResponseSink>.fromOpaque(context).takeUnretainedValue()
        let length = size * count
        guard length <= sink.largestBody - sink.body.count else {
            sink.isTooLarge = true
            return 0
        }
        unsafe sink.body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: length))
        return length
    }

    /// For `CURLOPT_HEADERFUNCTION`; the context is a sink. The lines are only counted: libcurl keeps them.
    static let countHeader: ccurl_bytes_callback = { _, size, count, context in
        guard let context = unsafe context else { return 0 }
        let sink = unsafe Unmanaged<ResponseSink>.fromOpaque(context).takeUnretainedValue()
        let length = size * count
        guard length <= sink.largestHeader - sink.headerBytes else {
            sink.isTooLarge = true
            return 0
        }
        sink.headerBytes += length
        return length
    }
}
