import BolnaWire
import CallDomain
import Foundation
import Testing

@Suite("DialBody")
struct DialBodyTests {
    let agent = AgentID(rawValue: "agent")

    func encode(
        from: String? = nil, scheduledAt: Timestamp? = nil, userData: String = "", recipientData: RecipientData
    ) throws -> String {
        String(
            decoding: try DialBody.encode(
                agent: agent, recipient: "+15550100", from: from, scheduledAt: scheduledAt,
                userData: Array(userData.utf8),
                recipientData: recipientData), as: UTF8.self)
    }

    @Test("The smallest body")
    func smallest() throws {
        #expect(
            try encode(recipientData: RecipientData(correlationKey: "k"))
                == #"{"agent_id":"agent","recipient_phone_number":"+15550100","user_data":{"gateway_dial":"k"}}"#)
    }

    @Test("The whole body: a time with an offset instead of Z, the client's data as it is, our members ours")
    func whole() throws {
        let data = RecipientData(
            correlationKey: "k", leadID: "l\"", callerName: "Asha", projectName: "P", userID: "u")
        let text = try encode(
            from: "+15550199", scheduledAt: Timestamp(seconds: 1_772_615_708),
            userData: #" {"a" : {"b": [1, 2]},"gateway_dial":"forged","leadId":7,"n":1.50} "#, recipientData: data)
        #expect(
            text
                == #"{"agent_id":"agent","recipient_phone_number":"+15550100","from_phone_number":"+15550199","scheduled_at":"2026-03-04T09:15:08+00:00","user_data":{"a":{"b": [1, 2]},"n":1.50,"gateway_dial":"k","leadId":"l\"","callerName":"Asha","projectName":"P","userId":"u"}}"#
        )
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
        #expect(
            RecipientData(
                json:
                    #"{"timezone":"x","gateway_dial":"k","leadId":"l\"","callerName":"Asha","projectName":"P","userId":"u"}"#
            ) == data)
    }

    @Test("User data that is no JSON object is an error", arguments: ["[]", "7", "{", "x", "{}{}"])
    func badUserData(text: String) {
        #expect(throws: UnusableBody.self) { try encode(userData: text, recipientData: RecipientData()) }
    }
}

@Suite("RecipientData")
struct RecipientDataTests {
    @Test("The key of a dial comes back from a webhook's recipient data")
    func correlationKey() throws {
        let body =
            #"{"id":"x","status":"queued","context_details":{"recipient_data":{"timezone":"Asia/Kolkata","gateway_dial":"k1"}}}"#
        let json = try #require(try statement(body).fields.json(.recipientData))
        #expect(RecipientData.correlationKey(in: json) == "k1")
    }

    @Test(
        "Whatever is no such object gives nothing",
        arguments: ["", "{", "[]", "7", #"{"gateway_dial":null}"#, #"{"gateway_dial":{}}"#, #"{"gateway_dial":""}"#])
    func nothing(json: String) {
        #expect(RecipientData(json: json) == RecipientData())
    }

    @Test("Numbers given as ids are kept as their digits")
    func numbers() {
        #expect(RecipientData(json: #"{"leadId":42,"userId":"u"}"#) == RecipientData(leadID: "42", userID: "u"))
    }
}
