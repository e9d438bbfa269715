import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

/// The built gateway beside the built simulator, with a key and a secret that the tests know.
struct Stage: Sendable {
    let address: String
    let agent: String
    private let gateway: Program
    private let simulator: Program
    private let client: HTTPClient
    private let folder: URL

    static let secret = "whsec_browser_test_secret_that_is_long"
    static let key = "gwk_browser_test_key_that_is_long"
    static let adminKey = "gwk_browser_test_admin_key_that_is_long"

    /// Starts both, runs the body, ends both. Where it `knowsItself`, the gateway is told its own address, and to trust the
    /// certificate that it made for itself.
    static func run(knowsItself: Bool = false, _ body: (Stage) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "browser-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let authority = folder.appending(path: "simulator.pem")
        let simulator = try Program(
            try Program.built("bolna-simulator"),
            ["--port", "0", "--speed", "60", "--agents", "1", "--certificate-out", authority.path], in: folder)
        let (bolna, agent) = try await simulator.line { line -> (String, String)? in
            let words = line.split(separator: " ").map(String.init)
            return words.count == 4 && words[0] == "ready" ? (words[1], words[3]) : nil
        }
        var environment = [
            "GATEWAY_LISTEN_HOST": "127.0.0.1", "GATEWAY_LISTEN_PORT": "0", "GATEWAY_OPERATOR_PORT": "0",
            "GATEWAY_WEBHOOK_SECRET": secret, "GATEWAY_API_KEY": key, "GATEWAY_ADMIN_KEY": adminKey,
            "GATEWAY_BOLNA_BASE_URL": bolna, "GATEWAY_BOLNA_TOKEN": "bn-simulator",
            "GATEWAY_BOLNA_CA_FILE": authority.path, "GATEWAY_POLL_INTERVAL": "1h",
        ]
        let certificate = folder.appending(path: "data/gateway.crt").path
        if knowsItself {
            // Which port is free, and the certificate, a first start tells.
            let port = try await serve(in: folder, environment).port
            environment["GATEWAY_LISTEN_PORT"] = "\(port)"
            environment["GATEWAY_LISTEN_PUBLIC_URL"] = "https://localhost:\(port)"
            environment["GATEWAY_LISTEN_PUBLIC_CA_FILE"] = certificate
        }
        let (gateway, port) = try await serve(in: folder, environment)
        let address = "https://localhost:\(port)"
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMFile(certificate))
        // Over HTTP/2 this client resets each stream that was answered, and is cut off as one that floods.
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.httpVersion = .http1Only
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let stage = Stage(
            address: address, agent: agent, gateway: gateway, simulator: simulator, client: client, folder: folder)
        let result: Result<Void, any Error>
        do { result = .success(try await body(stage)) } catch { result = .failure(error) }
        try await client.shutdown()
        try result.get()
    }

    /// Starts a gateway; it ends with the program that is returned.
    private static func serve(in folder: URL, _ environment: [String: String]) async throws -> (
        program: Program, port: Int
    ) {
        let program = try Program(try Program.built("gateway"), ["serve"], in: folder, environment: environment)
        let port = try await program.line { line -> Int? in
            let words = line.split(separator: " ").map(String.init)
            guard words.first == "ready" else { return nil }
            return words.first { $0.hasPrefix("https://") }.flatMap { URL(string: $0)?.port }
        }
        return (program, port)
    }

    /// Has the gateway answer nothing, its connections open, while the body runs.
    func whileHeld(_ body: () async throws -> Void) async throws {
        gateway.hold(true)
        defer { gateway.hold(false) }
        try await body()
    }

    /// Posts a webhook, signed.
    func post(
        _ body: String, to path: String = "/webhooks/bolna/default", secret: String = Stage.secret,
        expecting statuses: ClosedRange<UInt> = 200...299
    ) async throws {
        let seconds = Int(Date().timeIntervalSince1970)
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(seconds).\(body)".utf8), using: SymmetricKey(data: Data(secret.utf8)))
        var request = HTTPClientRequest(url: address + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(
            name: "Bolna-Signature", value: "t=\(seconds),v1=" + code.map { String(format: "%02x", $0) }.joined())
        request.body = .bytes(ByteBuffer(string: body))
        let response = try await client.execute(request, timeout: .seconds(30))
        guard statuses.contains(response.status.code) else {
            throw BrowserFailure("the gateway answered a webhook with \(response.status.code)")
        }
    }

    /// Posts a webhook about a call, a given time ago.
    func post(
        call id: String, _ status: String, number: String = "+14155550100", secondsAgo: Double = 0,
        transcript: String? = nil, name: String = "Asha", isFinal: Bool = false
    ) async throws {
        let at = Date(timeIntervalSinceNow: -secondsAgo).formatted(.iso8601)
        var object: [String: Any] = [
            "id": id, "agent_id": "agent-1", "status": status, "created_at": at, "updated_at": at,
            "telephony_data": ["to_number": number, "from_number": "+14155550111", "call_type": "outbound"],
            "context_details": ["recipient_data": ["callerName": name]],
        ]
        if let transcript { object["transcript"] = transcript }
        if isFinal {
            object["conversation_duration"] = 92
            object["total_cost"] = 12.4
            object["cost_breakdown"] = ["llm": 2.1, "network": 4.2, "platform": 6.1]
        }
        try await post(String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self))
    }

    /// Signs a browser in and leaves it at a page.
    func signIn(_ browser: Browser, at path: String = "/calls", key: String = Stage.key) async throws {
        try await browser.open(address + path)
        try await browser.type(key, into: "#key")
        try await browser.click("#sign-in button")
        try await browser.wait(for: "document.querySelector('.who')")
    }
}

/// The accessibility checker that the test command fetched.
enum Axe {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: ".build-axe/axe.min.js")

    /// What is wrong with the page that a browser shows.
    static func violations(in browser: Browser) async throws -> [String] {
        guard let script = try? String(contentsOf: file, encoding: .utf8) else {
            throw BrowserFailure("\(file.path) is missing: the test command .ci/test fetches it")
        }
        try await browser.run(script: script)
        let found = try await browser.promise(
            "axe.run(document).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html.slice(0, 160)).join(' ')))"
        )
        return found as? [String] ?? ["\(found)"]
    }
}

/// Where pictures of pages are kept, for people to look at.
enum Pictures {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: ".build-pictures")

    /// Keeps a picture of the window.
    static func keep(_ name: String, of browser: Browser) async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await browser.screenshot().write(to: folder.appending(path: "\(name).png"))
    }
}
