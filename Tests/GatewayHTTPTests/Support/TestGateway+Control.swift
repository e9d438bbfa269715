import AsyncHTTPClient
import CallDomain
import Foundation
import NIOCore
import NIOHTTP1
import WebhookTrust

extension TestGateway {
    /// Sends a request over the control socket, a POST where there is a body.
    func control(_ path: String, account: String? = nil, body: String? = nil) async throws -> Answer {
        guard let url = URL(httpURLWithSocketPath: socket, uri: path) else { throw URLError(.badURL) }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = body == nil ? .GET : .POST
        request.headers.add(name: "Host", value: "localhost")
        if let account { request.headers.add(name: "Gateway-Account", value: account) }
        if let body { request.body = .bytes(Array(body.utf8)) }
        let response = try await client.execute(request, timeout: .seconds(30))
        let bytes = try await response.body.collect(upTo: 8 << 20)
        return Answer(
            status: response.status.code, headers: [:], text: String(buffer: bytes),
            version: response.version.description)
    }

    /// The value of a member of a JSON object in an answer.
    static func text(_ name: String, in answer: Answer) throws -> String {
        let object = try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any]
        guard let text = object?[name] as? String else { throw MissingMember(name: name) }
        return text
    }

    struct MissingMember: Error {
        var name: String
    }

    /// Mints a key of an account over the control socket.
    func mintKey(_ account: String, scopes: String = "\"read\"", more: String = "") async throws -> (
        key: String, id: String
    ) {
        let answer = try await control("/api/v1/keys", account: account, body: "{\"scopes\":[\(scopes)]\(more)}")
        return (try Self.text("key", in: answer), try Self.text("id", in: answer))
    }

    /// Adds a webhook secret over the control socket; returns its value and label.
    func addSecret(_ account: String) async throws -> (value: String, label: String) {
        let answer = try await control("/api/v1/account/secrets", account: account, body: "{}")
        return (try Self.text("secret", in: answer), try Self.text("label", in: answer))
    }

    /// Posts a webhook to an account, signed under a secret.
    func post(_ json: String, account: String, secret: String) async throws -> Answer {
        let body = Array(json.utf8)
        let seconds = wall.now.rawValue / 1_000_000
        let code = try HMACSHA256(key: secret).code(prefix: Array("\(seconds).".utf8), for: body)
        return try await post(
            json, to: "/webhooks/bolna/\(account)", signature: "t=\(seconds),v1=\(Hex.encode(code))")
    }
}
