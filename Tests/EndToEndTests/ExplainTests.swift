import Foundation
import GRDB
import Testing

@Suite("gateway explain") struct ExplainTests {
    private static let call = "f54886af-64c6-5dec-8a52-c3f9ab4af601"

    private func explain(
        _ arguments: [String], in folder: TemporaryFolder
    ) async throws -> (code: Int32, output: String, errors: String) {
        await (try GatewayProcess(["explain"] + arguments, in: folder.url)).end()
    }

    @Test("A call is explained through the running gateway, and from the file where none runs, in the same words")
    func bothWays() async throws {
        let folder = try TemporaryFolder()
        let fixture = try await ServeFixture.start(in: folder)
        for name in ["07-lifecycle-6-completed.json", "07-lifecycle-6-completed.json"] {
            _ = try await fixture.poster.post(signed: Array(try Payloads.text(name).utf8))
        }
        let running = try await explain([Self.call], in: folder)
        #expect(running.code == 0, "\(running.errors)")
        let words = running.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("Created the call, by rule first-statement."))
        #expect(words.contains("Came 2 times with the same bytes"))
        #expect(words.contains("Now: completed, as of "))
        #expect(words.contains("What is stored equals what the journal makes"))
        #expect(!running.output.split(separator: "\n").contains { $0.count > 120 })
        #expect(try await explain(["none"], in: folder).code == 1)
        #expect(try await fixture.stop() == 0)

        let stopped = try await explain([Self.call], in: folder)
        #expect(stopped.code == 0, "\(stopped.errors)")
        let evidence = { (output: String) in output.components(separatedBy: "What is believed").first }
        #expect(
            evidence(stopped.output)?.components(separatedBy: "Evidence").last
                == evidence(running.output)?.components(separatedBy: "Evidence").last)
        let missing = try await explain(["none"], in: folder)
        #expect(missing.code == 1 && missing.errors.hasPrefix("gateway: no call with this id"))

        let json = try await explain([Self.call, "--output", "json"], in: folder)
        let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        #expect((object?["steps"] as? [Any])?.count == 1)
        let csv = try await explain([Self.call, "--output", "csv"], in: folder)
        let rows = csv.output.split(separator: "\n")
        #expect(rows.count == 2 && rows.first?.hasPrefix("number,received_at,") == true)
    }

    @Test("A stored call that was tampered with is told by exit code and sentence, and becomes an incident")
    func tampered() async throws {
        let folder = try TemporaryFolder()
        var fixture = try await ServeFixture.start(in: folder)
        _ = try await fixture.poster.post(signed: Array(try Payloads.text("07-lifecycle-6-completed.json").utf8))
        #expect(try await fixture.stop() == 0)
        let database = try DatabaseQueue(path: folder.url.appending(path: "data/gateway.db").path)
        try await database.write { db in try db.execute(sql: "UPDATE calls SET state = x'00', status = 'busy'") }
        try database.close()

        let stopped = try await explain([Self.call], in: folder)
        #expect(stopped.code == 1)
        #expect(stopped.errors.contains("differs from what the journal makes in: state (cannot be read), list status"))
        #expect(stopped.output.contains("Now: completed"), "the journal's word is told")

        fixture = try await ServeFixture.start(in: folder)
        for _ in 1...2 { #expect(try await explain([Self.call], in: folder).code == 1) }
        let json = try await explain([Self.call, "--output", "json"], in: folder)
        #expect(json.output.components(separatedBy: "\"differs-from-journal\"").count == 2, "one incident, not three")
        #expect(try await fixture.stop() == 0)
    }
}
