import BolnaWire
import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird
import NIOCore

/// A request as a direct route gets it: all of it is there, and its answer is told to a function, so that neither a task
/// nor a thread waits for it.
struct DirectRequest: Sendable {
    /// Handles a request and calls once: at once, or later at the place, or anywhere where there is none.
    typealias Handler = @Sendable (DirectRequest, AnswerPlace?, @escaping @Sendable (Outcome) -> Void) -> Void
    /// An answer, or what went wrong.
    typealias Outcome = Result<DirectAnswer, any Error>

    /// The header fields that show who sent it, in the order of ``DeliveryEvidence/names``.
    let evidence: [Refusal.Credentials.Field]
    /// The pattern's parameters, decoded.
    let parameters: [String: String]
    /// The address of the other end of the connection.
    let peer: String
    /// When the head had been received.
    let receivedAt: Timestamp
    /// The body.
    var body: [UInt8] = []
}

/// An answer whose body is there.
struct DirectAnswer: Sendable {
    private(set) var status: HTTPResponse.Status
    /// The header fields, the length of the body among them.
    var headers: HTTPFields
    let body: [UInt8]
    /// Names an answer of which each is like the other; nil for any other.
    private(set) var sameness: Sameness?

    /// Answers that are alike refer to the same one.
    final class Sameness: Sendable {}

    init(status: HTTPResponse.Status, headers: HTTPFields, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
        self.headers[.contentLength] = String(body.count)
    }

    /// An answer with a JSON object.
    static func object(_ status: HTTPResponse.Status = .ok, _ members: (inout JSONWriter) -> Void) -> DirectAnswer {
        var json = JSONWriter(reserving: 128)
        json.object(members)
        return DirectAnswer(status: status, headers: [.contentType: MediaType.json], body: json.bytes)
    }

    /// A problem as RFC 9457 states it.
    static func problem(_ problem: Problem) -> DirectAnswer {
        var headers = problem.fields
        headers[.contentType] = MediaType.problem
        return DirectAnswer(status: problem.kind.status, headers: headers, body: problem.body)
    }

    /// The answer as one that is given again and again: how it is sent is worked out once.
    var repeated: DirectAnswer {
        var answer = self
        answer.sameness = Sameness()
        return answer
    }

    /// Status and header fields.
    var head: HTTPResponse { HTTPResponse(status: status, headerFields: headers) }

    /// As it is answered by tasks.
    var response: Response {
        Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}

/// Gathers a request's body, at most so many bytes.
struct WholeBody {
    private let limit: Int
    private let declared: Int?
    /// One array, whatever the parts are: who sends a byte in each must not make many of them.
    private var received: [UInt8] = []

    /// What is made room for before it has come, in bytes.
    private static let mostReserved = 64 << 10

    /// Begins with the head, which may already say that the body is too large.
    init(of head: HTTPRequest, limit: Int) throws(Problem) {
        self.limit = limit
        declared = head.headerFields[.contentLength].flatMap(Int.init)
        if let declared, declared > limit { throw tooLarge }
        received.reserveCapacity(min(max(declared ?? 0, 0), Self.mostReserved))
    }

    /// Takes the next part.
    mutating func add(_ part: ByteBuffer) throws(Problem) {
        guard part.readableBytes <= limit - received.count else { throw tooLarge }
        received.append(contentsOf: part.readableBytesView)
    }

    /// All of it, once it has ended, which it also does where the connection does.
    func bytes() throws(Problem) -> [UInt8] {
        if let declared, received.count != declared {
            throw Problem(.badRequest, "The body is shorter than announced.")
        }
        return received
    }

    private var tooLarge: Problem { Problem(.bodyTooLarge, "At most \(limit) bytes are taken here.") }
}
