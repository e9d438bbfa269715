import BolnaClient
import CallDomain
import Testing

@Suite("BolnaClient: answers")
struct BolnaClientTests {
    @Test("A request carries the token, asks for JSON, and its answer comes back whole")
    func wholeAnswer() async throws {
        try await ClientFixture.run(script: { _ in .answer("200 OK", body: #"{"id":"e-1"}"#) }) { fixture in
            let answer = await fixture.send(.execution(ExecutionID(rawValue: "e-1")))
            #expect(answer.status == 200)
            #expect(answer.text == #"{"id":"e-1"}"#)
            #expect(answer.retryAfter == nil)
            #expect(answer.sentAt < answer.receivedAt)

            let request = try #require(await fixture.server.nextRequest())
            #expect(request.line == "GET /executions/e-1 HTTP/1.1")
            #expect(request.headers["authorization"] == "Bearer \(ClientFixture.token)")
            #expect(request.headers["accept"] == "application/json")
            #expect(request.headers["user-agent"] == "bolna-gateway")
            #expect(request.headers["accept-encoding"] == nil)
        }
    }

    @Test(
        "Every HTTP status is an answer, with its body", arguments: [200, 202, 400, 401, 403, 404, 422, 429, 500, 503])
    func statuses(status: Int) async throws {
        try await ClientFixture.run(script: { _ in .answer("\(status) Words", body: "body") }) { fixture in
            let answer = await fixture.send(.me)
            #expect(answer.status == status)
            #expect(answer.text == "body")
        }
    }

    @Test(
        "Retry-After is understood as seconds and as a date",
        arguments: [
            ("17", Duration.seconds(17)),
            // The answer is received two seconds after the clock's start.
            ("Sun, 22 Nov 2026 00:01:02 GMT", .seconds(60)),
        ])
    func retryAfter(value: String, wait: Duration) async throws {
        try await ClientFixture.run(
            script: { _ in .answer("429 Too Many Requests", headers: "Retry-After: \(value)\r\n") }
        ) { fixture in
            let answer = await fixture.send(.me)
            #expect(answer.status == 429)
            #expect(answer.retryAfter == wait)
        }
    }

    @Test("An empty body is an answer", arguments: ["200 OK", "204 No Content", "500 Internal Server Error"])
    func emptyBody(status: String) async throws {
        try await ClientFixture.run(script: { _ in .answer(status) }) { fixture in
            let answer = await fixture.send(.me)
            #expect(answer.status == Int(status.prefix(3)))
            #expect(answer.text == "")
        }
    }

    @Test("A redirect is an answer: nothing is sent to where it points")
    func redirect() async throws {
        let authority = try TestAuthority()
        try await ScriptedServer.with(
            tls: try authority.serverConfiguration(), script: { _ in .answer("200 OK", body: "stolen") }
        ) { elsewhere in
            let location = "Location: https://127.0.0.1:\(elsewhere.port)/\r\n"
            try await ClientFixture.run(script: { _ in .answer("302 Found", headers: location) }) { fixture in
                #expect(await fixture.send(.me).status == 302)
                #expect(elsewhere.connections == 0)
            }
        }
    }

    @Test("A body that is encoded all the same is not inflated")
    func encodedBody() async throws {
        let script: ScriptedServer.Script = { _ in
            .answer("200 OK", headers: "Content-Encoding: gzip\r\n", body: "not gzip at all")
        }
        try await ClientFixture.run(script: script) { fixture in
            #expect(await fixture.send(.me).text == "not gzip at all")
        }
    }

    @Test("A header is a header of the last answer: those of interim answers do not count")
    func interimAnswer() async throws {
        let script: ScriptedServer.Script = { _ in
            .bytes(
                "HTTP/1.1 103 Early Hints\r\nRetry-After: 5\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        try await ClientFixture.run(script: script) { fixture in
            let answer = await fixture.send(.me)
            #expect(answer.status == 200)
            #expect(answer.text == "ok")
            #expect(answer.retryAfter == nil)
        }
    }

    @Test("Placing a call posts the bytes as they are, once, whatever the answer", arguments: ["200 OK", "503 Busy"])
    func placingACall(status: String) async throws {
        try await ClientFixture.run(script: { _ in .answer(status, body: "{}") }) { fixture in
            let body = #"{"agent_id":"a","user_data":{"note":"é"}}"#
            let answer = await fixture.send(.call(body: Array(body.utf8)))
            #expect(answer.status == Int(status.prefix(3)))
            let request = try #require(await fixture.server.nextRequest())
            #expect(request.line == "POST /call HTTP/1.1")
            #expect(request.headers["content-type"] == "application/json")
            #expect(request.body == body)
            #expect(fixture.server.lines.count == 1)
        }
    }

    @Test("A call is not placed again when a kept connection ends without an answer")
    func placingACallOnADyingConnection() async throws {
        let script: ScriptedServer.Script = { request in
            request.line.hasPrefix("POST") ? .bytesThenClose("") : .answer("200 OK")
        }
        try await ClientFixture.run(script: script) { fixture in
            #expect(await fixture.send(.me).status == 200)
            let answer = await fixture.send(.call(body: Array("{}".utf8)))
            #expect(answer.failure?.kind == .broken)
            #expect(fixture.server.lines == ["GET /user/me HTTP/1.1", "POST /call HTTP/1.1"])
        }
    }

    @Test("After placing a call a handle reads again, with no trace of the call")
    func readAfterCall() async throws {
        try await ClientFixture.run(settings: { $0.mostConcurrent = 1 }, script: { _ in .answer("200 OK") }) {
            fixture in
            _ = await fixture.send(.call(body: Array("{}".utf8)))
            _ = await fixture.send(.agents)
            _ = await fixture.server.nextRequest()
            let request = try #require(await fixture.server.nextRequest())
            #expect(request.line == "GET /v2/agent/all HTTP/1.1")
            #expect(request.body == "")
            #expect(request.headers["content-type"] == nil)
        }
    }

    @Test("An account without a token sends nothing")
    func noToken() async throws {
        try await ClientFixture.run(script: { _ in .answer("200 OK") }) { fixture in
            let request = BolnaRequest(account: AccountID(rawValue: "other"), endpoint: .me)
            let answer = await fixture.client.send(request)
            #expect(answer.failure?.kind == .noToken)
            #expect(fixture.server.connections == 0)
        }
    }
}
