/// The port to the recordings of calls, which are fetched on a client's behalf and never kept.
package protocol RecordingSource: Sendable {
    /// Opens a recording, and returns as soon as it is known whether there is one. May be called concurrently; what runs at
    /// once is bounded, and beyond it the answer is ``RecordingAnswer/busy``.
    func open(_ request: RecordingRequest) async -> RecordingAnswer
}

/// Which recording is wanted. Nothing in it comes from who wants it but the range: addresses are those of the journal.
package struct RecordingRequest: Hashable, Sendable {
    /// Whose token is sent to Bolna.
    package var account: AccountID
    /// The call.
    package var execution: ExecutionID
    /// The address that Bolna named; nil where it named none. It is tried where Bolna's stable address has nothing, and only
    /// if its host is on the list.
    package var storedURL: String?
    /// The bytes that are wanted; nil is all.
    package var range: ByteRange?

    /// Puts a request together.
    package init(account: AccountID, execution: ExecutionID, storedURL: String? = nil, range: ByteRange? = nil) {
        self.account = account
        self.execution = execution
        self.storedURL = storedURL
        self.range = range
    }
}

/// What became of a wish for a recording.
package enum RecordingAnswer: Sendable {
    /// It comes.
    case stream(RecordingHead, RecordingBody)
    /// Nobody has it.
    case notFound
    /// It has no such bytes; its length in bytes, where that is known.
    case unsatisfiable(length: Int64?)
    /// It is not fetched from where it is said to be.
    case refused(RecordingRefusal)
    /// Too many are fetched already.
    case busy
    /// The account has no token, and no other address was named.
    case noToken
    /// It could not be fetched.
    case failed(TransportFailure)
}

/// Why a recording was not fetched. Raw values are words for logs.
package enum RecordingRefusal: String, Error, Hashable, CaseIterable, Sendable {
    /// The address is no plain `https` address.
    case address = "not-https"
    /// The host is not on the list.
    case host = "host-not-listed"
    /// The host's address is private, local, or otherwise not of the public internet.
    case privateAddress = "private-address"
    /// There were too many redirects.
    case redirects = "too-many-redirects"
    /// It is no audio.
    case contentType = "not-audio"
    /// It is larger than allowed.
    case tooLarge = "too-large"
}

/// What is passed on of a recording's header.
package struct RecordingHead: Hashable, Sendable {
    /// The range that comes, as `bytes first-last/length`; nil where everything comes.
    package var contentRange: String?
    /// The media type: `audio/…`, or `application/octet-stream`.
    package var contentType: String
    /// How many bytes come; nil where that is not known.
    package var contentLength: Int64?

    /// Puts a head together.
    package init(contentType: String, contentLength: Int64?, contentRange: String? = nil) {
        self.contentType = contentType
        self.contentLength = contentLength
        self.contentRange = contentRange
    }
}

/// The bytes of a recording as they come, in chunks of at most ``longestChunk`` bytes; at most ``mostChunks`` wait for their
/// reader. It can be read once, by one reader. The transfer ends when nobody holds the body any more.
package struct RecordingBody: AsyncSequence, Sendable {
    /// The longest chunk, in bytes.
    package static let longestChunk = 64 << 10
    /// The most chunks that wait.
    package static let mostChunks = 4

    private let read: @Sendable () async throws -> [UInt8]?

    /// Takes what hands out the next chunk, and nil after the last; it throws where the transfer breaks.
    package init(read: @escaping @Sendable () async throws -> [UInt8]?) { self.read = read }

    /// The chunks, once.
    package func makeAsyncIterator() -> Iterator { Iterator(read: read) }

    /// Goes through the chunks.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let read: @Sendable () async throws -> [UInt8]?

        /// The next chunk; nil after the last.
        package mutating func next() async throws -> [UInt8]? { try await read() }
    }
}
