/// The client's address and limits.
package struct BolnaClientSettings: Hashable, Sendable {
    /// Where Bolna's API is.
    package var baseURL: BolnaBaseURL
    /// A PEM file of the only authorities that are trusted; nil trusts those of the system.
    package var caFile: String?
    /// What the client calls itself.
    package var userAgent = "bolna-gateway"
    /// The most time until a connection stands, TLS included.
    package var connectTimeout: Duration = .seconds(5)
    /// The most time a request takes, from its start to the last byte of its answer.
    package var totalTimeout: Duration = .seconds(15)
    /// A request that is slower than this many bytes a second for ``slowTime`` is given up.
    package var slowBytesPerSecond = 1024
    /// How long a request may be slow; counted in whole seconds.
    package var slowTime: Duration = .seconds(10)
    /// The largest body of an answer, in bytes: a list page of 50 full executions stays below 1 MiB by a wide margin.
    package var largestBody = 4 * 1024 * 1024
    /// The largest header of an answer, in bytes, all lines together.
    package var largestHeader = 64 * 1024
    /// The most requests that run at once; further ones wait.
    package var mostConcurrent = 64
    /// The most requests that wait; further ones fail at once.
    package var mostWaiting = 256
    /// How long a resolved name is used again.
    package var nameCacheTime: Duration = .seconds(60)
    /// How long an idle connection is kept for another request.
    package var longestIdle: Duration = .seconds(90)
    /// A connection older than this is not used for a new request.
    package var longestConnection: Duration = .seconds(600)
    /// A connection is given up when the peer acknowledges nothing for this long.
    package var longestUnacknowledged: Duration = .seconds(20)

    /// The default limits.
    package init(baseURL: BolnaBaseURL, caFile: String? = nil) {
        self.baseURL = baseURL
        self.caFile = caFile
    }

    /// The longest id of an agent or a call that is put into an address, in bytes; Bolna's are UUIDs.
    package static let longestIdentifier = 256

    /// The longest time that a `Retry-After` is believed.
    package static let longestRetryAfter: Duration = .seconds(86_400)
}
