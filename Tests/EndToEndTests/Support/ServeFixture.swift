import AsyncHTTPClient
import Foundation

/// A `gateway serve` of a test's own, ready, with a client that trusts its certificate.
struct ServeFixture: Sendable {
    let gateway: GatewayProcess
    let poster: Poster
    let address: URL
    let operatorAddress: URL
    /// Its folder stays for as long as it runs.
    private let folder: TemporaryFolder

    /// The secret the tests sign with.
    static let secret = "whsec_end_to_end_test_secret"
    /// The API key the tests read with.
    static let key = "gwk_end_to_end_test_key"

    /// Ports of the system's choice, no polling; the bodies of the tests are older than what is kept by default.
    static let environment = [
        "GATEWAY_LISTEN_HOST": "127.0.0.1", "GATEWAY_LISTEN_PORT": "0",
        "GATEWAY_OPERATOR_HOST": "127.0.0.1", "GATEWAY_OPERATOR_PORT": "0",
        "GATEWAY_WEBHOOK_SECRET": secret, "GATEWAY_API_KEY": key, "GATEWAY_RETENTION_BODIES": "forever",
        "GATEWAY_RETENTION_TRANSCRIPTS": "forever", "GATEWAY_RETENTION_CALLS": "forever",
    ]

    /// Starts `gateway serve` in a folder and waits until it accepts.
    static func start(
        in folder: TemporaryFolder, environment: [String: String] = Self.environment
    ) async throws -> ServeFixture {
        let gateway = try GatewayProcess(["serve"], in: folder.url, environment: environment)
        let (address, operatorAddress) = try await gateway.ready()
        let client = try Poster.client(trusting: folder.url.appending(path: "data/gateway.crt"))
        let poster = Poster(gateway: address, secret: secret, client: client)
        return ServeFixture(
            gateway: gateway, poster: poster, address: address, operatorAddress: operatorAddress, folder: folder)
    }

    /// Asks the gateway to stop and returns its exit code.
    func stop() async throws -> Int32 {
        gateway.signal(SIGTERM)
        let end = await gateway.end()
        try await poster.client.shutdown()
        return end.code
    }
}

/// The faithful bodies that the wire tests keep.
enum Payloads {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "BolnaWireTests/Payloads")

    /// The names of all of them, ordered.
    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }.sorted()
    }

    /// One of them as text.
    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }
}
