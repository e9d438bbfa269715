import Foundation
import Testing

@Suite("Forgetting a person, by the built program") struct ForgetTests {
    private static let number = "+14155550177"

    private func run(_ arguments: [String], in folder: TemporaryFolder) async throws
        -> (code: Int32, output: String, errors: String)
    {
        await (try GatewayProcess(arguments, in: folder.url)).end()
    }

    private static func call(_ status: String) -> [UInt8] {
        let time = Date().ISO8601Format()
        return Array(
            """
            {"id":"call-1","agent_id":"agent-1","status":"\(status)","created_at":"\(time)","updated_at":"\(time)",\
            "transcript":"user: this is Zzorina","telephony_data":{"to_number":"\(number)"}}
            """.utf8)
    }

    private func isInFiles(_ text: String, of folder: TemporaryFolder) throws -> Bool {
        let data = folder.url.appending(path: "data")
        return try FileManager.default.contentsOfDirectory(atPath: data.path).contains { name in
            guard name.hasPrefix("gateway.db") else { return false }
            return try Data(contentsOf: data.appending(path: name)).range(of: Data(text.utf8)) != nil
        }
    }

    @Test("Without a running gateway a person is forgotten in the database itself, and later starts keep to it")
    func forgetAlone() async throws {
        let folder = try TemporaryFolder()
        #expect(try await run(["forget", "--number", Self.number, "--yes"], in: folder).code == 1, "no database yet")
        var fixture = try await ServeFixture.start(in: folder)
        #expect(try await fixture.poster.post(signed: Self.call("ringing")).status == 200)
        #expect(try await fixture.stop() == 0)
        let dry = try await run(["forget", "--number", Self.number, "--dry-run"], in: folder)
        #expect(dry.code == 0 && dry.output.contains("Would be deleted: 1 calls"), "\(dry.output)\(dry.errors)")
        let done = try await run(["forget", "--number", Self.number, "--yes"], in: folder)
        #expect(done.code == 0 && done.output.contains("Deleted: 1 calls"), "\(done.output)\(done.errors)")
        #expect(try !isInFiles("4155550177", of: folder))
        fixture = try await ServeFixture.start(in: folder)
        #expect(try await fixture.poster.post(signed: Self.call("completed")).status == 200)
        #expect(try await fixture.poster.get("/api/v1/calls/call-1", key: ServeFixture.key).status == 404)
        #expect(try await fixture.stop() == 0)
        #expect(try !isInFiles("4155550177", of: folder))
    }

    @Test("A person is counted, forgotten for good over a restart, and who asked is in the audit")
    func forget() async throws {
        let folder = try TemporaryFolder()
        var fixture = try await ServeFixture.start(in: folder)
        #expect(try await fixture.poster.post(signed: Self.call("ringing")).status == 200)
        let asked = try await run(["forget", "--number", Self.number], in: folder)
        #expect(asked.code == 64, "without a terminal nothing is deleted: \(asked.errors)")
        let dry = try await run(["forget", "--number", Self.number, "--dry-run"], in: folder)
        #expect(dry.code == 0 && dry.output.contains("Would be deleted: 1 calls"), "\(dry.output)\(dry.errors)")
        let done = try await run(["forget", "--number", Self.number, "--yes"], in: folder)
        #expect(done.code == 0 && done.output.contains("Deleted: 1 calls"), "\(done.output)\(done.errors)")
        #expect(done.output.contains("Backups"))
        #expect(try !isInFiles("4155550177", of: folder))
        #expect(try !isInFiles("Zzorina", of: folder))
        #expect(try await fixture.stop() == 0)

        fixture = try await ServeFixture.start(in: folder)
        #expect(try await fixture.poster.post(signed: Self.call("completed")).status == 200)
        #expect(try await fixture.poster.get("/api/v1/calls/call-1", key: ServeFixture.key).status == 404)
        let audit = try await run(["audit", "--output", "csv"], in: folder)
        #expect(audit.code == 0 && audit.output.contains("socket,forget,"), "\(audit.output)\(audit.errors)")
        #expect(!audit.output.contains("4155550177"))
        #expect(try await run(["forget", "--number", "12", "--yes"], in: folder).code == 1)
        #expect(try await fixture.stop() == 0)
        #expect(try !isInFiles("4155550177", of: folder))

        // Where no gateway runs, the command acts on the database itself.
        let stranger = try await run(["forget", "--number", "+14155550199", "--yes"], in: folder)
        #expect(stranger.code == 0 && stranger.output.contains("Deleted: 0 calls"), "\(stranger.errors)")
        let trail = try await run(["audit", "--output", "csv"], in: folder)
        #expect(trail.code == 0 && trail.output.contains("command,forget,"), "\(trail.output)\(trail.errors)")
        try FileManager.default.removeItem(at: folder.url.appending(path: "data/forgotten-numbers-key"))
        let keyless = try await run(["serve"], in: folder)
        #expect(keyless.code == 78 && keyless.errors.contains("forgotten-numbers-key"), "\(keyless.errors)")
    }
}
