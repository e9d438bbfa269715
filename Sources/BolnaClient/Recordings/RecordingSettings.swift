/// The bounds of fetching recordings.
package struct RecordingSettings: Hashable, Sendable {
    /// The host names that recordings may be fetched from beside Bolna's API. `*` stands for one label; a name with a port,
    /// such as `media.internal:8443`, stands for exactly that, also where it is no address of the public internet.
    package var hosts: [String]
    /// The largest recording, in bytes.
    package var largest: Int
    /// The longest that a transfer may take, in all.
    package var longest: Duration
    /// A sender slower than this many bytes a second for ``slowTime`` is given up; waiting for the reader does not count.
    package var slowBytesPerSecond = 1024
    /// How long a sender may be slow.
    package var slowTime: Duration = .seconds(20)
    /// How long a reader may take for one chunk.
    package var readerTime: Duration = .seconds(60)
    /// The most transfers at once.
    package var mostAtOnce = 8
    /// The most transfers at once for one account.
    package var mostAtOncePerAccount = 2
    /// The most redirects that are followed.
    package var mostRedirects = 2

    /// The usual hosts: Bolna's buckets, which its own addresses lead to.
    package static let usualHosts = ["*.s3.amazonaws.com", "*.s3.*.amazonaws.com"]

    /// Takes hosts, the size and the time.
    package init(
        hosts: [String] = RecordingSettings.usualHosts, largest: Int = 512 << 20, longest: Duration = .seconds(900)
    ) {
        self.hosts = hosts
        self.largest = largest
        self.longest = longest
    }
}
