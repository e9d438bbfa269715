import BolnaClient
import CallDomain
import NIOSSL
import Synchronization

/// A client and a server that trust each other, for the length of one test.
struct ClientFixture {
    let client: BolnaClient
    let server: ScriptedServer

    static let account = AccountID(rawValue: "default")
    static let token = "bn-0123456789abcdef-canary"

    /// Starts both, runs the body, and stops both.
    static func run<Result: Sendable>(
        tls change: @Sendable (TestAuthority) throws -> TLSConfiguration? = { try $0.serverConfiguration() },
        settings adjust: (inout BolnaClientSettings) -> Void = { _ in },
        script: @escaping ScriptedServer.Script,
        _ body: (ClientFixture) async throws -> Result
    ) async throws -> Result {
        let authority = try TestAuthority()
        return try await ScriptedServer.with(tls: try change(authority), script: script) { server in
            var settings = BolnaClientSettings(
                baseURL: try BolnaBaseURL(validating: "https://127.0.0.1:\(server.port)"), caFile: authority.file)
            adjust(&settings)
            let client = try BolnaClient(settings: settings, credentials: credentials(), now: TickingTime().now)
            let result = try await body(ClientFixture(client: client, server: server))
            await client.shutdown()
            return result
        }
    }

    static func credentials() throws -> BolnaCredentials {
        guard let token = BolnaToken(token) else { throw Unusable() }
        return BolnaCredentials([account: token])
    }

    func send(_ endpoint: BolnaRequest.Endpoint) async -> BolnaAnswer {
        await client.send(BolnaRequest(account: Self.account, endpoint: endpoint))
    }

    struct Unusable: Error {}
}

/// A wall clock that goes on by a second each time it is read, from 2026-11-22T00:00:00Z.
final class TickingTime: Sendable {
    private let seconds = Mutex<Int64>(1_795_305_600)

    var now: @Sendable () -> Timestamp {
        {
            self.seconds.withLock { seconds in
                seconds += 1
                return Timestamp(seconds: seconds)
            }
        }
    }
}

extension BolnaAnswer {
    /// The status; nil where there was no HTTP answer.
    var status: Int? { if case .response(let status, _, _) = outcome { status } else { nil } }
    /// The body as text.
    var text: String? {
        if case .response(_, _, let body) = outcome { String(decoding: body, as: UTF8.self) } else { nil }
    }
    /// `Retry-After`.
    var retryAfter: Duration? { if case .response(_, let retryAfter, _) = outcome { retryAfter } else { nil } }
    /// The failure; nil where there was an HTTP answer.
    var failure: TransportFailure? { if case .failed(let failure) = outcome { failure } else { nil } }
}
