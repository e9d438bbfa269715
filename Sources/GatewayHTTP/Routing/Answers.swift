import BolnaWire
import CallDomain
import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// An answer with JSON.
    static func json(_ json: JSONWriter, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: MediaType.json],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }

    /// An answer with a JSON object.
    static func object(_ status: HTTPResponse.Status = .ok, _ members: (inout JSONWriter) -> Void) -> Response {
        var json = JSONWriter(reserving: 1_024)
        json.object(members)
        return .json(json, status: status)
    }

    /// A problem as RFC 9457 states it.
    static func problem(_ problem: Problem) -> Response { DirectAnswer.problem(problem).response }

    /// A problem as the predecessor tells it.
    static func predecessorFailure(_ problem: Problem) -> Response {
        var response = object(problem.kind.status) { json in
            json.member("success", false)
            json.member("message", problem.detail ?? problem.kind.title)
        }
        response.headers.append(contentsOf: problem.fields)
        return response
    }
}

/// Entity tags and conditional requests (RFC 9110, sections 8.8.3 and 13.1.2).
enum EntityTag {
    private static let link = HTTPField.Name("Link")

    /// The JSON under this tag, or 304 where the client has it.
    static func answer(_ request: RouteRequest, json: JSONWriter, tag: String, links: String? = nil) -> Response {
        let isKnown = request.head.headerFields[.ifNoneMatch].map { matches($0, tag: tag) } ?? false
        var response = isKnown ? Response(status: .notModified) : Response.json(json)
        if isKnown { response.headers[.contentLength] = nil }
        response.headers[.eTag] = tag
        if let links, let link { response.headers[link] = links }
        return response
    }

    /// 304 for what the client has under this tag.
    static func unchanged(tag: String, links: String?) -> Response {
        var response = Response(status: .notModified)
        response.headers[.contentLength] = nil
        response.headers[.eTag] = tag
        if let links, let link { response.headers[link] = links }
        return response
    }

    /// Whether a list of tags names this one, compared weakly.
    static func matches(_ list: String, tag: String) -> Bool {
        list.split(separator: ",").contains { element in
            let candidate = element.drop { $0 == " " || $0 == "\t" }
            return candidate == "*" || opaque(candidate) == opaque(tag[...])
        }
    }

    private static func opaque(_ tag: Substring) -> Substring {
        var tag = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
        while tag.last == " " || tag.last == "\t" { tag = tag.dropLast() }
        return tag
    }
}
