import CallDomain
import Foundation
import SQLiteStore
import Testing

@testable import GatewayHTTP

@Suite("What the list of calls finds, and what it says of that") struct CallSearchPagesTests {
    private static let form = ["Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"]

    private static func signIn(_ gateway: TestGateway, key: String = TestGateway.allScopes) async throws
        -> [String: String]
    {
        let answer = try await gateway.send("POST", "/sign-in", headers: form, body: Array("key=\(key)".utf8))
        let cookie = try #require(answer.headers["set-cookie"])
        return form.merging(["Cookie": String(cookie.prefix { $0 != ";" })]) { $1 }
    }

    @Test(
        "Blanks around words are no part of them",
        arguments: [("+hello++", "hello"), ("%09hello", "hello"), ("a+b", "a b"), ("++", nil), ("", nil)])
    func blanks(query: String, search: String?) throws {
        #expect(try CallFilters(#require(QueryParameters("q=\(query)"))).search == search)
    }

    @Test("A number is found however it is dialled, and digits that are nobody's number where they were said or given")
    func digits() async throws {
        try await TestGateway.run { gateway in
            let said = TestGateway.execution("exec-1", "completed").replacing(
                "user: hello", with: "user: order 77012345")
            _ = try await gateway.post(said)
            _ = try await gateway.post(
                TestGateway.execution("exec-2", "completed").replacing("5550100", with: "5550199"))
            let all = try await Self.signIn(gateway)
            let masked = try await Self.signIn(gateway, key: "key-masked")
            func rows(_ search: String, _ session: [String: String]) async throws -> (count: Int, isByWords: Bool) {
                let text = try await gateway.send("GET", "/calls/rows?q=\(search)", headers: session).text
                return (text.components(separatedBy: "<tr ").count - 1, text.contains("No number ends so"))
            }
            for (search, session, count, isByWords) in [
                ("001+415+555+0100", all, 1, false), ("001+415+555+0100", masked, 1, false),
                ("+%2B14155550100++", masked, 1, false), ("0199", all, 1, false),
                ("77012345", all, 1, true), ("7701", all, 1, true), ("770-1", all, 0, false),
                ("77012345", masked, 0, false),
            ] {
                let found = try await rows(search, session)
                #expect(found.count == count && found.isByWords == isByWords, "\(search)")
            }
            let csv = try await gateway.send("GET", "/calls/export.csv?q=77012345", headers: all)
            #expect(csv.text.contains("exec-1") && !csv.text.contains("exec-2"))
        }
    }

    @Test("A search of one or two characters says where it looked, beside what it found and in the name of its files")
    func shortSearch() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            let session = try await Self.signIn(gateway)
            let sentence = "One or two characters are looked for in the newest 5\u{202F}000 calls only"
            for path in ["/calls?q=he", "/calls/rows?q=he", "/calls?q=%C3%A9"] {
                #expect(try await gateway.send("GET", path, headers: session).text.contains(sentence), "\(path)")
            }
            #expect(
                try await gateway.send("GET", "/calls/rows?q=he", headers: session).text.contains("1 matching call<"))
            for path in ["/calls?q=hel", "/calls"] {
                #expect(try await !gateway.send("GET", path, headers: session).text.contains(sentence), "\(path)")
            }
            for (query, name) in [("q=he", "calls-of-newest-5000"), ("q=hel", "calls"), ("", "calls")] {
                let file = try await gateway.send("GET", "/calls/export.csv?\(query)", headers: session)
                #expect(file.headers["content-disposition"] == "attachment; filename=\"\(name).csv\"")
            }
        }
    }

    @Test("Statuses that no call has are refused where nothing is listed, and hide nothing that is")
    func unknownStatuses() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            let session = try await Self.signIn(gateway)
            func status(_ words: String) async throws -> UInt {
                try await gateway.send("GET", "/calls/rows?status=\(words)", headers: session).status
            }
            #expect(try await status("completed,nonsense") == 200)
            #expect(try await status("busy,nonsense") == 400)
            #expect(try await status((0..<60).map { "n\($0)" }.joined(separator: ",")) == 400)
            #expect(try await status("busy") == 200)
        }
    }

    @Test("Rows have the columns of the page that asks for them, whatever was chosen in another window meanwhile")
    func columns() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            let session = try await Self.signIn(gateway)
            func cells(_ path: String, _ session: [String: String]) async throws -> [String] {
                let text = try await gateway.send("GET", path, headers: session).text
                return text.matches(of: #/<td class="c-([a-z]+)"/#).map { String($0.1) }
            }
            let page = try await gateway.send("GET", "/calls", headers: session).text
            let found = try #require(page.firstMatch(of: #/data-href="(\/calls\/rows[^"]+)"/#)?.1)
            let address = String(found).replacing("&amp;", with: "&")
            let before = try await cells(address, session)
            #expect(
                before == [
                    "status", "number", "direction", "agent", "started", "duration", "cost", "recording", "source",
                ])
            let chosen = try await gateway.send(
                "POST", "/calls/columns", headers: session, body: Array("column-name=on".utf8))
            let cookie = try #require(chosen.headers["set-cookie"]).prefix { $0 != ";" }
            let elsewhere = session.merging(["Cookie": "\(session["Cookie"] ?? ""); \(cookie)"]) { $1 }
            #expect(try await cells("/calls/rows", elsewhere) == ["status", "number", "name"])
            #expect(try await cells(address, elsewhere) == before)
            #expect(try await cells("/calls/rows?columns=nothing", session) == ["status", "number"])
        }
    }

    @Test("Of more agents than are offered, those in use are never left out, and the others are cut by their names")
    func agents() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed").replacing("agent-1", with: "zzz"))
            gateway.bolna.answerOthers { endpoint in
                guard case .agents = endpoint else { return nil }
                let agents = (100..<250).map { "{\"id\":\"id-\(349 - $0)\",\"agent_name\":\"Name \($0)\"}" }
                let list = "[\(agents.joined(separator: ",")),{\"id\":\"zzz\",\"agent_name\":\"Zed\"}]"
                return .response(status: 200, retryAfter: nil, body: Array(list.utf8))
            }
            _ = try await gateway.send("GET", "/api/v1/agents", key: TestGateway.allScopes)
            let session = try await Self.signIn(gateway)
            let dial = try await gateway.send("GET", "/calls/new", headers: session).text
            let offered = dial.matches(of: #/<option value="([^"]+)">(?:Zed|Name [0-9]+)</#).map { String($0.1) }
            #expect(offered == (0..<19).map { "id-\(249 - $0)" } + ["zzz"])
            let list = try await gateway.send("GET", "/calls", headers: session).text
            let filter = try #require(list.firstMatch(of: #/<select name="agent">(.*?)<\/select>/#)?.1)
            let listed = filter.matches(of: #/<option value="([^"]+)"/#).map { String($0.1) }
            #expect(listed == (0..<99).map { "id-\(249 - $0)" } + ["zzz"])
        }
    }
}
