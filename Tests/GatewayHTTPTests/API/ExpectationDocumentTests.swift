import Foundation
import GatewayService
import Testing

@testable import GatewayHTTP

@Suite("What is expected of a call, in its document")
struct ExpectationDocumentTests {
    private func details(_ gateway: TestGateway, _ id: String) async throws -> [String: Any] {
        let answer = try await gateway.send("GET", "/api/v1/calls/\(id)", key: TestGateway.allScopes)
        #expect(answer.status == 200)
        return try #require(try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any])
    }

    @Test("An open expectation tells its rule, its times, its looks and why, also as a sentence")
    func open() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-0", "busy"))
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing"))
            let call = try await details(gateway, "exec-1")
            let expectation = try #require(call["expectation"] as? [String: Any])
            #expect(expectation["rule"] as? String == "ringing")
            #expect(expectation["what"] as? String == "in-progress or final")
            #expect(expectation["path"] as? String == "webhook")
            #expect(expectation["looks"] as? Int == 0)
            #expect(expectation["probe"] as? Bool == false)
            #expect(expectation["hastened"] as? Bool == false)
            #expect(expectation["learned"] is NSNull)
            #expect(expectation["deadline"] as? String == expectation["nextRead"] as? String)
            let text = try #require(expectation["text"] as? String)
            #expect(text.hasPrefix("in-progress or final is expected by "))
            #expect((call["artefacts"] as? [Any])?.isEmpty == true)
            let settled = try await details(gateway, "exec-0")
            #expect(settled["expectation"] is NSNull)
        }
    }

    @Test("Each artefact of a completed call tells how it stands")
    func artefacts() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            let call = try await details(gateway, "exec-1")
            let artefacts = try #require(call["artefacts"] as? [[String: Any]])
            #expect(
                artefacts.map { $0["artefact"] as? String } == ["recording", "transcript", "extraction", "final cost"])
            #expect(artefacts.map { $0["state"] as? String } == ["arrived", "arrived", "not provided", "expected"])
            #expect((artefacts.last?["text"] as? String)?.hasPrefix("final cost: expected ") == true)
            #expect((call["expectation"] as? [String: Any])?["rule"] as? String == "artefacts")
        }
    }

    @Test("A priority is taken with a call that is placed, and only as true or false")
    func priority() async throws {
        try await TestGateway.run { gateway in
            let wish = #"{"agentId":"agent-1","recipientPhoneNumber":"+14155550100","priority":"#
            let wrong = try await gateway.send(
                "POST", "/api/v1/calls", key: TestGateway.allScopes, body: Array((wish + "\"yes\"}").utf8))
            #expect(wrong.status == 400)
            #expect(wrong.text.contains("priority must be true or false."))
            let read = try DialWish.read(Array((wish + "true}").utf8), idempotencyKey: nil)
            #expect(read.isPriority)
            let without = wish.replacing(",\"priority\":", with: "}")
            #expect(try DialWish.read(Array(without.utf8), idempotencyKey: nil).isPriority == false)
        }
    }
}
