import CallDomain
import Foundation
import GatewayHTTP
import Testing

@Suite struct PersonRoutesTests {
    private func forget(
        _ gateway: TestGateway, _ body: String, key: String = TestGateway.allScopes
    ) async throws -> TestGateway.Answer {
        try await gateway.send("POST", "/api/v1/forget", key: key, body: Array(body.utf8))
    }

    @Test("A number is forgotten: counted first, then gone from every route, and it stays gone")
    func forget() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("e1", "completed"))
            _ = try await gateway.post("{\"status\":\"x\",\"to\":\"+14155550100\"}")
            let counted = try await forget(gateway, "{\"number\":\"+14155550100\",\"dryRun\":true}")
            #expect(counted.text == #"{"dryRun":true,"calls":1,"quarantine":1,"dials":0,"refusals":0}"#)
            #expect(try await gateway.send("GET", "/api/v1/calls/e1", key: TestGateway.allScopes).status == 200)
            let done = try await forget(gateway, "{\"number\":\"+14155550100\"}")
            #expect(done.text.contains("\"calls\":1"))
            #expect(done.text.contains("Bolna keeps its own record"))
            #expect(try await gateway.post(TestGateway.execution("e1", "busy", minute: 5)).status == 200)
            #expect(try await gateway.post(TestGateway.execution("e2", "ringing")).status == 200)
            for path in [
                "/api/v1/calls", "/api/v1/calls/e1", "/api/v1/calls/e1/journal", "/api/v1/calls/e1/explain",
                "/api/v1/calls?number=14155550100", "/api/v1/calls?text=asha", "/api/v1/quarantine?state=all",
                "/api/v1/quarantine/1", "/api/client-call/call-history", "/api/client-call/call-history/details/e1",
                "/api/client-call/call-history/lead/lead-7", "/api/v1/refusals", "/api/v1/audit",
            ] {
                let answer = try await gateway.send("GET", path, key: TestGateway.allScopes)
                #expect(!answer.text.contains("4155550100"), "\(path)")
                #expect(!answer.text.contains("Asha"), "\(path)")
            }
            let again = try await forget(gateway, "{\"number\":\"+14155550100\",\"dryRun\":true}")
            #expect(again.text.contains("\"calls\":0"))
        }
    }

    @Test("It needs admin and reveal, and a body that says exactly what is meant")
    func refused() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("e1", "completed"))
            let number = "{\"number\":\"+14155550100\"}"
            #expect(try await gateway.send("POST", "/api/v1/forget", body: Array(number.utf8)).status == 401)
            for key in ["key-masked", "key-admin", "key-reveal", "key-operate"] {
                #expect(try await forget(gateway, number, key: key).status == 403, "\(key)")
            }
            for body in [
                "", "{}", "[]", "{\"number\":5}", "{\"number\":\"none\"}", "{\"number\":\"+1415\"}",
                "{\"number\":\"14155550100\"}", "{\"number\":\"+1 (415) 555-0100\"}",
                "{\"number\":\"+14155550100\",\"dryrun\":true}", "{\"number\":\"+14155550100\",\"dryRun\":\"true\"}",
            ] {
                #expect(try await forget(gateway, body).status == 400, "\(body)")
            }
            #expect(try await forget(gateway, number, key: "key-other").text.contains("\"calls\":0"))
            #expect(try await gateway.send("GET", "/api/v1/calls/e1", key: TestGateway.allScopes).status == 200)
        }
    }
}
