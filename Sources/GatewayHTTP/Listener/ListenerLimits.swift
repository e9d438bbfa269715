/// What a listener lets a client do, below any router: every route inherits these, whatever handles it.
package struct ListenerLimits: Hashable, Sendable {
    /// The longest request target, path and query, in bytes; more is answered 414.
    package var targetBytes: Int = 8 * 1024
    /// The longest header field in bytes; more is answered 431.
    package var headerFieldBytes: Int = 8 * 1024
    /// All header fields together in bytes; more is answered 431.
    package var headerBytes: Int = 32 * 1024
    /// The number of header fields; more is answered 431.
    package var headerFields: Int = 64
    /// From accepting a connection (or the first byte of a further request) to the end of the request's header block,
    /// TLS handshake included. Absolute: bytes that trickle do not extend it.
    package var timeToHeaders: Duration = .seconds(10)
    /// From the header block to the end of the body. Absolute.
    package var timeToBody: Duration = .seconds(30)
    /// How long a body may be slower than ``bodyBytesPerSecond``.
    package var bodyGrace: Duration = .seconds(5)
    /// The least average rate of a body after ``bodyGrace``.
    package var bodyBytesPerSecond: Int = 1_024
    /// The largest body of any route in bytes; more is answered 413, before it is read where `Content-Length` says so.
    package var bodyBytes: Int = 1024 * 1024
    /// The bodies of all requests that are not answered yet, together, in bytes; one byte more is answered 503.
    package var bodyBytesInAll: Int = 256 * 1024 * 1024
    /// Requests that may wait for their answers on one HTTP/1 connection; with one more the connection is closed after the
    /// answers to those before it, and a 400.
    package var pipelinedRequests: Int = 16
    /// Requests on one connection; the last one's answer closes it. Clients connect anew, and spread over what has changed
    /// since: replicas, certificates.
    package var requestsPerConnection: Int = 1_000
    /// Streams at once on an HTTP/2 connection; it is told to the client. With one more, from a client that has acknowledged
    /// it, the connection is closed.
    package var streams: Int = 100
    /// Streams that a client may reset on an HTTP/2 connection within ``frameWindow``, and as many that may fail; with one
    /// more the connection is closed (CVE-2023-44487).
    package var streamResets: Int = 100
    /// PING, SETTINGS and PRIORITY frames on an HTTP/2 connection within ``frameWindow``; with one more it is closed.
    package var controlFrames: Int = 200
    /// CONTINUATION frames of one header block; with one more the connection is closed.
    package var continuationFrames: Int = 5
    /// The time in which ``streamResets`` and ``controlFrames`` are counted.
    package var frameWindow: Duration = .seconds(30)
    /// How long a connection is kept without a request.
    package var idle: Duration = .seconds(60)
    /// How long a client may take nothing before its connection is closed, or open no window for an answer before the stream
    /// is. What it takes is seen in parts of ``UnsentWrites/partBytes``, or in the larger steps in which the system frees its
    /// own buffer, a third of it at a time.
    package var writeStall: Duration = .seconds(30)
    /// How long the rest of a refused request is read and thrown away, so that the client can read the refusal.
    package var linger: Duration = .seconds(2)
    /// Connections at once; the next one is closed when it is accepted.
    package var connections: Int = 10_000
    /// Connections at once from one address, or one IPv6 network of 64 bits, which is one customer's; the next one is closed
    /// when it is accepted. Bolna posts from three addresses, each delivery within milliseconds, so a burst stays far below
    /// this. Trusted proxies are not counted: their clients share the proxy's address.
    package var connectionsPerAddress: Int = 100
    /// How long requests may go on after a graceful shutdown began; then their connections are closed.
    package var drain: Duration = .seconds(5)

    /// The defaults.
    package init() {}
}
