/// A limit of a listener that a client can meet; the label of a counter.
package enum ListenerLimit: String, CaseIterable, Sendable {
    /// Connections in all.
    case connections
    /// Connections from one address.
    case connectionsPerAddress
    /// A handshake or header block that did not end in time.
    case timeToHeaders
    /// A connection without a request: not an offence, but worth counting.
    case idle
    /// The request target's length.
    case target
    /// The header's size or number of fields.
    case headers
    /// The body's size.
    case body
    /// All bodies that are held, together.
    case bodiesInAll
    /// The body's time or rate.
    case bodyTime
    /// An answer that was not taken.
    case writeStall
    /// Requests that wait on one connection.
    case pipelinedRequests
    /// Requests on one HTTP/2 connection, of a client that was told to go and did not.
    case requests
    /// Streams at once on one HTTP/2 connection.
    case streams
    /// Streams that were reset, or failed.
    case streamResets
    /// PING, SETTINGS and other control frames, and empty ones.
    case controlFrames
    /// CONTINUATION frames.
    case continuationFrames
    /// What is no valid HTTP.
    case malformed
}

/// What became of new TLS files.
package enum CertificateReloadResult: String, Sendable {
    /// They are in use.
    case replaced
    /// They cannot be used.
    case kept
}

/// What is counted to bound how often somebody may ask; the label of a counter, and the name that clients are told.
package enum QuotaKind: String, CaseIterable, Sendable {
    /// All requests of a key or user.
    case requests
    /// Requests of a key or user that have Bolna asked.
    case checks
    /// Wrong keys of a client address.
    case wrongKeys = "wrong-keys"
}
