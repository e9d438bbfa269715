import Testing

@testable import BolnaModel

@Suite("Lists of executions")
struct ListTests {
    private func page(
        _ world: inout BolnaWorld, _ query: String, agent: Int = 0
    ) -> (status: Int, body: JSONValue?) {
        let target = "/v2/agent/\(world.agentIDs[agent])/executions?\(query)"
        let answer = world.handle(request: Scenario.get(target), at: world.now)
        return (answer.status, JSONValue(bytes: answer.body))
    }

    private func filledWorld() -> BolnaWorld {
        var options = Scenario.busy(calls: 200)
        options.agents = 1
        var world = Scenario.world(options)
        _ = world.advance(to: Scenario.start.after(seconds: 120))
        return world
    }

    @Test("Pages cover every call once, twenty a page unless asked otherwise", arguments: [nil, 7, 50] as [Int?])
    func paging(size: Int?) throws {
        var world = filledWorld()
        var ids: [String] = []
        var number = 1
        while true {
            let query = "page_number=\(number)" + (size.map { "&page_size=\($0)" } ?? "")
            let body = try #require(page(&world, query).body)
            let rows = try #require(body["data"]?.array)
            #expect(body["page_number"] == .integer(Int64(number)))
            #expect(body["page_size"] == .integer(Int64(size ?? 20)))
            #expect(body["total"] == .integer(Int64(world.truth.count)))
            ids += rows.compactMap { $0["id"]?.string }
            guard body["has_more"]?.bool == true else { break }
            #expect(rows.count == size ?? 20)
            number += 1
        }
        #expect(Set(ids) == Set(world.truth.map(\.id)) && ids.count == world.truth.count)
    }

    @Test("Rows are trimmed, and sorted by what ran last")
    func rows() throws {
        var world = filledWorld()
        let rows = try #require(page(&world, "page_size=50").body?["data"]?.array)
        let updates = try rows.map { row in
            #expect(
                row.members?.map(\.key).sorted() == [
                    "conversation_duration", "created_at", "id", "status", "telephony_data",
                ])
            #expect(row["created_at"]?.string?.hasSuffix("+00:00") == true)
            let truth = try #require(world.truth(ofCall: row["id"]?.string ?? ""))
            #expect(row["status"]?.string == truth.status.rawValue)
            return truth.updatedAt
        }
        #expect(updates == updates.sorted(by: >) && updates.count == 50)
    }

    @Test("Filters leave what matches")
    func filters() throws {
        var world = filledWorld()
        let truth = world.truth
        let status = try #require(page(&world, "status=ringing").body?["total"])
        #expect(status == .integer(Int64(truth.count { $0.status == .ringing })))
        let inbound = try #require(page(&world, "call_type=inbound").body?["total"])
        #expect(inbound == .integer(Int64(truth.count { $0.origin == .inbound })))
        let twilio = page(&world, "provider=twilio")
        #expect(twilio.body?["total"] == 0)
        let from = Scenario.start.after(seconds: 5).text(.offset)
        let to = Scenario.start.after(seconds: 10).text(.offset).replacing("+", with: "%2B")
        let window = try #require(page(&world, "from=\(from)&to=\(to)").body?["total"])
        let range = Scenario.start.after(seconds: 5)...Scenario.start.after(seconds: 10)
        #expect(window == .integer(Int64(truth.count { range.contains($0.createdAt) })))
        #expect(window != 0)
    }

    @Test(
        "Wrong queries are 400",
        arguments: [
            "page_size=51", "page_size=0", "page_number=0", "page_number=x", "from=2026-06-01T00:00:00",
            "from=2026-06-01T00:00:00&to=2026-06-08T00:00:01", "from=2026-06-02T00:00:00&to=2026-06-01T00:00:00",
            "from=yesterday&to=today",
        ])
    func refused(query: String) {
        var world = filledWorld()
        let answer = page(&world, query)
        #expect(answer.status == 400)
        #expect(answer.body?["error"] != nil && answer.body?["message"] != nil)
    }

    @Test("Seven days are allowed, a page beyond the end is empty")
    func edges() {
        var world = filledWorld()
        let week = page(&world, "from=2026-06-01T00:00:00&to=2026-06-08T00:00:00")
        #expect(week.status == 200)
        let beyond = page(&world, "page_number=999")
        #expect(beyond.status == 200 && beyond.body?["data"] == [] && beyond.body?["has_more"] == false)
    }
}
