import BolnaWire
import CallDomain
import Testing

@Suite("BolnaDecoder, variants")
struct VariantTests {
    func fields(_ members: String) throws -> FieldSet {
        try statement(#"{"id":"a","status":"completed",\#(members)}"#).fields
    }

    func drift(_ members: String) throws -> Drift {
        try #require(try statements(Array(#"{"id":"a","status":"completed",\#(members)}"#.utf8)).first).drift
    }

    @Test(
        "An id is text, or an integer of any size kept as its digits",
        arguments: [
            (#""x""#, "x"), ("7432000142914", "7432000142914"), ("0", "0"),
            ("123456789012345678901234567890", "123456789012345678901234567890"), (#""agent#1706""#, "agent#1706"),
            (#""\u0061""#, "a"),
        ])
    func ids(json: String, id: String) throws {
        #expect(try statement(#"{"id":\#(json),"status":"busy"}"#).executionID.rawValue == id)
        #expect(try statement(#"{"execution_id":\#(json),"status":"busy"}"#).executionID.rawValue == id)
    }

    @Test(
        "Other members name the call where there is no id",
        arguments: [
            #""execution_id":"x""#, #""call_id":"x""#, #""callId":"x""#, #""id":null,"callId":"x""#,
            #""id":"","call_id":"x""#,
        ])
    func otherIDs(members: String) throws {
        #expect(try statement("{\(members),\"status\":\"busy\"}").executionID.rawValue == "x")
    }

    @Test("The id goes before other names of the call")
    func idFirst() throws {
        #expect(try statement(#"{"execution_id":"y","call_id":"z","id":"x"}"#).executionID.rawValue == "x")
    }

    @Test(
        "Ids that are none go to quarantine",
        arguments: [
            "1.5", "1e3", "-1", "true", "[1]", #"{"a":1}"#, #""a\u0000""#, #""a\nb""#,
            "\"\(String(repeating: "x", count: 257))\"",
        ])
    func badIDs(json: String) {
        #expect(quarantineReason(#"{"id":\#(json),"status":"busy"}"#) == .badField)
    }

    @Test(
        "A body that names no call goes to quarantine",
        arguments: ["{}", #"{"status":"busy"}"#, #"{"id":null}"#, #"{"id":""}"#, #"{"id":{}}"#])
    func noID(body: String) {
        #expect(quarantineReason(body) == .noID)
    }

    @Test(
        "A body that names a call without its status is a hint",
        arguments: [
            #"{"execution_id":"x"}"#, #"{"id":"x","status":null}"#, #"{"id":"x","status":""}"#,
            #"{"id":"x","status":" _ "}"#,
        ])
    func hints(body: String) throws {
        #expect(try statement(body).status == nil)
    }

    @Test("A status that is no text goes to quarantine", arguments: ["1", "true", #"["busy"]"#, #"{"a":1}"#])
    func badStatus(json: String) {
        #expect(quarantineReason(#"{"id":"x","status":\#(json)}"#) == .badField)
    }

    @Test(
        "Durations and costs are numbers, or text of numbers",
        arguments: [
            ("42", 42), ("27.2", 27.2), (#""28""#, 28), (#""0.0""#, 0), (#"" 3 ""#, 3), ("1e2", 100), ("-1", -1),
        ])
    func numbers(json: String, value: Double) throws {
        let fields = try fields(
            #""conversation_duration":\#(json),"total_cost":\#(json),"telephony_data":{"duration":\#(json)}"#)
        #expect(fields.number(.conversationDuration) == value)
        #expect(fields.number(.totalCost) == value)
        #expect(fields.number(.telephonyDuration) == value)
    }

    @Test(
        "What is no number is ignored and counted",
        arguments: [#""x""#, "true", "[1]", "1e999", #""1e999""#, #""NaN""#, #""0x1p3""#, #""1 2""#, #""inf""#])
    func noNumbers(json: String) throws {
        #expect(try fields(#""total_cost":\#(json)"#).number(.totalCost) == nil)
        #expect(try drift(#""total_cost":\#(json)"#).ignoredFields == 1)
    }

    @Test("Empty values are no values, and no drift", arguments: ["null", #""""#, "{}", "[ ]", "{\n}"])
    func empty(json: String) throws {
        let members = [
            "agent_id", "created_at", "total_cost", "transcript", "summary", "extracted_data", "agent_extraction",
            "telephony_data", "context_details", "retry_config", "retry_count", "answered_by_voice_mail", "batch_id",
        ].map { "\"\($0)\":\(json)" }.joined(separator: ",")
        #expect(try fields(members).fields.isEmpty)
        #expect(try drift(members) == Drift())
    }

    @Test("The older name of the duration counts where the newer one says nothing")
    func conversationTime() throws {
        #expect(try fields(#""conversation_time":123"#).number(.conversationDuration) == 123)
        #expect(try fields(#""conversation_duration":4,"conversation_time":123"#).number(.conversationDuration) == 4)
        #expect(
            try fields(#""conversation_time":123,"conversation_duration":null"#).number(.conversationDuration) == 123)
    }

    @Test("A list of turns becomes lines")
    func turns() throws {
        let turns = """
            "transcript":[{"role":"assistant","content":"Hi\\n"},{"role":"user","message":"yes"},7,{"role":"user"},
            {"content":"alone"},{"role":"user","content":["x"]}]
            """
        #expect(try fields(turns).text(.transcript) == "assistant: Hi\n\nuser: yes\nunknown: alone\n")
    }

    @Test("An extraction is an object, or text of one")
    func extraction() throws {
        #expect(try fields(#""agent_extraction":{"a": 1}"#).json(.agentExtraction) == #"{"a": 1}"#)
        #expect(try fields(#""agent_extraction":" {\"a\":\"b\\nc\"} ""#).json(.agentExtraction) == #"{"a":"b\nc"}"#)
        #expect(try fields(#""agent_extraction":"{ }""#)[.agentExtraction] == nil)
        #expect(try drift(#""agent_extraction":"{ }""#).ignoredFields == 0)
        #expect(try drift(#""agent_extraction":"not JSON""#).ignoredFields == 1)
        #expect(try drift(#""agent_extraction":"{} x""#).ignoredFields == 1)
    }

    @Test(
        "A voicemail flag is understood in several spellings",
        arguments: [("true", true), ("false", false), (#""True""#, true), ("0", false), ("1", true)])
    func flags(json: String, value: Bool) throws {
        #expect(try fields(#""answered_by_voice_mail":\#(json)"#).flag(.answeredByVoicemail) == value)
    }

    @Test("Without numbers in the telephony data, the direction tells who called whom")
    func numbersByDirection() throws {
        func sides(_ telephony: String) throws -> [String?] {
            let fields = try fields(
                #""user_number":"+1","agent_number":"+2","telephony_data":\#(telephony),"context_details":{"recipient_phone_number":"+3"}"#
            )
            return [fields.text(.fromNumber), fields.text(.toNumber)]
        }
        #expect(try sides(#"{"call_type":"outbound"}"#) == ["+2", "+1"])
        #expect(try sides(#"{"call_type":"Inbound"}"#) == ["+1", "+2"])
        #expect(try sides(#"{"call_type":"inbound","from_number":"+8","to_number":"+9"}"#) == ["+8", "+9"])
        #expect(try sides(#"{"call_type":"outbound","from_number":"+8"}"#) == ["+8", "+1"])
        #expect(try sides("{}") == [nil, "+3"])
    }

    @Test("The provider and the hangup code have a second place")
    func secondPlaces() throws {
        #expect(try fields(#""telephony_data":{"provider":"plivo"}"#).text(.provider) == "plivo")
        #expect(try fields(#""provider":"twilio","telephony_data":{"provider":"plivo"}"#).text(.provider) == "twilio")
        #expect(try fields(#""telephony_data":{"hangup_code":4010}"#).number(.hangupCode) == 4010)
        #expect(
            try fields(#""telephony_data":{"hangup_code":1,"hangup_provider_code":"4000"}"#).number(.hangupCode) == 4000
        )
    }

    @Test("Retry counts beyond belief are ignored", arguments: ["-1", "1.5", "101", "1e300"])
    func retryCounts(json: String) throws {
        #expect(try statement(#"{"id":"x","status":"busy","retry_count":\#(json)}"#).retryCount == nil)
        #expect(try statement(#"{"id":"x","status":"busy","retry_count":"2"}"#).retryCount == 2)
    }

    @Test("A retry policy is read as far as it goes")
    func retryPolicy() throws {
        func policy(_ json: String) throws -> RetryPolicy? {
            try statement(#"{"id":"x","status":"busy","retry_config":\#(json)}"#).retryPolicy
        }
        #expect(try policy(#"{"enabled":true}"#) == RetryPolicy(isEnabled: true))
        #expect(
            try policy(
                #"{"enabled":"true","max_retries":"2","retry_on_statuses":["No_Answer",7,null,"odd"],"retry_intervals_minutes":[5,"x",-1,1.5,"7"]}"#
            )
                == RetryPolicy(
                    isEnabled: true, mostRetries: 2,
                    statuses: [.noAnswer, .unknown("7"), .unknown("odd")], intervalsMinutes: [5, 7]))
        #expect(
            try policy(#"{"enabled":true,"retry_on_statuses":"all","retry_intervals_minutes":3}"#)
                == RetryPolicy(isEnabled: true))
        #expect(try policy("[1]") == nil)
        let many = (0..<40).map(String.init).joined(separator: ",")
        #expect(try policy("{\"enabled\":true,\"retry_intervals_minutes\":[\(many)]}")?.intervalsMinutes.count == 16)
    }

    @Test("Of a member that is there twice the last counts, also where it is empty")
    func duplicates() throws {
        let twice = try statement(
            #"{"id":"a","id":"b","status":"queued","status":"busy","summary":"x","summary":null,"telephony_data":{"hangup_by":"x"},"telephony_data":{}}"#
        )
        #expect(twice.executionID.rawValue == "b" && twice.status == .busy)
        #expect(twice.fields.fields.isEmpty)
    }

    @Test("Unknown members are told by name where it is plain, some of them, and never by value")
    func unknownNames() throws {
        #expect(
            try drift(#""new_one":"secret","two words":1,"n\u0061me":2"#).unknownNames == [
                "new_one", "(unusual)", "(unusual)",
            ])
        let long = String(repeating: "x", count: Drift.longestName + 1)
        #expect(try drift("\"\(long)\":1").unknownNames == [Drift.unusualName])
        let many = (0..<50).map { "\"key\($0)\":1" }.joined(separator: ",")
        #expect(try drift(many).unknownNames == (0..<Drift.mostNames).map { "key\($0)" })
    }

    @Test("Unknown members are counted, and make a body in progress look like a pre-call webhook")
    func unknownMembers() throws {
        #expect(try drift(#""new_one":{"status":"x"},"event":"tool""#).unknownKeys == 2)
        #expect(try statement(#"{"id":"x","status":"in-progress","event":"tool","workflow_id":"w"}"#).looksPreCall)
        #expect(try !statement(#"{"id":"x","status":"in-progress","provider":"plivo"}"#).looksPreCall)
        #expect(try !statement(#"{"id":"x","status":"ringing","event":"tool"}"#).looksPreCall)
    }

    @Test("Names are understood when they are escaped")
    func escapedNames() throws {
        #expect(try statement(#"{"\u0069d":"x","statu\u0073":"busy"}"#).status == .busy)
    }
}

@Suite("BolnaDecoder, shapes")
struct ShapeTests {
    @Test(
        "Workflow bodies are told from call webhooks",
        arguments: [
            #"{"event":"execution.terminal","execution_id":"x","status":"completed"}"#,
            #"{"event":"execution.other","execution_id":"x"}"#,
            #"{"workflow_id":"w","execution_id":"x","status":"completed"}"#,
            #"{"event":"execution.terminal"}"#,
        ])
    func workflow(body: String) {
        #expect(BolnaDecoder.decodeDelivery(Array(body.utf8)) == .workflow)
    }

    @Test(
        "Batch bodies are told by what they have and what they lack",
        arguments: [
            #"{"batch_id":"b","state":"completed"}"#,
            #"{"batch_id":"b","status":"running","execution_status":{"completed":3}}"#,
            #"{"state":"processed"}"#, #"{"id":"b","execution_status":{"completed":3}}"#,
        ])
    func batch(body: String) {
        #expect(BolnaDecoder.decodeDelivery(Array(body.utf8)) == .batch)
    }

    @Test("A call of a batch is a call")
    func callOfBatch() throws {
        #expect(try statement(#"{"id":"x","batch_id":"b","status":"busy"}"#).fields.text(.batchID) == "b")
    }

    @Test("A bare array is as many statements, each with its own bytes")
    func array() throws {
        let body = Array(#" [ {"id":"a","status":"busy"} , {"id":2} ] "#.utf8)
        let all = try statements(body)
        #expect(all.map(\.statement.executionID.rawValue) == ["a", "2"])
        #expect(String(decoding: body[all[0].range], as: UTF8.self) == #"{"id":"a","status":"busy"}"#)
        #expect(String(decoding: body[all[1].range], as: UTF8.self) == #"{"id":2}"#)
    }

    @Test("Elements that cannot be used do not spoil their neighbours")
    func partly() {
        let body = Array(#"[{"id":"a","status":"busy"},7,{"status":"busy"},{"id":true}]"#.utf8)
        guard case .partly(let good, let reason, let detail) = BolnaDecoder.decodeDelivery(body) else {
            Issue.record("neither all nor nothing can be used")
            return
        }
        #expect(good.map(\.statement.executionID.rawValue) == ["a"])
        #expect(reason == .unknownShape && detail.contains("3 of 4"))
    }

    @Test("An array has a bound")
    func bound() {
        func array(_ count: Int) -> [UInt8] {
            Array(("[" + (0..<count).map { #"{"id":\#($0)}"# }.joined(separator: ",") + "]").utf8)
        }
        guard case .observations(let all) = BolnaDecoder.decodeDelivery(array(1000)) else {
            Issue.record("a thousand elements are taken")
            return
        }
        #expect(all.count == 1000)
        guard case .partly(let first, .unknownShape, _) = BolnaDecoder.decodeDelivery(array(1001)) else {
            Issue.record("more than a thousand are not all taken")
            return
        }
        #expect(first.count == 1000)
    }

    @Test("A member called data is nothing but an unknown key")
    func unknownData() throws {
        #expect(try statement(#"{"id":"x","status":"busy","data":[{"id":"a","status":"failed"}]}"#).status == .busy)
        #expect(quarantineReason(#"{"data":[{"id":"a","status":"busy"}],"total":1}"#) == .noID)
        #expect(quarantineReason(#"{"data":[]}"#) == .noID)
    }

    @Test("Other shapes go to quarantine", arguments: ["[]", "7", "\"x\"", "null", "[[]]", "[null]"])
    func unknownShapes(body: String) {
        #expect(quarantineReason(body) == .unknownShape)
    }

    @Test("Reasons carry nothing of the body")
    func details() {
        for body in [
            #"{"id":"secret+911234567890"#, #"{"id":{"secret":1}}"#, #"{"id":"x","status":["secret"]}"#, #"["secret"]"#,
        ] {
            guard case .unusable(_, let detail) = BolnaDecoder.decodeDelivery(Array(body.utf8)) else {
                Issue.record("\(body) is unusable")
                continue
            }
            #expect(!detail.isEmpty && !detail.contains("secret") && !detail.contains("91123"))
        }
    }
}
