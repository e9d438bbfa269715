import BolnaClient
import CallDomain
import Testing

@Suite("BolnaClient: HTTP/2")
struct BolnaClientHTTP2Tests {
    @Test("Where HTTP/2 is offered, many requests share one connection, and cancelling one leaves the others alone")
    func multiplexed() async throws {
        let authority = try TestAuthority()
        try await HTTP2Server.with(tls: try authority.serverConfiguration()) { server in
            let settings = BolnaClientSettings(
                baseURL: try BolnaBaseURL(validating: "https://127.0.0.1:\(server.port)"), caFile: authority.file)
            let client = try BolnaClient(
                settings: settings, credentials: ClientFixture.credentials(), now: TickingTime().now)
            @Sendable func send(_ id: String) async -> BolnaAnswer {
                let endpoint = BolnaRequest.Endpoint.execution(ExecutionID(rawValue: id))
                return await client.send(BolnaRequest(account: ClientFixture.account, endpoint: endpoint))
            }

            let cancelled = Task { await send("cancelled") }
            #expect(await server.nextRequest() == "/executions/cancelled")
            await withTaskGroup(of: (String, BolnaAnswer).self) { group in
                for number in 0..<32 { group.addTask { ("\(number)", await send("\(number)")) } }
                for _ in 0..<32 { _ = await server.nextRequest() }
                cancelled.cancel()
                #expect(await cancelled.value.failure?.kind == .cancelled)
                server.releaseHeld()
                for await (id, answer) in group {
                    #expect(answer.status == 200)
                    #expect(answer.text == "/executions/\(id)")
                    #expect(answer.retryAfter == .seconds(9))
                }
            }
            #expect(server.connections == 1)
            await client.shutdown()
        }
    }
}
