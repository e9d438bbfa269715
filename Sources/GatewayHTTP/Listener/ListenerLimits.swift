/// What a listener lets a client do, below any router: every route inherits these, whatever handles it.
package struct ListenerLimits: Hashable, Sendable {
    /// The longest header field, and the longest request target, in bytes; more is answered 431.
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
    /// How long a connection is kept without a request.
    package var idle: Duration = .seconds(60)
    /// How long a client may leave an answer unread before its connection is closed.
    package var writeStall: Duration = .seconds(30)
    /// How long the rest of a refused request is read and thrown away, so that the client can read the refusal.
    package var linger: Duration = .seconds(2)
    /// Connections at once; the next one is closed when it is accepted.
    package var connections: Int = 10_000
    /// Connections at once from one address; the next one is closed when it is accepted. Bolna posts from three addresses,
    /// each delivery within milliseconds, so a burst stays far below this; behind a reverse proxy all clients share the
    /// proxy's address, so there this must be as high as ``connections``.
    package var connectionsPerAddress: Int = 100
    /// How long requests may go on after a graceful shutdown began; then their connections are closed.
    package var drain: Duration = .seconds(5)

    /// The defaults.
    package init() {}
}
