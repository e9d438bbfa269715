import CCurl

/// libcurl's multi handle: runs transfers side by side and keeps connections and resolved names between them.
///
/// `@unchecked Sendable`: one thread, that of ``TransferLoop``, calls everything but ``wakeUp()``, which libcurl allows
/// from any thread while the handle lives (`curl_multi_wakeup(3)`); it lives until the last reference goes.
@safe
final class MultiHandle: @unchecked Sendable {
    private let pointer: UnsafeMutableRawPointer

    init(settings: BolnaClientSettings) throws(CurlCode) {
        guard let pointer = unsafe curl_multi_init() else { throw .outOfMemory }
        unsafe self.pointer = pointer
        try set(CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        try set(CURLMOPT_MAX_HOST_CONNECTIONS, settings.mostConcurrent)
        try set(CURLMOPT_MAXCONNECTS, settings.mostConcurrent)
    }

    deinit { unsafe curl_multi_cleanup(pointer) }

    func add(_ easy: EasyHandle) throws(CurlCode) {
        try check(unsafe curl_multi_add_handle(pointer, easy.pointer))
    }

    /// Takes a transfer out, also in the middle of it; its connection is closed then, unless others share it.
    func remove(_ easy: EasyHandle) {
        // Fails only for a handle that is not there.
        _ = unsafe curl_multi_remove_handle(pointer, easy.pointer)
    }

    /// Does what can be done without waiting.
    func perform() throws(CurlCode) {
        var running: Int32 = 0
        try check(unsafe curl_multi_perform(pointer, &running))
    }

    /// Waits until something can be done, or ``wakeUp()`` is called; at most a minute.
    func wait() throws(CurlCode) {
        try check(unsafe curl_multi_poll(pointer, nil, 0, 60_000, nil))
    }

    /// Ends ``wait()``, or makes the next one return at once.
    func wakeUp() {
        // Where it fails the loop still comes round when its next event or its minute is over.
        _ = unsafe curl_multi_wakeup(pointer)
    }

    /// The transfers that ended since the last call, with their results.
    func takeEnded() -> [(key: EasyHandle.Key, result: CURLcode)] {
        var ended: [(key: EasyHandle.Key, result: CURLcode)] = []
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(pointer, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle else {
                continue
            }
            unsafe ended.append((EasyHandle.Key(bitPattern: easy), message.pointee.data.result))
        }
        return ended
    }

    private func set(_ option: CURLMoption, _ value: Int) throws(CurlCode) {
        try check(unsafe ccurl_multi_set_long(pointer, option, value))
    }
}
