import CallDomain
import Foundation
import GatewayHTTP
import NIOCore
import NIOSSL
import Synchronization
import Testing

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
            }
            #expect(try await kept.send(Self.request).hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test("Client certificates are asked for as the settings say", arguments: ClientCertificates.allCases)
    func clientCertificates(policy: ClientCertificates) async throws {
        let folder = TestTLS.Folder(path: try TemporaryFolder.make())
        defer { TemporaryFolder.remove(folder.path) }
        let authority = try TestTLS.Authority(from: Self.day(-1), to: Self.day(60))
        let known = try TestTLS.pair(from: Self.day(-1), to: Self.day(30), by: authority)
        let stranger = try TestTLS.pair(from: Self.day(-1), to: Self.day(30))
        var files = try folder.write(TestTLS.pair(from: Self.day(-1), to: Self.day(30)))
        let authorities = folder.path + "/clients.pem"
        try authority.certificate.write(toFile: authorities, atomically: true, encoding: .utf8)
        files.clientAuthorities = authorities
        files.clientCertificates = policy
        try await TestGateway.run(tls: files) { gateway in
            for version in [TLSVersion.tlsv12, .tlsv13] {
                let answers: [Bool] = try await [nil, known, stranger].asyncMap { pair in
                    let text = try? await RawConnection.exchange(port: gateway.port, [Self.request]) { configuration in
                        configuration.maximumTLSVersion = version
                        guard let pair,
                            let key = try? NIOSSLPrivateKey(bytes: Array(pair.privateKey.utf8), format: .pem)
                        else { return }
                        let chain = (try? NIOSSLCertificate.fromPEMBytes(Array(pair.certificate.utf8))) ?? []
                        configuration.certificateChain = chain.map { .certificate($0) }
                        configuration.privateKey = .privateKey(key)
                    }
                    return text?.hasPrefix("HTTP/1.1 404 ") ?? false
                }
                switch policy {
                case .off: #expect(answers == [true, true, true])
                case .optional: #expect(answers == [true, true, false])
                case .required: #expect(answers == [false, true, false])
                }
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

    @Test("Metrics and health say how long the certificate is valid")
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
        }
    }
}

/// Whether more requests are wanted.
private final class Load: Sendable {
    private let wanted = Mutex(true)

    var isWanted: Bool { wanted.withLock { $0 } }

    func end() { wanted.withLock { $0 = false } }
}

extension Array {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
