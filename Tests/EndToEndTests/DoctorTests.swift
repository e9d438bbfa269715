import Foundation
import Testing

@Suite("gateway doctor") struct DoctorTests {
    /// What the doctor says of a set-up: its exit code and the grade of each check.
    private func examine(
        _ pair: ServerPair, port: Int, account: String = "default", in folder: TemporaryFolder
    ) async throws -> (code: Int32, grades: [String: Set<String>], text: String) {
        let arguments = [
            "doctor", "--host", "localhost", "--account", account, "--output", "json", "--set", "listen.port=\(port)",
            "--set",
            "listen.host=127.0.0.1", "--set", "operator.port=0", "--set", "tls.certificate=\(pair.certificate.path)",
            "--set", "tls.privateKey=\(pair.privateKey.path)",
        ]
        let end = await (try GatewayProcess(arguments, in: folder.url)).end()
        let report = try JSONDecoder().decode(Report.self, from: Data(end.output.utf8))
        var grades: [String: Set<String>] = [:]
        for finding in report.findings { grades[finding.check, default: []].insert(finding.grade) }
        return (end.code, grades, end.output)
    }

    private struct Report: Decodable {
        struct Finding: Decodable {
            var check: String
            var grade: String
            var advice: String?
        }

        var findings: [Finding]
    }

    @Test("A good set-up is found to be one")
    func good() async throws {
        let folder = try TemporaryFolder()
        let pair = try ServerPair(in: folder.url, days: -1...90)
        let fixture = try await ServeFixture.start(in: folder)
        #expect(try await fixture.stop() == 0)
        let (code, grades, text) = try await examine(pair, port: 0, in: folder)
        #expect(code == 0, "\(text)")
        for check in [
            "certificate key", "certificate chain", "certificate validity", "certificate name", "certificate use",
            "sealing key", "mode of sealing-key", "forgotten numbers",
            "mode of tls.privateKey",
            "mode of database", "listen.port", "store",
        ] {
            #expect(grades[check] == ["ok"], "\(check): \(text)")
        }
    }

    @Test("An account is looked at by its name, and its faults are found")
    func account() async throws {
        let folder = try TemporaryFolder()
        let pair = try ServerPair(in: folder.url, days: -1...90)
        let fixture = try await ServeFixture.start(in: folder)
        for arguments in [
            ["account", "add", "acme"], ["account", "secret", "add", "acme"], ["key", "mint", "--account", "acme"],
        ] {
            #expect(await (try GatewayProcess(arguments, in: folder.url)).end().code == 0, "\(arguments)")
        }
        let good = try await examine(pair, port: 0, account: "acme", in: folder)
        #expect(good.code == 0, "\(good.text)")
        for check in ["account", "account secrets", "account keys", "sealing key", "mode of gateway.sock"] {
            #expect(good.grades[check] == ["ok"], "\(check): \(good.text)")
        }
        #expect(try await fixture.stop() == 0)
        #expect(try await examine(pair, port: 0, account: "nobody", in: folder).code == 1)
        let key = folder.url.appending(path: "data/sealing-key")
        try ("seal_" + String(repeating: "A", count: 43)).write(to: key, atomically: false, encoding: .utf8)
        let wrong = try await examine(pair, port: 0, account: "acme", in: folder)
        #expect(wrong.code == 1)
        for check in ["account secrets", "sealing key"] {
            #expect(wrong.grades[check] == ["fail"], "\(check): \(wrong.text)")
        }
    }

    @Test("A broken set-up is found to be one, each fault by its name")
    func broken() async throws {
        let other = try await ServeFixture.start(in: TemporaryFolder())
        let folder = try TemporaryFolder()
        let pair = try ServerPair(in: folder.url, days: -9...(-1), keyIsItsOwn: false, keyMode: 0o644)
        let (code, grades, text) = try await examine(
            pair, port: try #require(other.address.port), in: folder)
        #expect(try await other.stop() == 0)
        #expect(code == 1)
        for check in [
            "certificate key", "certificate validity", "certificate use", "mode of tls.privateKey", "listen.port",
        ] {
            #expect(grades[check] == ["fail"], "\(check): \(text)")
        }
        #expect(!text.contains("PRIVATE KEY"))
    }
}
