import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// `/api/v1/calls/{id}/recording`: a call's recording, fetched by the gateway, so that neither Bolna's token nor a signed
/// link reaches the client.
struct RecordingRoutes: Sendable {
    private let dependencies: GatewayDependencies

    private static let resourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy")
    /// When to try again where too many are played at once.
    private static let retryAfter: Duration = .seconds(5)

    init(dependencies: GatewayDependencies) { self.dependencies = dependencies }

    var routes: [Route] { [Route(.get, "/api/v1/calls/{id}/recording", .scoped(.reveal, recording))] }

    @Sendable private func recording(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let reference = try request.parameter("id")
        let record = try await dependencies.reader.read { store throws(StoreError) in
            try store.call(account: principal.account, reference: reference, withBody: false)
        }
        guard let call = record.flatMap({ VisibleCall($0, for: principal) }) else {
            throw Problem(.notFound, "The account has no such call.")
        }
        guard let source = dependencies.recordings else { throw Problem(.notFound, Self.nobodyHasIt) }
        let answer = await source.open(
            RecordingRequest(
                account: principal.account, execution: call.record.execution, storedURL: call.text(.recordingURL),
                range: Self.range(of: request.head)))
        switch answer {
        case .stream(let head, let body):
            dependencies.trail.note(.recording, call.record.call.rawValue, by: principal, at: request.receivedAt)
            return Self.response(
                head, body, call: call.record.call, checkAdmission: request.admission(now: dependencies.now))
        case .unsatisfiable(let length):
            var response = Response.problem(Problem(.unsatisfiableRange))
            response.headers[.contentRange] = "bytes */\(length.map(String.init) ?? "*")"
            return response
        case .notFound: throw Problem(.notFound, Self.nobodyHasIt)
        case .busy: throw Problem(.busy, "Too many recordings are played at once.", retryAfter: Self.retryAfter)
        case .noToken: throw Problem(.noToken)
        case .refused(let refusal):
            dependencies.logger.notice(
                "A recording was not fetched.",
                metadata: ["account": "\(principal.account.rawValue)", "reason": "\(refusal.rawValue)"])
            throw Problem(.bolnaFailed, "The recording is not fetched from where it is: \(refusal.rawValue).")
        case .failed(let failure):
            throw Problem(.bolnaFailed, "The recording could not be fetched: \(failure.detail).")
        }
    }

    private static let nobodyHasIt = "Nobody has a recording of this call."

    /// The range a client wants; everything where it names none, several, or one of an earlier version: recordings have no
    /// versions here.
    static func range(of head: HTTPRequest) -> ByteRange? {
        guard head.headerFields[.ifRange] == nil else { return nil }
        return head.headerFields[.range].flatMap(ByteRange.init(fieldValue:))
    }

    private static func response(
        _ head: RecordingHead, _ body: RecordingBody, call: CallID,
        checkAdmission: @escaping @Sendable () throws -> Void
    ) -> Response {
        var headers: HTTPFields = [
            .contentType: head.contentType, .acceptRanges: "bytes",
            .contentDisposition: "inline; filename=\"\(fileName(call, head.contentType))\"",
        ]
        if let resourcePolicy { headers[resourcePolicy] = "same-origin" }
        if let range = head.contentRange { headers[.contentRange] = range }
        return Response(
            status: head.contentRange == nil ? .ok : .partialContent, headers: headers,
            body: ResponseBody(contentLength: head.contentLength.flatMap { Int(exactly: $0) }) { writer in
                for try await chunk in body {
                    try checkAdmission()
                    try await writer.write(ByteBuffer(bytes: chunk))
                }
                try await writer.finish(nil)
            })
    }

    /// A name for the file: of the call's id what needs no quoting.
    static func fileName(_ call: CallID, _ contentType: String) -> String {
        let name = call.rawValue.utf8.prefix(64).filter { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
        }
        let ending =
            switch contentType {
            case "audio/wav", "audio/x-wav", "audio/wave": "wav"
            case "audio/mpeg", "audio/mp3": "mp3"
            case "audio/ogg": "ogg"
            case "audio/mp4", "audio/x-m4a": "m4a"
            default: "audio"
            }
        return "\(String(decoding: name, as: UTF8.self)).\(ending)"
    }
}
