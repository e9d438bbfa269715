import Testing

@testable import BolnaModel

@Suite("API requests")
struct RequestTests {
    @Test("A placed call is echoed: user data with the time zone, numbers, agent")
    func placed() throws {
        var world = Scenario.world(Scenario.quiet())
        let more = #","user_data":{"gateway_dial":"k-1","n":3,"deep":{"a":[1.5,null,true]}}"#
        let id = try #require(Scenario.place(&world, more: more))
        let read = world.handle(request: Scenario.get("/executions/\(id)"), at: Scenario.start)
        #expect(read.status == 200)
        let body = try #require(JSONValue(bytes: read.body))
        #expect(body["id"]?.string == id)
        #expect(body["status"] == "queued")
        #expect(body["agent_id"]?.string == world.agentIDs[0])
        let data = try #require(body["context_details"]?["recipient_data"])
        #expect(data["gateway_dial"] == "k-1")
        #expect(data["n"] == 3)
        #expect(data["deep"]?["a"] == [.number(1.5), .null, true])
        #expect(data["timezone"] == "Asia/Kolkata")
        #expect(body["telephony_data"]?["to_number"] == "+910000012345")
        #expect(body["telephony_data"]?["call_type"] == "outbound")
        #expect(body["updated_at"]?.string == Scenario.start.text())
        #expect(Scenario.start.text().count == 26 && !Scenario.start.text().hasSuffix("Z"))
    }

    @Test("A completed body has the members of captured ones, in their order")
    func members() throws {
        var world = Scenario.world(Scenario.quiet())
        let id = try #require(Scenario.place(&world))
        let last = try #require(world.advance(to: Scenario.start.after(hours: 1)).deliveries.last)
        #expect(last.call == id && last.status == .completed)
        let text = String(decoding: last.body, as: UTF8.self)
        let names = [
            "id", "agent_id", "batch_id", "created_at", "updated_at", "scheduled_at", "answered_by_voice_mail",
            "conversation_duration", "total_cost", "transcript", "usage_breakdown", "cost_breakdown",
            "extracted_data", "summary", "error_message", "status", "agent_extraction", "workflow_retries",
            "rescheduled_at", "custom_extractions", "campaign_id", "smart_status", "user_number", "agent_number",
            "initiated_at", "deleted", "retry_config", "retry_count", "retry_history", "telephony_data",
            "transfer_call_data", "context_details", "batch_run_details", "provider", "latency_data",
        ]
        var rest = text[...]
        for name in names {
            let found = try #require(rest.firstRange(of: "\"\(name)\":"), "\(name) is missing or misplaced")
            rest = rest[found.upperBound...]
        }
        #expect(JSONValue(bytes: last.body)?.members?.count == names.count)
    }

