import Foundation
import Testing

@Suite("Quarantine and replay, by the built program") struct QuarantineTests {
    private func run(_ arguments: [String], in folder: TemporaryFolder) async throws
        -> (code: Int32, output: String, errors: String)
    {
        await (try GatewayProcess(arguments, in: folder.url)).end()
    }

    private static let call =
        "{\"id\":\"call-of-b\",\"agent_id\":\"agent-b\",\"status\":\"completed\","
        + "\"updated_at\":\"2026-03-04T09:15:08Z\"}"

    @Test("What is kept aside is listed, explained, replayed once its cause is gone, and then a call")
    func replay() async throws {
        let folder = try TemporaryFolder()
        let fixture = try await ServeFixture.start(in: folder)
        for (body, path) in [
            (Self.call, "/webhooks/bolna/default/agent-a"), ("{\"status\":\"busy\"}", "/webhooks/bolna"),
            (try Payloads.text("28-workflow-execution-terminal.json"), "/webhooks/bolna"),
        ] {
            let answer = try await fixture.poster.post(signed: Array(body.utf8), path: path)
            #expect(answer.status == 200 && answer.body.contains("quarantined"))
        }
        let list = try await run(["quarantine"], in: folder)
        #expect(list.code == 0, "\(list.errors)")
        for word in ["2 open, 1 settled", "agent-mismatch", "no-id", "workflow", "call-of-b"] {
            #expect(list.output.contains(word), "\(list.output)")
        }
        let shown = try await run(["quarantine", "show", "1"], in: folder)
        #expect(shown.output.contains("webhook-url --agent") && shown.output.contains("\"agent-b\""))
        #expect(try await run(["quarantine", "show", "99"], in: folder).code == 1)

        let dry = try await run(["quarantine", "replay", "--all", "--accept-agents", "--dry-run"], in: folder)
        #expect(dry.code == 0, "\(dry.errors)")
        #expect(dry.output.contains("would be stored") && dry.output.contains("no-id"))
        #expect(dry.errors.contains("2 open entries match") && dry.errors.contains("nothing was changed"))
        #expect(try await fixture.poster.get("/api/v1/calls/call-of-b", key: ServeFixture.key).status == 404)

        let done = try await run(["quarantine", "replay", "--reason", "agent-mismatch", "--accept-agents"], in: folder)
        #expect(done.code == 0 && done.errors.contains("1 stored"), "\(done.errors)")
        let call = try await fixture.poster.get("/api/v1/calls/call-of-b", key: ServeFixture.key)
        #expect(call.status == 200 && call.body.contains("\"completed\""))
        let again = try await run(["quarantine", "replay", "1", "--accept-agents"], in: folder)
        #expect(again.errors.contains("Nothing to do."))

        let settled = try await run(["quarantine", "list", "--state", "settled"], in: folder)
        #expect(settled.output.contains("replayed by hand") && settled.output.contains("kept as other"))
        let csv = try await run(["quarantine", "list", "--state", "all", "--output", "csv"], in: folder)
        #expect(csv.output.components(separatedBy: "\r\n").count == 5, "\(csv.output)")
        #expect(csv.output.hasPrefix("id,state,resolution,") && csv.output.contains("2,open,,,no-id,"))
        #expect(try await run(["quarantine", "replay"], in: folder).code == 64, "nothing was named")
        #expect(try await run(["quarantine", "replay", "--reason", "nonsense"], in: folder).code == 1)
        #expect(try await fixture.stop() == 0)

        // Without a running gateway the commands work on the database itself.
        let alone = try await run(["quarantine", "list", "--state", "all", "--output", "json"], in: folder)
        #expect(alone.code == 0 && alone.output.contains("\"resolution\":\"replayed by hand\""), "\(alone.errors)")
        let asked = try await run(["quarantine", "discard", "--all"], in: folder)
        #expect(asked.code == 64 && asked.errors.contains("--yes"), "nobody is at a terminal to be asked")
        let discarded = try await run(["quarantine", "discard", "--all", "--yes", "--output", "csv"], in: folder)
        #expect(discarded.output.hasPrefix("id,kept_for,outcome,") && discarded.output.contains("2,no-id,discarded,"))
        #expect(discarded.code == 0 && discarded.errors.contains("1 discarded"), "\(discarded.errors)")
    }

    @Test("A policy is tried out on the journal beside the running gateway, and changes nothing")
    func policy() async throws {
        let folder = try TemporaryFolder()
        let fixture = try await ServeFixture.start(
            in: folder,
            environment: ServeFixture.environment.merging(["GATEWAY_WEBHOOK_SOURCE_ADDRESSES": "127.0.0.1"]) { $1 })
        let ringing = Self.call.replacing("completed", with: "ringing").replacing("09:15", with: "09:14")
        #expect(try await fixture.poster.post(signed: Array(ringing.utf8)).status == 200)
        #expect(try await fixture.poster.post(Array(Self.call.utf8), signature: nil).status == 200)

        let file = folder.url.appending(path: "policy.yaml")
        try "webhook:\n  trust:\n    addressed: apply\n".write(to: file, atomically: true, encoding: .utf8)
        let table = try await run(["replay", "--policy", file.path], in: folder)
        #expect(table.code == 0, "\(table.errors)")
        #expect(table.output.contains("status: ringing → completed"), "\(table.output)")
        #expect(table.output.contains("hint → applied"))
        #expect(table.output.contains("Of 1 call, 1 would be believed differently"))
        let json = try await run(["replay", "--policy", file.path, "--output", "json"], in: folder)
        let object = try? JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        #expect((object?["totals"] as? [String: Any])?["changedCalls"] as? Int == 1, "\(json.output)")
        let csv = try await run(["replay", "--policy", file.path, "--output", "csv"], in: folder)
        #expect(csv.output.contains(",call,status,ringing,completed"))
        let call = try await fixture.poster.get("/api/v1/calls/call-of-b", key: ServeFixture.key)
        #expect(call.body.contains("\"status\":\"ringing\""))

        try "trust:\n  addressed: apply\nexpectations:\n  ringing: soon\nlisten:\n  port: 1\n"
            .write(to: file, atomically: true, encoding: .utf8)
        let wrong = try await run(["replay", "--policy", file.path], in: folder)
        #expect(wrong.code == 78)
        #expect(wrong.errors.contains("policy.yaml:4") && wrong.errors.contains("policy.yaml:6"), "\(wrong.errors)")
        #expect(try await run(["replay", "--policy", "/nowhere.yaml"], in: folder).code == 78)
        #expect(try await fixture.stop() == 0)
    }
}
