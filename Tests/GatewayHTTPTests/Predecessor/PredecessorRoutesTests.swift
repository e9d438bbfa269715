import CallDomain
import HTTPTypes
import SQLiteStore
import Testing

@testable import GatewayHTTP
@testable import GatewayService

@Suite("PredecessorRoutes")
struct PredecessorRoutesTests {
    private static func document(_ id: String, minute: Int = 0) -> String {
        let body = TestGateway.execution(id, "completed", minute: minute)
        return """
            "executionId":"\(id)","callId":"\(id)","agentId":"agent-1","phoneNumberId":"+14155550111",\
            "recipientPhoneNumber":"+14155550100","callerName":"Asha","projectName":"North","leadId":"lead-7",\
            "userId":null,"status":"completed","callDuration":42.5,"recordingUrl":"https://example.com/r.mp3",\
            "recordingId":null,"errorMessage":null,"conversationTranscript":"user: hello","executionDetails":\(body),\
            "lastStatusCheck":null,"lastStatusCheckResponse":null,"createdAt":"2026-03-04T09:15:08.000Z",\
            "updatedAt":"2026-03-04T09:15:08.000Z"}
            """
    }

    @Test(
        "The list, by lead and with recordings too, has the predecessor's shape to the byte",
        arguments: ["call-history?page=1&pageSize=10", "call-history/lead/lead-7", "call-history/recordings"])
    func lists(path: String) async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            let answer = try await gateway.send("GET", "/api/client-call/\(path)", key: TestGateway.allScopes)
            #expect(answer.status == 200)
            #expect(answer.text.hasPrefix(#"{"success":true,"data":[{"_id":"call"#))
            let end = #"],"pagination":{"total":1,"page":1,"pageSize":10,"totalPages":1}}"#
            #expect(answer.text.hasSuffix(Self.document("exec-1") + end))
        }
    }

    @Test("Pages are bounded, and counted in all")
    func pages() async throws {
        try await TestGateway.run { gateway in
            for number in 1...3 { _ = try await gateway.post(TestGateway.execution("exec-\(number)", "ringing")) }
            let path = "/api/client-call/call-history"
            let second = try await gateway.send("GET", "\(path)?page=2&pageSize=2", key: TestGateway.allScopes)
            #expect(second.text.hasSuffix(#""pagination":{"total":3,"page":2,"pageSize":2,"totalPages":2}}"#))
            let large = try await gateway.send("GET", "\(path)?pageSize=5000", key: TestGateway.allScopes)
            #expect(large.text.hasSuffix(#""pagination":{"total":3,"page":1,"pageSize":200,"totalPages":1}}"#))
            let none = try await gateway.send("GET", "\(path)?page=0", key: TestGateway.allScopes)
            #expect(none.status == 400)
            #expect(none.text == #"{"success":false,"message":"page must be a whole number from 1 to 100000."}"#)
        }
    }

    @Test(
        "Filters take the predecessor's words for statuses",
        arguments: [("connected", "exec-1"), ("cancelled", "exec-2"), ("in_progress", "exec-1")])
    func filters(word: String, found: String) async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "in-progress"))
            _ = try await gateway.post(TestGateway.execution("exec-2", "canceled"))
            let answer = try await gateway.send(
                "GET", "/api/client-call/call-history?status=\(word)", key: TestGateway.allScopes)
            #expect(answer.text.contains(#""executionId":"\#(found)""#))
            #expect(answer.text.contains(#""pagination":{"total":1,"#))
        }
    }

    @Test("Details are found by execution id and by gateway id; others are 404 in its shape")
    func details() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            let path = "/api/client-call/call-history/details"
            let byExecution = try await gateway.send("GET", "\(path)/exec-1", key: TestGateway.allScopes)
            #expect(byExecution.text.hasPrefix(#"{"success":true,"data":{"_id":"call"#))
            #expect(byExecution.text.hasSuffix(Self.document("exec-1") + "}"))
            let record = try #require(try gateway.store.call(account: .default, reference: "exec-1", withBody: false))
            let byGateway = try await gateway.send("GET", "\(path)/\(record.call.rawValue)", key: TestGateway.allScopes)
            #expect(byGateway.text == byExecution.text)
            let none = try await gateway.send("GET", "\(path)/none", key: TestGateway.allScopes)
            #expect(none.status == 404)
            #expect(none.text == #"{"success":false,"message":"Call not found."}"#)
        }
    }

    @Test("A check updates the call, and tells what Bolna said")
    func checks() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing", minute: 1))
            gateway.wall.advance(by: .seconds(5))
            let body = Array(TestGateway.execution("exec-1", "completed", minute: 2).utf8)
            gateway.bolna.answer("exec-1", .response(status: 200, retryAfter: nil, body: body))
            let answer = try await gateway.send(
                "POST", "/api/client-call/call-history/check-status/exec-1", key: TestGateway.allScopes)
            #expect(answer.status == 200)
            #expect(answer.text.hasPrefix(#"{"success":true,"message":"Bolna says completed.","data":{"_id":"#))
            let check = #""lastStatusCheckResponse":{"status":"completed","#
            #expect(answer.text.contains(check + #""recordingUrl":"https://example.com/r.mp3","duration":42.5}"#))
        }
    }

    @Test("A call is placed once: 201, then 200 for the same request under its key, 422 for another")
    func dials() async throws {
        try await TestGateway.run { gateway in
            let answer = #"{"message":"done","status":"queued","execution_id":"exec-9"}"#
            gateway.bolna.answerDial(.response(status: 200, retryAfter: nil, body: Array(answer.utf8)))
            let wish = #"{"agentId":"agent-1","recipientPhoneNumber":"+14155550100","leadId":"lead-7"}"#
            let path = "/api/client-call/call-history/make-call"
            let headers = ["Idempotency-Key": "key-1"]
            let first = try await gateway.send(
                "POST", path, key: TestGateway.allScopes, headers: headers, body: Array(wish.utf8))
            #expect(first.status == 201)
            #expect(first.text.contains(#""executionId":"exec-9""#))
            #expect(first.text.contains(#""leadId":"lead-7""#))
            let again = try await gateway.send(
                "POST", path, key: TestGateway.allScopes, headers: headers, body: Array(wish.utf8))
            #expect(again.status == 200)
            let other = wish.replacing("lead-7", with: "lead-8")
            let reused = try await gateway.send(
                "POST", path, key: TestGateway.allScopes, headers: headers, body: Array(other.utf8))
            #expect(reused.status == 422)
        }
    }

    @Test("A call that Bolna does not answer is 202, and told apart from one that was placed")
    func pendingDial() async throws {
        try await TestGateway.run { gateway in
            let wish = Array(#"{"agentId":"agent-1","recipientPhoneNumber":"+14155550100"}"#.utf8)
            let answer = try await gateway.send("POST", "/api/v1/calls", key: TestGateway.allScopes, body: wish)
            #expect(answer.status == 202)
            #expect(answer.text.hasPrefix(#"{"status":"pending","correlationKey":"call"#))
        }
    }

    @Test(
        "A wish that is wrong is answered 400, with what was expected",
        arguments: [
            ("[]", "JSON object"), ("{}", "agentId"), (#"{"agentId":"a"}"#, "recipientPhoneNumber"),
            (#"{"agentId":"a","recipientPhoneNumber":"415"}"#, "E.164"),
            (#"{"agentId":7,"recipientPhoneNumber":"+14155550100"}"#, "agentId"),
            (#"{"agentId":"a","recipientPhoneNumber":"+14155550100","scheduledAt":"soon"}"#, "ISO 8601"),
            (#"{"agentId":"a","recipientPhoneNumber":"+14155550100","userData":[]}"#, "userData"),
        ])
    func badWishes(body: String, expected: String) throws {
        let problem = try #require(throws: Problem.self) {
            try DialWish.read(Array(body.utf8), idempotencyKey: nil)
        }
        #expect(problem.kind == .badRequest)
        #expect(problem.detail?.contains(expected) == true)
    }

    private static let principal = Principal(account: .default, scopes: [.read], actor: "test")

    @Test(
        "Each outcome of a check has its status",
        arguments: [
            (CheckOutcome.notFound, 404, Int64?.none), (.coolingDown(retryAfter: .milliseconds(4_100)), 429, 5),
            (.bolnaFailed(detail: "timed out"), 502, nil), (.busy(retryAfter: .seconds(2)), 503, 2),
            (.noToken, 503, nil),
        ])
    func checkOutcomes(outcome: CheckOutcome, status: Int, retryAfter: Int64?) throws {
        let problems = [
            try #require(throws: Problem.self) { try PredecessorRoutes.response(to: outcome, for: Self.principal) },
            try #require(throws: Problem.self) { try CallRoutes.response(to: outcome, for: Self.principal) },
        ]
        for problem in problems {
            #expect(problem.kind.status.code == status)
            #expect(problem.retryAfterSeconds == retryAfter)
        }
    }

    @Test(
        "Each outcome of placing a call has its status",
        arguments: [
            (DialAnswer.refused(status: 400, message: "no"), 502), (.keyReused, 422), (.invalid("no"), 400),
            (.busy(retryAfter: .seconds(1)), 503), (.noToken, 503),
            (.repeated(Self.dial(.open), nil), 409), (.repeated(Self.dial(.unknown), nil), 409),
            (.repeated(Self.dial(.refused), nil), 502),
        ])
    func dialOutcomes(answer: DialAnswer, status: Int) throws {
        let problem = try #require(throws: Problem.self) {
            try PredecessorRoutes.response(to: answer, for: Self.principal)
        }
        #expect(problem.kind.status.code == status)
    }

    private static func dial(_ state: DialState) -> DialRecord {
        let digest = ContentDigest(words: (1, 2, 3, 4))
        let intent = DialIntent(
            account: .default, correlationKey: "key", idempotencyKey: nil, fingerprint: digest,
            agent: AgentID(rawValue: "agent-1"), request: [], createdAt: Timestamp(seconds: 0))
        return DialRecord(intent: intent, state: state, call: nil, detail: "detail")
    }
}