    @Test(
        "Wrong requests are refused in the shapes that Bolna uses",
        arguments: [
            ("{}", 400, "error"), ("nonsense", 400, "error"),
            (#"{"agent_id":"AGENT"}"#, 400, "error"),
            (#"{"agent_id":"x","recipient_phone_number":"+1555"}"#, 404, "error"),
            (#"{"agent_id":"AGENT","recipient_phone_number":"12345"}"#, 422, "message"),
            (#"{"agent_id":"AGENT","recipient_phone_number":"+15550100123","user_data":[]}"#, 422, "message"),
            (
                #"{"agent_id":"AGENT","recipient_phone_number":"+15550100123","scheduled_at":"2026-06-01T10:00:00Z"}"#,
                500, "error"
            ),
            (#"{"agent_id":"AGENT","recipient_phone_number":"+15550100123","scheduled_at":"soon"}"#, 400, "error"),
        ])
    func refusals(body: String, status: Int, member: String) throws {
        var world = Scenario.world(Scenario.quiet())
        let filled = body.replacing("AGENT", with: world.agentIDs[0])
        let answer = world.handle(request: Scenario.post("/call", filled), at: Scenario.start)
        #expect(answer.status == status)
        #expect(JSONValue(bytes: answer.body)?[member] != nil)
        #expect(world.truth.isEmpty)
    }

    @Test("A missing key is 401, a wrong one 403 with a detail")
    func keys() {
        var world = Scenario.world(Scenario.quiet())
        let missing = world.handle(request: APIRequest(method: "GET", target: "/user/me"), at: Scenario.start)
        #expect(missing.status == 401 && JSONValue(bytes: missing.body)?["message"] == "Access denied")
        let wrong = APIRequest(method: "GET", target: "/user/me", authorization: "Bearer nope")
        let refused = world.handle(request: wrong, at: Scenario.start)
        #expect(refused.status == 403 && JSONValue(bytes: refused.body)?["detail"] != nil)
    }

    @Test(
        "Unknown things are 404",
        arguments: ["/executions/x", "/v2/agent/x", "/v2/agent/x/executions", "/recordings/call/x", "/nothing", "/"])
    func unknown(target: String) {
        var world = Scenario.world(Scenario.quiet())
        let answer = world.handle(request: Scenario.get(target), at: Scenario.start)
        #expect(answer.status == 404)
    }

    @Test("Agents and the user can be read")
    func directory() throws {
        var world = Scenario.world(Scenario.busy())
        let all = world.handle(request: Scenario.get("/v2/agent/all"), at: Scenario.start)
        let agents = try #require(JSONValue(bytes: all.body)?.array)
        #expect(agents.compactMap { $0["id"]?.string } == world.agentIDs)
        let one = world.handle(request: Scenario.get("/v2/agent/\(world.agentIDs[1])"), at: Scenario.start)
        #expect(JSONValue(bytes: one.body) == agents[1])
        let user = world.handle(request: Scenario.get("/user/me"), at: Scenario.start)
        #expect(JSONValue(bytes: user.body)?["concurrency"]?["max"] == 10)
        #expect(JSONValue(bytes: user.body)?["id"]?.string?.count == 36)
    }

    @Test("Only a waiting call can be stopped, and nothing happens to it afterwards")
    func stop() throws {
        var world = Scenario.world(Scenario.quiet())
        let at = Scenario.start.after(hours: 1).text(.offset)
        let id = try #require(Scenario.place(&world, more: #","scheduled_at":"\#(at)""#))
        #expect(world.truth(ofCall: id)?.status == .scheduled)
        let stopped = world.handle(request: Scenario.post("/call/\(id)/stop", ""), at: Scenario.start)
        #expect(stopped.status == 200 && JSONValue(bytes: stopped.body)?["status"] == "stopped")
        let events = world.advance(to: Scenario.start.after(hours: 5))
        #expect(events.changes.map(\.status) == [.scheduled, .stopped])
        #expect(world.truth(ofCall: id)?.isSettled == true)
        let again = world.handle(request: Scenario.post("/call/\(id)/stop", ""), at: world.now)
        #expect(again.status == 400)
    }

    @Test("A recording is there once the body names it, and is a WAV file")
    func recording() throws {
        var world = Scenario.world(Scenario.quiet())
        let id = try #require(Scenario.place(&world))
        let request = Scenario.get("/recordings/call/\(id)")
        let early = world.handle(request: request, at: Scenario.start)
        #expect(early.status == 404)
        _ = world.advance(to: Scenario.start.after(hours: 1))
        let answer = world.handle(request: request, at: world.now)
        #expect(answer.status == 200)
        #expect(answer.headers.first == .init(name: "Content-Type", value: "audio/wav"))
        #expect(String(decoding: answer.body.prefix(4), as: UTF8.self) == "RIFF")
        #expect(answer.body.count == 160_044)
    }

    @Test(
        "Of a recording any one range can be asked for",
        arguments: [
            ("bytes=0-3", 206, "bytes 0-3/160044", "RIFF"), ("bytes=8-11", 206, "bytes 8-11/160044", "WAVE"),
            ("bytes=160040-", 206, "bytes 160040-160043/160044", nil),
            ("bytes=-4", 206, "bytes 160040-160043/160044", nil),
            ("bytes=160044-", 416, "bytes */160044", nil), ("bytes=-0", 416, "bytes */160044", nil),
            ("bytes=0-1,3-4", 200, nil, nil), ("bytes=5-2", 200, nil, nil), ("items=0-3", 200, nil, nil),
        ] as [(String, Int, String?, String?)])
    func ranges(field: String, status: Int, range: String?, text: String?) throws {
        var world = Scenario.world(Scenario.quiet())
        let id = try #require(Scenario.place(&world))
        _ = world.advance(to: Scenario.start.after(hours: 1))
        var request = Scenario.get("/recordings/call/\(id)")
        request.range = field
        let answer = world.handle(request: request, at: world.now)
        #expect(answer.status == status)
        #expect(answer.headers.first { $0.name == "Content-Range" }?.value == range)
        if let text { #expect(String(decoding: answer.body, as: UTF8.self) == text) }
    }

    @Test("A recording can be behind a signed link, which wants no key and takes none")
    func signedLink() throws {
        var options = Scenario.quiet()
        options.redirectsRecordings = true
        var world = Scenario.world(options)
        let id = try #require(Scenario.place(&world))
        _ = world.advance(to: Scenario.start.after(hours: 1))
        let answer = world.handle(request: Scenario.get("/recordings/call/\(id)"), at: world.now)
        #expect(answer.status == 302)
        let link = try #require(answer.headers.first { $0.name == "Location" }?.value)
        let target = try #require(link.wholeMatch(of: #/https://recordings\.example\.com(/.*)/#)).1
        func ask(_ target: Substring, authorization: String? = nil) -> Int {
            let request = APIRequest(method: "GET", target: String(target), authorization: authorization)
            return world.handle(request: request, at: world.now).status
        }
        #expect(ask(target) == 200)
        #expect(ask(target, authorization: Scenario.key) == 400)
        #expect(ask(target.dropLast()) == 403)
    }

    @Test("Rate limits hold per window and endpoint, and refill with the speed", arguments: [1.0, 60.0])
    func limits(speed: Double) throws {
        var options = Scenario.quiet()
        options.speed = speed
        var world = Scenario.world(options)
        let list = Scenario.get("/v2/agent/\(world.agentIDs[0])/executions")
        let codes = (0..<510).map { _ in world.handle(request: list, at: Scenario.start).status }
        #expect(codes.prefix(500).allSatisfy { $0 == 200 } && codes.dropFirst(500).allSatisfy { $0 == 429 })
        let users = (0..<1001).map { _ in world.handle(request: Scenario.get("/user/me"), at: Scenario.start).status }
        #expect(users.count { $0 == 200 } == 1000)
        #expect(world.log.counts.rateLimited == 11)
        let justBefore = Scenario.start.after(seconds: 59.9 / speed)
        let before = world.handle(request: list, at: justBefore)
        let after = world.handle(request: list, at: Scenario.start.after(seconds: 60.1 / speed))
        #expect(before.status == 429 && after.status == 200)
    }

    @Test("Answers are spoilt at their rates, 5xx in several shapes, and half of the failed placings happened")
    func answerFaults() {
        var options = Scenario.quiet()
        options.otherLimitPerMinute = .max
        options.limitPerMinute = .max
        options.faults.tooManyRequests = 0.1
        options.faults.serverErrors = 0.2
        options.faults.slowAnswers = 0.1
        options.faults.cutAnswers = 0.1
        var world = Scenario.world(options)
        let answers = (0..<2000).map { _ in world.handle(request: Scenario.get("/user/me"), at: Scenario.start) }
        #expect((150...250).contains(answers.count { $0.status == 429 }))
        #expect((300...430).contains(answers.count { $0.status >= 500 }))
        #expect((130...230).contains(answers.count { $0.delay > 0 }))
        #expect((130...250).contains(answers.count { $0.cutAfter != nil }))
        #expect(Set(answers.map(\.status)) == [200, 429, 500, 502, 503])
        #expect(answers.allSatisfy { ($0.cutAfter ?? 0) <= $0.body.count })
        #expect(Set(answers.filter { $0.status == 429 }.map { $0.headers.count }) == [1, 2])

        world.faults = Faults()
        world.faults.serverErrors = .always
        for _ in 0..<200 {
            let id = Scenario.place(&world)
            #expect(id == nil)
        }
        #expect((70...130).contains(world.truth.count))
    }
}
