import Foundation
import Testing

@Suite("gateway doctor") struct DoctorTests {
    /// What the doctor says of a set-up: its exit code and the grade of each check.
    private func examine(
        _ pair: ServerPair, port: Int, in folder: TemporaryFolder
    ) async throws -> (code: Int32, grades: [String: Set<String>], text: String) {
        let arguments = [
            "doctor", "--host", "localhost", "--output", "json", "--set", "listen.port=\(port)", "--set",
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
            "certificate key", "certificate chain", "certificate validity", "certificate name",
            "mode of tls.privateKey",
            "mode of database", "listen.port", "store",
        ] {
            #expect(grades[check] == ["ok"], "\(check): \(text)")
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
        for check in ["certificate key", "certificate validity", "mode of tls.privateKey", "listen.port"] {
            #expect(grades[check] == ["fail"], "\(check): \(text)")
        }
        #expect(!text.contains("PRIVATE KEY"))
    }
}
