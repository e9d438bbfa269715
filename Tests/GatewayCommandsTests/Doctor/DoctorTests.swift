import BolnaClient
import CallDomain
import Foundation
import GatewayHTTP
import Testing

@testable import GatewayCommands

@Suite("Doctor")
struct DoctorTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func grades(
        hosts: [String] = ["localhost"], certificate: String, key: String, days: Double = 0
    ) -> [String: Finding.Grade] {
        let checks = CertificateChecks(hosts: hosts, now: now.addingTimeInterval(days * 86_400))
        let findings = checks.findings(certificate: certificate, privateKey: key)
        return Dictionary(findings.map { ($0.check, $0.grade) }) { first, _ in first }
    }

    @Test("A pair of the first start is in order but for being self-signed")
    func selfSigned() throws {
        let made = try SelfSignedCertificate(now: now)
        #expect(
            grades(certificate: made.certificatePEM, key: made.privateKeyPEM) == [
                "certificate key": .ok, "certificate chain": .warn, "certificate validity": .ok,
                "certificate name": .ok,
            ])
    }

    @Test("Another key, another name, no certificate and no key fail")
    func wrong() throws {
        let made = try SelfSignedCertificate(now: now)
        let other = try SelfSignedCertificate(now: now)
        #expect(grades(certificate: made.certificatePEM, key: other.privateKeyPEM)["certificate key"] == .fail)
        #expect(grades(certificate: made.certificatePEM, key: "none")["certificate key"] == .fail)
        #expect(grades(certificate: "none", key: made.privateKeyPEM) == ["certificate": .fail])
        let named = grades(hosts: ["gateway.example"], certificate: made.certificatePEM, key: made.privateKeyPEM)
        #expect(named["certificate name"] == .fail)
        let chain = made.certificatePEM + other.certificatePEM
        #expect(grades(certificate: chain, key: made.privateKeyPEM)["certificate chain"] == .fail)
    }

    @Test("A certificate with a common name alone is good for no name")
    func commonNameAlone() throws {
        // Of gateway.example, made by openssl without a subject alternative name.
        let certificate = """
            -----BEGIN CERTIFICATE-----
            MIIBiTCCAS+gAwIBAgIUKZtOagdA/1lNDF9WJJtFEiy4SKowCgYIKoZIzj0EAwIw
            GjEYMBYGA1UEAwwPZ2F0ZXdheS5leGFtcGxlMB4XDTI2MTEzMDA4MjgxNVoXDTM2
            MTEyNzA4MjgxNVowGjEYMBYGA1UEAwwPZ2F0ZXdheS5leGFtcGxlMFkwEwYHKoZI
            zj0CAQYIKoZIzj0DAQcDQgAElkvfex47QzbSq6cj6PXp26jpHq3JXt3G4plNtcAF
            Jeoo2pIBvzqMUNpWhVL5IDJbtMF/5EAx2V70Nu6pfLSBBKNTMFEwHQYDVR0OBBYE
            FIbcS3I4hRJkLTMjK867FLWr4eUvMB8GA1UdIwQYMBaAFIbcS3I4hRJkLTMjK867
            FLWr4eUvMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAO6uI6ap
            Sl/ucCAlli3Q4+/njmTEEM0P7ClCCaaqV6RPAiBcUpujfZD/Ohdv8wZE9aVBhNxL
            hr4oBIDl/coxeZ1Tqw==
            -----END CERTIFICATE-----
            """
        let checks = CertificateChecks(hosts: ["gateway.example"], now: now)
        let finding = checks.findings(certificate: certificate, privateKey: "none")
            .first { $0.check == "certificate name" }
        #expect(finding?.grade == .fail)
        #expect(finding?.text == "not good for gateway.example, but for no name")
    }

    @Test(
        "Validity is judged 21 days ahead",
        arguments: [(-2, .fail), (0, .ok), (798, .ok), (799, .warn), (819, .warn), (821, .fail)]
            as [(Double, Finding.Grade)])
    func validity(days: Double, grade: Finding.Grade) throws {
        let made = try SelfSignedCertificate(now: now)
        let found = grades(certificate: made.certificatePEM, key: made.privateKeyPEM, days: days)
        #expect(found["certificate validity"] == grade)
    }

    @Test(
        "A star stands for one whole label",
        arguments: [
            ("gateway.example", "gateway.example", true), ("Gateway.Example", "gateway.example", true),
            ("a.example.com", "*.example.com", true), ("a.b.example.com", "*.example.com", false),
            ("example.com", "*.example.com", false), (".example.com", "*.example.com", false),
            ("gateway.example.evil", "gateway.example", false),
        ])
    func names(host: String, name: String, matches: Bool) {
        #expect(CertificateChecks.matches(host, name: name) == matches)
    }

    @Test(
        "Others must not read or write a secret's file",
        arguments: [(0o600, .ok), (0o640, .ok), (0o400, .ok), (0o660, .warn), (0o644, .fail), (0o602, .fail)]
            as [(Int, Finding.Grade)])
    func modes(mode: Int, grade: Finding.Grade) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "mode-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(FileManager.default.createFile(atPath: file.path, contents: nil))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
        #expect(MachineChecks.mode(of: file.path, "file")?.grade == grade)
    }

    @Test("What is absent has no mode")
    func absent() { #expect(MachineChecks.mode(of: "/nowhere/at/all", "file") == nil) }

    @Test("A port that is taken fails, unless a gateway of ours runs; an address of another machine fails")
    func ports() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> Int in
                guard bind(descriptor, generic, length) == 0, listen(descriptor, 1) == 0,
                    getsockname(descriptor, generic, &length) == 0
                else { return 0 }
                return Int(UInt16(bigEndian: pointer.pointee.sin_port))
            }
        }
        #expect(port > 0)
        #expect(MachineChecks.port("port", host: "127.0.0.1", port: port, isOurs: false).grade == .fail)
        #expect(MachineChecks.port("port", host: "127.0.0.1", port: port, isOurs: true).grade == .ok)
        #expect(MachineChecks.port("port", host: "127.0.0.1", port: 0, isOurs: false).grade == .ok)
        #expect(MachineChecks.port("port", host: "192.0.2.1", port: 40_000, isOurs: false).grade == .fail)
    }

    @Test("A clock before this program's time, or behind its own records, fails")
    func clock() {
        let old = Date(timeIntervalSince1970: 1_000_000_000)
        #expect(MachineChecks.clock(now: old, lastHeartbeat: nil).grade == .fail)
        #expect(MachineChecks.clock(now: now, lastHeartbeat: now.addingTimeInterval(61)).grade == .fail)
        #expect(MachineChecks.clock(now: now, lastHeartbeat: now.addingTimeInterval(60)).grade != .fail)
    }

    @Test("A gateway takes as many open files as the machine allows")
    func openFiles() {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limits = rlimit()
        getrlimit(resource, &limits)
        limits.rlim_cur = min(limits.rlim_cur, limits.rlim_max - 1)
        setrlimit(resource, &limits)
        #expect(OpenFiles.raise() == OpenFiles.most)
    }

    @Test("A stop takes at least as long as requests may go on, whatever is set")
    func longestStop() {
        #expect(GatewayRunner.longestStop(drain: ListenerLimits().drain) == .seconds(10))
        #expect(GatewayRunner.longestStop(drain: .seconds(60)) > .seconds(60))
    }

    @Test("Too few open files and short secrets are told")
    func warnings() {
        #expect(MachineChecks.openFiles(connections: 1_000, limit: 1_256).grade == .ok)
        #expect(MachineChecks.openFiles(connections: 1_000, limit: 1_255).grade == .warn)
        #expect(DoctorCommand.secrets([]).grade == .ok)
        #expect(DoctorCommand.secrets([String(repeating: "x", count: 32)]).grade == .ok)
        let short = DoctorCommand.secrets(["a-short-secret"])
        #expect(short.grade == .warn)
        #expect(!short.text.contains("a-short-secret"))
    }

    @Test(
        "SQLite's race of checkpoints is told where the version has it",
        arguments: [
            ("SQLite 3.40.1", .warn), ("SQLite 3.44.6", .ok), ("SQLite 3.50.6", .warn), ("SQLite 3.50.7", .ok),
            ("SQLite 3.51.2", .warn), ("SQLite 3.51.3", .ok), ("SQLite 4.0.0", .ok),
        ] as [(String, Finding.Grade)])
    func engine(version: String, grade: Finding.Grade) { #expect(StoreChecks.engine(version).grade == grade) }

    @Test("Bolna's answer tells whether the token is good")
    func bolna() {
        func grade(_ outcome: BolnaAnswer.Outcome) -> Finding.Grade {
            DoctorCommand.judge(outcome, baseURL: "https://api.bolna.ai").grade
        }
        #expect(grade(.response(status: 200, retryAfter: nil, body: [])) == .ok)
        #expect(grade(.response(status: 401, retryAfter: nil, body: [])) == .fail)
        #expect(grade(.response(status: 503, retryAfter: nil, body: [])) == .warn)
        #expect(grade(.failed(TransportFailure(kind: .dns, detail: "no such host"))) == .fail)
    }

    @Test("The report counts, and its table has one line a check")
    func report() throws {
        let report = DoctorReport(findings: [.ok("a", "fine"), .warn("bb", "so so", "look"), .fail("c", "bad", "mend")])
        #expect(
            report.table == """
                ok    a   fine
                warn  bb  so so: look
                fail  c   bad: mend
                1 in order, 1 to look at, 1 wrong
                """)
        #expect(
            report.json.hasPrefix(
                #"{"ok":1,"warn":1,"fail":1,"findings":[{"check":"a","grade":"ok","text":"fine","advice":null}"#))
    }
}
