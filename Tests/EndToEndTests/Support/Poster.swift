import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

/// Posts webhooks as a signing relay would, with a signature of its own making.
struct Poster: Sendable {
    /// The gateway's address.
    let gateway: URL
    /// The secret both know.
    let secret: String
    /// The client; shut down by its owner.
    let client: HTTPClient

    /// A client that trusts one self-signed certificate and checks it, as every other client would.
    static func client(trusting certificate: URL) throws -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(certificate.path))
        return HTTPClient(configuration: HTTPClient.Configuration(tlsConfiguration: tls))
    }

    /// The value of `Bolna-Signature` for a body at a time.
    func signature(of body: [UInt8], at time: Date = Date()) -> String {
        let seconds = Int(time.timeIntervalSince1970)
        let mac = HMAC<SHA256>.authenticationCode(
            for: Array("\(seconds).".utf8) + body, using: SymmetricKey(data: Array(secret.utf8)))
        return "t=\(seconds),v1=" + mac.map { String(format: "%02x", $0) }.joined()
    }

    /// Posts a body and returns status and answer; `signature` nil posts it unsigned.
    func post(
        _ body: [UInt8], path: String = "/webhooks/bolna", signature: String?
    ) async throws -> (status: Int, body: String) {
        var request = HTTPClientRequest(url: gateway.appending(path: path).absoluteString)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        if let signature { request.headers.add(name: "Bolna-Signature", value: signature) }
        request.body = .bytes(ByteBuffer(bytes: body))
        let response = try await client.execute(request, timeout: .seconds(30))
        let answer = try await response.body.collect(upTo: 1 << 20)
        return (Int(response.status.code), String(buffer: answer))
    }

    /// Posts a body, signed now.
    func post(signed body: [UInt8], path: String = "/webhooks/bolna") async throws -> (status: Int, body: String) {
        try await post(body, path: path, signature: signature(of: body))
    }

    /// Reads an address with the API key.
    func get(_ path: String, key: String) async throws -> (status: Int, body: String) {
        var request = HTTPClientRequest(url: gateway.absoluteString + path)
        request.headers.add(name: "Authorization", value: "Bearer \(key)")
        let response = try await client.execute(request, timeout: .seconds(30))
        return (Int(response.status.code), String(buffer: try await response.body.collect(upTo: 8 << 20)))
    }
}
