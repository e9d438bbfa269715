import BolnaClient
import CallDomain
import Testing

@Suite("PublicAddressClient")
struct PublicAddressClientTests {
    private static func post(
        _ script: @escaping ScriptedServer.Script, trusts: Bool = true, port: Int? = nil,
        _ body: (BolnaAnswer.Outcome, ScriptedServer) async throws -> Void
    ) async throws {
        let authority = try TestAuthority()
        try await ScriptedServer.with(tls: try authority.serverConfiguration(), script: script) { server in
            let address = try BolnaBaseURL(validating: "https://127.0.0.1:\(port ?? server.port)/below/")
            let client = try PublicAddressClient(address: address, caFile: trusts ? authority.file : nil)
            let outcome = await client.post(
                path: "/webhooks", fields: [("Bolna-Signature", "t=1,v1=00")], body: Array("{\"a\":1}".utf8))
            try await body(outcome, server)
        }
    }

    @Test("What is posted goes to the path below the address, with its fields, and the answer comes back")
    func answer() async throws {
        try await Self.post({ _ in .answer("200 OK", body: "stored") }) { outcome, server in
            guard case .response(let status, _, let body) = outcome else { return #expect(Bool(false), "\(outcome)") }
            #expect(status == 200 && body == Array("stored".utf8))
            let request = try #require(await server.nextRequest())
            #expect(request.line == "POST /below/webhooks HTTP/1.1")
            #expect(request.headers["bolna-signature"] == "t=1,v1=00")
            #expect(request.headers["content-type"] == "application/json")
            #expect(request.headers["authorization"] == nil)
        }
    }

    @Test("No redirect is followed")
    func redirect() async throws {
        let script: ScriptedServer.Script = { _ in
            .answer("302 Found", headers: "Location: https://127.0.0.1:1/elsewhere\r\n")
        }
        try await Self.post(script) { outcome, _ in
            guard case .response(let status, _, _) = outcome else { return #expect(Bool(false), "\(outcome)") }
            #expect(status == 302)
        }
    }

    @Test("A certificate that nobody vouches for, and a port where nobody listens, are told apart")
    func failures() async throws {
        try await Self.post({ _ in .answer("200 OK") }, trusts: false) { outcome, _ in
            guard case .failed(let failure) = outcome else { return #expect(Bool(false), "\(outcome)") }
            #expect(failure.kind == .tls && failure.detail.contains("X.509 verification"), "\(failure.detail)")
        }
        try await Self.post({ _ in .answer("200 OK") }, port: 1) { outcome, _ in
            guard case .failed(let failure) = outcome else { return #expect(Bool(false), "\(outcome)") }
            #expect(failure.kind == .connect)
        }
    }
}
