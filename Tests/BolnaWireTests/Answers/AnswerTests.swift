import BolnaWire
import CallDomain
import Foundation
import Testing

@Suite("BolnaDecoder, answers")
struct AnswerTests {
    func page(_ text: String, size: Int = 2) throws -> ListPage {
        try BolnaDecoder.decodeListPage(Array(text.utf8), requestedSize: size)
    }

    @Test("A page has its rows, its total and whether more follow")
    func listPage() throws {
        let page = try BolnaDecoder.decodeListPage(try payload("27-list-executions-page"), requestedSize: 5)
        #expect(page.hasMore && page.total == 38 && page.unusableRows == 0)
        #expect(page.rows.map(\.status) == [.completed, .inProgress, .noAnswer, .callDisconnected, .queued])
        #expect(page.rows[0].id.rawValue == "f54886af-64c6-5dec-8a52-c3f9ab4af601")
        #expect(page.rows[0].createdAt?.iso8601(fractionDigits: 6) == "2026-03-04T09:15:08.112233Z")
    }

    @Test("Without a word on it, a full page is followed by another")
    func hasMore() throws {
        let rows = #"{"id":"a","status":"busy"},{"id":"b"}"#
        #expect(try page("[\(rows)]").hasMore)
        #expect(try !page("[\(rows)]", size: 3).hasMore)
        #expect(try page("{\"data\":[\(rows)],\"page\":1,\"page_size\":2}", size: 50).hasMore)
        #expect(try !page("{\"data\":[\(rows)],\"has_more\":false}").hasMore)
        #expect(try page("{\"data\":[\(rows)],\"has_more\":true}", size: 50).hasMore)
        #expect(try !page("[]", size: 0).hasMore)
    }

