import AsyncHTTPClient
import BolnaModel
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import Testing

@testable import BolnaSimulator

@Suite("SimulatorServer", .timeLimit(.minutes(10)))
struct SimulatorServerTests {
    /// Fast enough for a call to be over in some tens of milliseconds.
    private static let speed = 20_000.0

    private static func configuration() -> SimulatorConfiguration {
        var configuration = SimulatorConfiguration()
        configuration.seed = 4
        configuration.world.speed = speed
        configuration.world.agents = 1
        configuration.world.outcomes = .only(.answered)
        configuration.world.lateRecording = .never
        configuration.world.rescheduledCalls = .never
        return configuration
    }

    /// Runs a simulator, and a client that trusts nothing but its authority.
    private func withSimulator(
        _ configuration: SimulatorConfiguration = configuration(),
        version: HTTPClient.Configuration.HTTPVersion = .automatic,
        _ body: @Sendable @escaping (SimulatorServer, Client) async throws -> Void
    ) async throws {
        let logger = Logger(label: "simulator") { _ in SwiftLogNoOpLogHandler() }
        let server = try SimulatorServer(configuration: configuration, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let base = "https://localhost:\(try await server.port())"
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(server.caPEM.utf8)))
            var settings = HTTPClient.Configuration(tlsConfiguration: tls)
            settings.httpVersion = version
            let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
            let result = await Result { try await body(server, Client(http: http, base: base)) }
            try await http.shutdown()
            group.cancelAll()
            while let ended = await group.nextResult() { _ = ended }
            try result.get()
        }
    }

    struct Client: Sendable {
        var http: HTTPClient
        var base: String

        struct Answer {
            var status: UInt
            var version: HTTPVersion
            var text: String

            func member(_ name: String) -> String? {
                let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
                return object?[name] as? String
            }
        }

        func send(
            _ method: HTTPMethod, _ path: String, body: String = "", token: String? = "bn-simulator"
        ) async throws -> Answer {
            var request = HTTPClientRequest(url: base + path)
            request.method = method
            if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
            if !body.isEmpty { request.body = .bytes(ByteBuffer(string: body)) }
            let response = try await http.execute(request, timeout: .seconds(60))
            let text = String(buffer: try await response.body.collect(upTo: 1 << 24))
            return Answer(status: response.status.code, version: response.version, text: text)
        }

        func place(_ agent: String) async throws -> String {
            let body = #"{"agent_id":"\#(agent)","recipient_phone_number":"+910000012345"}"#
            return try #require(try await send(.POST, "/call", body: body).member("execution_id"))
        }
    }

    @Test("Placed calls are read over HTTPS, by HTTP/2 and by HTTP/1.1", arguments: [true, false])
    func reads(isHTTP2: Bool) async throws {
        try await withSimulator(version: isHTTP2 ? .automatic : .http1Only) { server, client in
            let id = try await client.place(server.agentIDs[0])
            let read = try await client.send(.GET, "/executions/\(id)")
            #expect(read.status == 200 && read.member("id") == id)
            #expect(read.version == (isHTTP2 ? .http2 : .http1_1))
            let list = try await client.send(.GET, "/v2/agent/\(server.agentIDs[0])/executions?page_size=5")
            #expect(list.text.contains(id) && list.text.contains("\"has_more\":false"))
            let unsigned = try await client.send(.GET, "/user/me", token: nil)
            #expect(unsigned.status == 401)
            let wrong = try await client.send(.GET, "/user/me", token: "wrong")
            #expect(wrong.status == 403)
        }
    }

    @Test("A client that does not trust the authority does not get through")
    func untrusted() async throws {
        try await withSimulator { _, client in
            var settings = HTTPClient.Configuration()
            settings.connectionPool.retryConnectionEstablishment = false
            let stranger = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
            await #expect(throws: (any Error).self) {
                try await Client(http: stranger, base: client.base).send(.GET, "/user/me")
            }
            try await stranger.shutdown()
        }
    }

    @Test("Webhooks arrive over TLS, with their headers, in the order of the call")
    func webhooks() async throws {
        let receiver = try WebhookReceiver()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await receiver.run() }
            let port = try #require(await receiver.port())
            var configuration = Self.configuration()
            configuration.world.webhookURL = "https://localhost:\(port)/webhooks/bolna"
            configuration.webhookCertificateAuthorities = receiver.authorityPEM
            configuration.webhookHeaders = [.init(name: "Authorization", value: "Bearer t0ken")]
            try await withSimulator(configuration) { server, client in
                let id = try await client.place(server.agentIDs[0])
                var statuses: [String] = []
                for await delivery in receiver.received {
                    let body = try #require(
                        try JSONSerialization.jsonObject(with: Data(delivery.body.utf8)) as? [String: Any])
                    #expect(body["id"] as? String == id)
                    #expect(delivery.authorization == "Bearer t0ken" && delivery.path == "/webhooks/bolna")
                    statuses.append(body["status"] as? String ?? "")
                    if statuses.last == "completed" { break }
                }
                #expect(
                    statuses == ["queued", "initiated", "ringing", "in-progress", "call-disconnected", "completed"])
                let read = try await client.send(.GET, "/executions/\(id)")
                #expect(read.member("status") == "completed")
                #expect(read.text.contains("\(client.base)/recordings/call/\(id)"))
                #expect(server.truth().map(\.status) == [.completed])
                let recording = try await client.http.get(url: "\(client.base)/recordings/call/\(id)").get()
                #expect(recording.status == .unauthorized)
            }
            group.cancelAll()
            while let ended = await group.nextResult() { _ = ended }
        }
    }

    @Test("When all webhooks are lost none is sent, and reads still tell the truth")
    func totalLoss() async throws {
        var configuration = Self.configuration()
        configuration.world.webhookURL = "https://localhost:9/never"
        configuration.world.faults.webhookLoss = .always
        try await withSimulator(configuration) { server, client in
            let id = try await client.place(server.agentIDs[0])
            var status = ""
            while status != "completed" {
                status = try await client.send(.GET, "/executions/\(id)").member("status") ?? ""
            }
            let counts = server.log().counts
            #expect(counts.sent == 0 && counts.lost == counts.changes && counts.changes == 6)
            #expect(server.healedCalls() == 1)
        }
    }

    @Test("A cut answer is an error for the client, by HTTP/2 and by HTTP/1.1", arguments: [true, false])
    func cut(isHTTP2: Bool) async throws {
        try await withSimulator(version: isHTTP2 ? .automatic : .http1Only) { server, client in
            var faults = Faults()
            faults.cutAnswers = .always
            server.setFaults(faults)
            await #expect(throws: (any Error).self) { try await client.send(.GET, "/user/me") }
            server.setFaults(Faults())
            let whole = try await client.send(.GET, "/user/me")
            #expect(whole.status == 200)
            #expect(server.log().counts.cut == 1)
        }
    }

    @Test("The control endpoints change faults, let a customer call, and tell the truth and the log")
    func control() async throws {
        try await withSimulator { server, client in
            let set = try await client.send(.POST, "/_simulator/faults", body: #"{"rate_5xx":"100%"}"#, token: nil)
            #expect(set.status == 204)
            let broken = try await client.send(.GET, "/user/me")
            #expect(broken.status >= 500)
            let unset = try await client.send(.POST, "/_simulator/faults", body: #"{"rate_5xx":0}"#)
            #expect(unset.status == 204)
            let unknown = try await client.send(.POST, "/_simulator/faults", body: #"{"x":0}"#)
            #expect(unknown.status == 422)
            let inbound = try await client.send(.POST, "/_simulator/inbound")
            #expect(inbound.status == 204)
            let truth = try await client.send(.GET, "/_simulator/truth")
            let call = try #require(server.truth().first)
            #expect(truth.status == 200 && truth.text.contains(call.id) && call.origin == .inbound)
            let log = try await client.send(.GET, "/_simulator/log")
            #expect(log.text.contains(#""event":"changed""#) && log.text.contains(#""event":"served""#))
            let other = try await client.send(.GET, "/_simulator/other")
            #expect(other.status == 404)
        }
    }

    @Test("A body that is too large is refused")
    func largeBody() async throws {
        try await withSimulator { server, client in
            let body = String(repeating: " ", count: SimulatorResponder.bodyLimit + 1)
            let refused = try await client.send(.POST, "/call", body: body)
            #expect(refused.status == 413)
            #expect(server.truth().isEmpty)
        }
    }

    @Test("Where the port is taken, whoever waits for it learns so")
    func takenPort() async throws {
        try await withSimulator { server, _ in
            var configuration = Self.configuration()
            configuration.port = try await server.port()
            let second = try SimulatorServer(
                configuration: configuration, logger: Logger(label: "second") { _ in SwiftLogNoOpLogHandler() })
            await #expect(throws: (any Error).self) { try await second.run() }
            await #expect(throws: (any Error).self) { try await second.port() }
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
