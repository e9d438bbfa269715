import CallDomain
import Foundation
import GatewayHTTP
import NIOCore
import NIOSSL
import Synchronization
import Testing
import X509

@Suite("TLS of the listener", .serialized)
struct ListenerTLSTests {
    private static func now() -> Timestamp { Timestamp(seconds: Int64(Date().timeIntervalSince1970)) }
    private static func day(_ days: Int64) -> Timestamp { now().advanced(by: .seconds(days * 86_400)) }

    private static let request = "GET /none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    @Test("A hundred swaps of the certificate under load fail no handshake, and drop no connection")
    func swaps() async throws {
        let folder = TestTLS.Folder(path: try TemporaryFolder.make())
        defer { TemporaryFolder.remove(folder.path) }
        let pairs = try (0..<2).map { try TestTLS.pair(from: Self.day(-1), to: Self.day(60 + Int64($0))) }
        // The connection that is kept says nothing until the end.
        var limits = ListenerLimits()
        limits.timeToHeaders = .seconds(600)
        try await TestGateway.run(limits: limits, tls: try folder.write(pairs[0])) { gateway in
            let port = gateway.port
            let load = Load()
            let kept = try await RawConnection.Held(port: port)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        var answered = 0
                        repeat {
                            let text = try await RawConnection.exchange(port: port, [Self.request])
                            #expect(text.hasPrefix("HTTP/1.1 404 "))
                            answered += 1
                        } while load.isWanted
                        return answered
                    }
                }
                var replaced = 0
                for number in 1...100 {
                    _ = try folder.write(pairs[number % 2])
                    if gateway.certificates.reload() == .replaced { replaced += 1 }
                    let text = try await RawConnection.exchange(port: port, [Self.request])
                    #expect(text.hasPrefix("HTTP/1.1 404 "))
                }
                load.end()
                #expect(replaced == 100)
                var answered = 0
                for try await count in group { answered += count }
                #expect(answered >= 2)
                print("certificate swaps: \(replaced), handshakes beside them: \(answered + 100), failed: 0")
            }
            #expect(try await kept.send(Self.request).hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test("Client certificates are asked for as the settings say", arguments: ClientCertificates.allCases)
    func clientCertificates(policy: ClientCertificates) async throws {
        let folder = TestTLS.Folder(path: try TemporaryFolder.make())
        defer { TemporaryFolder.remove(folder.path) }
        let authority = try TestTLS.Authority(from: Self.day(-1), to: Self.day(60))
        let clients = try ClientCertificate.allCases.map { try $0.pair(by: authority, day: Self.day) }
        var files = try folder.write(TestTLS.pair(from: Self.day(-1), to: Self.day(30)))
        let authorities = folder.path + "/clients.pem"
        try authority.certificate.write(toFile: authorities, atomically: true, encoding: .utf8)
        files.clientAuthorities = authorities
        files.clientCertificates = policy
        try await TestGateway.run(tls: files) { gateway in
            for version in [TLSVersion.tlsv12, .tlsv13] {
                for (client, pair) in zip(ClientCertificate.allCases, clients) {
                    let text = try? await RawConnection.exchange(port: gateway.port, [Self.request]) { configuration in
                        configuration.maximumTLSVersion = version
                        guard let pair,
                            let key = try? NIOSSLPrivateKey(bytes: Array(pair.privateKey.utf8), format: .pem)
                        else { return }
                        let chain = (try? NIOSSLCertificate.fromPEMBytes(Array(pair.certificate.utf8))) ?? []
                        configuration.certificateChain = chain.map { .certificate($0) }
                        configuration.privateKey = .privateKey(key)
                    }
                    let isServed =
                        switch policy {
                        case .off: true
                        case .optional: client == .none || client == .right
                        case .required: client == .right
                        }
                    #expect((text?.hasPrefix("HTTP/1.1 404 ") ?? false) == isServed, "\(client), \(version)")
                }
            }
        }
    }

    /// What a client may show.
    enum ClientCertificate: CaseIterable {
        case none, right, ofAnotherAuthority, selfSigned, expired, notYetValid, forServers

        func pair(by authority: TestTLS.Authority, day: (Int64) -> Timestamp) throws -> TestTLS.Pair? {
            switch self {
            case .none: nil
            case .right: try TestTLS.pair(from: day(-1), to: day(30), by: authority, uses: [.clientAuth])
            case .ofAnotherAuthority:
                try TestTLS.pair(
                    from: day(-1), to: day(30), by: TestTLS.Authority(from: day(-1), to: day(60)), uses: [.clientAuth])
            case .selfSigned: try TestTLS.pair(from: day(-1), to: day(30))
            case .expired: try TestTLS.pair(from: day(-3), to: day(-1), by: authority, uses: [.clientAuth])
            case .notYetValid: try TestTLS.pair(from: day(1), to: day(3), by: authority, uses: [.clientAuth])
            case .forServers: try TestTLS.pair(from: day(-1), to: day(30), by: authority, uses: [.serverAuth])
            }
        }
    }

    @Test("Where only TLS 1.3 is spoken, 1.2 is refused")
    func modern() async throws {
        let folder = TestTLS.Folder(path: try TemporaryFolder.make())
        defer { TemporaryFolder.remove(folder.path) }
        var files = try folder.write(TestTLS.pair(from: Self.day(-1), to: Self.day(30)))
        files.minimumVersion = .tls13
        try await TestGateway.run(tls: files) { gateway in
            let old = try? await RawConnection.exchange(port: gateway.port, [Self.request]) {
                $0.maximumTLSVersion = .tlsv12
            }
            #expect(old?.isEmpty ?? true)
            let new = try await RawConnection.exchange(port: gateway.port, [Self.request])
            #expect(new.hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test("Metrics, health and its page say how long the certificate is valid, the page that it ends soon")
    func told() async throws {
        let folder = TestTLS.Folder(path: try TemporaryFolder.make())
        defer { TemporaryFolder.remove(folder.path) }
        let end = Self.day(20).advanced(by: .seconds(3_600))
        try await TestGateway.run(tls: try folder.write(TestTLS.pair(from: Self.day(-1), to: end))) { gateway in
            let metrics = try await gateway.send("GET", "/metrics", port: gateway.operatorPort, scheme: "http")
            #expect(metrics.text.contains("\ngw_tls_certificate_days_left 20\n"))
            #expect(
                metrics.text.contains(
                    "\ngw_tls_certificate_not_after_timestamp_seconds \(end.rawValue / 1_000_000)\n"))
            let health = try await gateway.send("GET", "/api/v1/health", key: TestGateway.allScopes)
            #expect(health.text.contains(#""certificate":{"state":"ending","notAfter":"#))
            #expect(health.text.contains(#""daysLeft":20,"problem":null"#))
            let page = try await gateway.send("GET", "/health", key: TestGateway.allScopes)
            let items = page.text.components(separatedBy: "<li ").filter { $0.contains(">Certificate<") }
            #expect(items.count == 1)
            #expect(items.allSatisfy { $0.contains("h-attention") && $0.contains("20 days left") }, "\(items)")
        }
    }
}

/// Whether more requests are wanted.
private final class Load: Sendable {
    private let wanted = Mutex(true)

    var isWanted: Bool { wanted.withLock { $0 } }

    func end() { wanted.withLock { $0 = false } }
}
