import Foundation
import Testing

@Suite("Accounts and keys, by the built program") struct AccountTests {
    private func run(_ arguments: [String], in folder: TemporaryFolder) async throws
        -> (code: Int32, output: String, errors: String)
    {
        await (try GatewayProcess(arguments, in: folder.url)).end()
    }

    /// Runs a command that must succeed, and returns the last line it printed.
    private func line(_ arguments: [String], in folder: TemporaryFolder) async throws -> String {
        let end = try await run(arguments, in: folder)
        #expect(end.code == 0, "\(arguments): \(end.errors)")
        return String(end.output.split(separator: "\n").last ?? "")
    }

    private static let call = "f54886af-64c6-5dec-8a52-c3f9ab4af601"

    @Test("An account is added, served, given keys and taken out of service, beside a running gateway and without one")
    func account() async throws {
        let folder = try TemporaryFolder()
        var fixture = try await ServeFixture.start(in: folder)
        let token = folder.url.appending(path: "token")
        try "bn-token-canary\n".write(to: token, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: token.path)
        let add = ["account", "add", "acme", "--label", "Acme", "--polls", "off", "--token-file", token.path]
        let open = try await run(add, in: folder)
        #expect(open.code == 64 && open.errors.contains("chmod 640"), "\(open.errors)")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: token.path)
        let added = try await run(add, in: folder)
        #expect(added.code == 0 && added.output.contains("Acme"), "\(added.errors)")
        #expect(!added.output.contains("canary"))
        #expect(try await run(add, in: folder).code == 1, "there is one already")
        #expect(try await run(["account", "set", "default", "--label", "x"], in: folder).code == 1)

        let secret = try await line(["account", "secret", "add", "acme"], in: folder)
        let key = try await line(["key", "mint", "--account", "acme", "--label", "pages"], in: folder)
        let body = Array(try Payloads.text("07-lifecycle-6-completed.json").utf8)
        func poster() -> Poster {
            Poster(gateway: fixture.address, secret: secret, client: fixture.poster.client)
        }
        #expect(try await poster().post(signed: body, path: "/webhooks/bolna/acme").status == 200)
        #expect(try await fixture.poster.post(signed: body, path: "/webhooks/bolna/acme").status == 401)
        #expect(try await poster().get("/api/v1/calls/\(Self.call)", key: key).status == 200)
        #expect(try await poster().get("/api/v1/calls/\(Self.call)", key: ServeFixture.key).status == 404)
        #expect(try await run(["explain", Self.call], in: folder).code == 1)
        #expect(try await run(["explain", Self.call, "--account", "acme"], in: folder).code == 0)
        #expect(try await run(["check", Self.call, "--account", "nobody"], in: folder).code == 1)
        let keys = try await run(["key", "list", "--account", "acme"], in: folder)
        #expect(keys.output.contains("pages") && !keys.output.contains(key))
        #expect(try await run(["rekey"], in: folder).code == 69, "a gateway runs")
        #expect(try await fixture.stop() == 0)

        // Without a running gateway the same commands work on the database itself.
        let list = try await run(["account", "list"], in: folder)
        #expect(list.code == 0 && list.output.contains("acme") && list.output.contains("of the settings"))
        #expect(try await run(["explain", Self.call, "--account", "acme"], in: folder).code == 0)
        let second = try await line(["key", "mint", "--account", "acme", "--scopes", "read,operate"], in: folder)
        let id = String(key.split(separator: "_")[1])
        #expect(try await run(["key", "revoke", id, "--account", "acme"], in: folder).code == 0)
        #expect(try await line(["rekey"], in: folder).contains("sealed anew"))

        fixture = try await ServeFixture.start(in: folder)
        #expect(try await poster().post(signed: body, path: "/webhooks/bolna/acme").status == 200)
        #expect(try await poster().get("/api/v1/calls/\(Self.call)", key: key).status == 401)
        #expect(try await poster().get("/api/v1/calls/\(Self.call)", key: second).status == 200)
        let secrets = try await run(["account", "secret", "list", "acme"], in: folder)
        #expect(secrets.output.contains("bolna-token") && secrets.output.contains("active  20"), "\(secrets.output)")
        #expect(try await run(["account", "disable", "acme"], in: folder).code == 0)
        #expect(try await poster().post(signed: body, path: "/webhooks/bolna/acme").status == 401)
        #expect(try await poster().get("/api/v1/calls/\(Self.call)", key: second).status == 401)
        #expect(try await fixture.stop() == 0)
    }

    @Test("A gateway does not start with another sealing key, and says what to do")
    func wrongKey() async throws {
        let folder = try TemporaryFolder()
        let fixture = try await ServeFixture.start(in: folder)
        #expect(try await run(["account", "add", "acme"], in: folder).code == 0)
        _ = try await line(["account", "secret", "add", "acme"], in: folder)
        #expect(try await fixture.stop() == 0)
        let key = folder.url.appending(path: "data/sealing-key")
        let kept = try String(contentsOf: key, encoding: .utf8)
        let other = "seal_" + String(repeating: "A", count: 43)
        try other.write(to: key, atomically: false, encoding: .utf8)
        let wrong = await (try GatewayProcess(["serve"], in: folder.url, environment: ServeFixture.environment)).end()
        #expect(wrong.code == 78)
        #expect(wrong.errors.contains("sealed with another key") && !wrong.errors.contains(other), "\(wrong.errors)")
        try FileManager.default.removeItem(at: key)
        let lost = await (try GatewayProcess(["serve"], in: folder.url, environment: ServeFixture.environment)).end()
        #expect(lost.code == 78 && lost.errors.contains("--drop-secrets"), "\(lost.errors)")
        var environment = ServeFixture.environment
        environment["GATEWAY_SECRETS_KEY"] = kept.trimmingCharacters(in: .whitespacesAndNewlines)
        let again = try await ServeFixture.start(in: folder, environment: environment)
        #expect(try await again.stop() == 0)
    }
}
