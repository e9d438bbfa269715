import BolnaModel
import HTTPTypes
import Hummingbird
import NIOCore

/// Takes HTTP requests to the world, and the world's answers, slow and cut ones included, to the client.
struct SimulatorResponder: Sendable {
    /// The largest request body.
    static let bodyLimit = 64 * 1024

    let driver: WorldDriver
    let clock: any Clock<Duration>

    @Sendable func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        var request = request
        let body: [UInt8]
        do {
            body = Array(try await request.collectBody(upTo: Self.bodyLimit).readableBytesView)
        } catch {
            return Response(status: .contentTooLarge)
        }
        let target = request.head.path ?? "/"
        if target.hasPrefix("/_simulator/") {
            return control(request.method, String(target.dropFirst("/_simulator/".count)), body)
        }
        let asked = APIRequest(
            method: request.method.rawValue, target: target, authorization: request.headers[.authorization],
            range: request.headers[.range], body: body)
        let answer = driver.withWorld { world, moment in world.handle(request: asked, at: moment) }
        if answer.delay > 0 { try await clock.sleep(for: .microseconds(answer.delay)) }
        return response(answer)
    }

    private func control(_ method: HTTPRequest.Method, _ name: String, _ body: [UInt8]) -> Response {
        switch (method, name) {
        case (.get, "log"):
            let log = driver.withWorld { world, _ in world.log }
            return Self.response(.ok, log.jsonLines, type: "application/x-ndjson")
        case (.get, "truth"):
            let json = driver.withWorld { world, _ in world.truthJSON }
            return Self.response(.ok, json, type: "application/json")
        case (.post, "faults"):
            let isUnderstood = driver.withWorld { world, _ in world.faults.update(json: body) }
            return Response(status: isUnderstood ? .noContent : .unprocessableContent)
        case (.post, "inbound"):
            let call = driver.withWorld { world, moment in world.addInboundCall(at: moment) }
            return Response(status: call == nil ? .serviceUnavailable : .noContent)
        default: return Response(status: .notFound)
        }
    }

    private func response(_ answer: APIResponse) -> Response {
        var headers = HTTPFields()
        for header in answer.headers {
            if let name = HTTPField.Name(header.name) { headers[name] = header.value }
        }
        let status = HTTPResponse.Status(code: answer.status)
        guard let cutAfter = answer.cutAfter else {
            return Response(
                status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
        }
        return Response(
            status: status, headers: headers,
            body: ResponseBody(contentLength: answer.body.count) { writer in
                try await writer.write(ByteBuffer(bytes: answer.body.prefix(cutAfter)))
                throw CutShort()
            })
    }

    private static func response(_ status: HTTPResponse.Status, _ body: [UInt8], type: String) -> Response {
        Response(
            status: status, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}

/// Ends a connection in the middle of an answer.
private struct CutShort: Error {}