    @Test("Rows that cannot be used are counted, and count for a full page")
    func unusableRows() throws {
        let page = try page(#"[{"id":"a","status":"busy"},{"status":"busy"}]"#)
        #expect(page.rows.count == 1 && page.unusableRows == 1 && page.hasMore)
    }

    @Test(
        "An answer without a list is an error",
        arguments: ["{}", #"{"data":{}}"#, "7", "", "<html>", #"{"message":"x"}"#])
    func noList(text: String) {
        #expect(throws: UnusableBody.self) { try page(text) }
        #expect(throws: UnusableBody.self) { try BolnaDecoder.decodeAgents(Array(text.utf8)) }
    }

    @Test("Agents come bare or wrapped")
    func agents() throws {
        let list =
            #"[{"id":"a","agent_name":"Asha","tasks":[{}]},{"agent_id":7,"name":"B"},{"id":"c"},{"agent_name":"none"},1]"#
        let expected = [
            AgentSummary(id: AgentID(rawValue: "a"), name: "Asha"), AgentSummary(id: AgentID(rawValue: "7"), name: "B"),
            AgentSummary(id: AgentID(rawValue: "c"), name: nil),
        ]
        for text in [list, "{\"agents\":\(list)}", "{\"data\":\(list),\"total\":3}"] {
            #expect(try BolnaDecoder.decodeAgents(Array(text.utf8)) == expected)
        }
    }

    @Test("A user has an id")
    func user() throws {
        #expect(try BolnaDecoder.decodeUser(Array(#"{"name":"A","id":"org","wallet":1}"#.utf8)) == "org")
        #expect(try BolnaDecoder.decodeUser(Array(#"{"id":17}"#.utf8)) == "17")
        for text in ["{}", "[]", #"{"id":true}"#, "x"] {
            #expect(throws: UnusableBody.self) { try BolnaDecoder.decodeUser(Array(text.utf8)) }
        }
    }

    @Test(
        "An answer about a call must be one object with an id",
        arguments: [
            ("[]", QuarantineReason.unknownShape), ("{}", .noID), ("{", .notJSON), ("[{\"id\":1}]", .unknownShape),
        ])
    func execution(text: String, reason: QuarantineReason) throws {
        let error = try #require(throws: UnusableBody.self) { try BolnaDecoder.decodeExecution(Array(text.utf8)) }
        #expect(error.reason == reason)
    }

    @Test("The bodies of errors say what they say")
    func errorBodies() throws {
        let samples = try JSONSerialization.jsonObject(with: Data(try payload("30-error-bodies"))) as? [[String: Any]]
        let texts = try #require(samples).map { sample -> String in
            guard let body = sample["body"] as? [String: Any] else { return BolnaDecoder.decodeErrorBody([]) }
            return BolnaDecoder.decodeErrorBody(Array(try JSONSerialization.data(withJSONObject: body)))
        }
        #expect(
            texts == [
                "agent_id is required", "Access denied", "Unrecognized access token", "Execution not found",
                "agent_name is required", "Rate limit exceeded", "boom", "Bolna gave no reason",
            ])
    }

    @Test(
        "Other forms of errors are understood too",
        arguments: [
            (#"{"detail":[{"loc":["body"],"msg":"field required"},{"msg":"other"}]}"#, "field required"),
            (#"{"detail":{"message":"inner"}}"#, "inner"), (#""just text""#, "just text"),
            ("<html>", "Bolna's answer is no JSON"),
            ("{}", "Bolna gave no reason"), (#"{"message":null,"error":401}"#, "Bolna gave no reason"),
            ("[]", "Bolna gave no reason"),
            (#"{"message":" a \n b\u0000c "}"#, "a b c"),
        ])
    func errorForms(body: String, text: String) {
        #expect(BolnaDecoder.decodeErrorBody(Array(body.utf8)) == text)
    }

    @Test("Numbers, addresses and ids of people are left out of errors")
    func safeErrors() {
        let body =
            #"{"message":"Cannot dial +91 98765 43210 or (555)0100-123, asha@example.org, १२३४५६, sk-a1b2c3d4: no"}"#
        #expect(BolnaDecoder.decodeErrorBody(Array(body.utf8)) == "Cannot dial +91 … … or … … … … no")
    }

    @Test("An error's text has a bound")
    func longErrors() {
        for text in [String(repeating: "word ", count: 1000), String(repeating: "é", count: 1000)] {
            let body = #"{"message":"\#(text)"}"#
            #expect(BolnaDecoder.decodeErrorBody(Array(body.utf8)).utf8.count <= BolnaDecoder.longestErrorText)
        }
    }

    @Test(
        "An agent's webhook address is read from where it may stand; what its configuration says counts",
        arguments: [
            (#"{"id":"a","agent_name":"n","webhook_url":"https://b.example"}"#, "https://b.example"),
            (
                #"{"agent_id":"a","agent_config":{"webhook_url":"https://b.example","agent_name":"n"}}"#,
                "https://b.example"
            ),
            (#"{"id":"a","name":"n","webhook_url":"https://c.example","agent_config":{"webhook_url":null}}"#, nil),
            (#"{"id":"a","name":"n","webhook_url":"https://c.example","agent_config":{}}"#, "https://c.example"),
            (#"{"id":"a","name":"n","webhook_url":""}"#, nil), (#"{"id":"a","name":"n","agent_config":[1]}"#, nil),
        ])
    func agentWebhook(json: String, url: String?) throws {
        let webhook = try BolnaDecoder.decodeAgentWebhook(Array(json.utf8))
        #expect(webhook == AgentWebhook(id: AgentID(rawValue: "a"), name: "n", url: url))
    }

    @Test("What is no agent is none", arguments: ["[]", "1", "", "{"])
    func noAgent(json: String) {
        #expect(throws: UnusableBody.self) { try BolnaDecoder.decodeAgentWebhook(Array(json.utf8)) }
    }

    @Test("The body that sets an address names nothing else")
    func patch() {
        let url = #"https://a.example/"x""#
        let body = String(decoding: WebhookPatchBody.encode(url: url), as: UTF8.self)
        #expect(body == #"{"agent_config":{"webhook_url":"https://a.example/\"x\""}}"#)
        #expect(WebhookPatchBody.encode(url: nil) == Array(#"{"agent_config":{"webhook_url":null}}"#.utf8))
    }
}
