import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@Suite("Beside a Bolna") struct BolnaSideTests {
    @Test("An address that the command writes into an agent brings its webhooks, and their recording can be played")
    func addressAndRecording() async throws {
        let folder = try TemporaryFolder()
        // The first start makes the certificate that the simulator is to trust.
        #expect(try await ServeFixture.start(in: folder).stop() == 0)
        let bolna = try await Simulator.start(
            in: folder, ["--speed", "400", "--agents", "1", "--redirect-recordings"])
        let port = try #require(bolna.address.port)
        let fixture = try await ServeFixture.start(
            in: folder,
            environment: ServeFixture.environment.merging([
                "GATEWAY_BOLNA_BASE_URL": bolna.address.absoluteString, "GATEWAY_BOLNA_TOKEN": Simulator.token,
                "GATEWAY_BOLNA_CA_FILE": bolna.authority.path, "GATEWAY_RECORDINGS_HOSTS": "127.0.0.1:\(port)",
            ]) { $1 })
        let agent = try #require(bolna.agents.first)
        let arguments = [
            "webhook-url", "--agent", agent, "--host", "localhost", "--port",
            "\(try #require(fixture.address.port))", "--set",
        ]
        let asked = await (try GatewayProcess(arguments, in: folder.url)).end()
        #expect(asked.code == 1 && asked.errors.contains("--yes"), "nobody can be asked: \(asked.errors)")
        let set = await (try GatewayProcess(arguments + ["--yes"], in: folder.url)).end()
        #expect(set.code == 0, "\(set.errors)")
        #expect(set.output.contains("now   none") && set.output.contains("/***"))
        #expect(set.output.contains("Set. Bolna now has") && set.output.contains("token of the secret"))

        var events = try await fixture.events(after: nil)
        try await call(fixture, agent: agent)
        let id = try await completedCall(&events)
        events.close()
        let recording = "/api/v1/calls/\(id)/recording"
        let whole = try await play(fixture, recording)
        #expect(whole.status == 200 && whole.body.count == 160_044 && whole.body.starts(with: Array("RIFF".utf8)))
        #expect(whole.headers["location"].isEmpty)
        let part = try await play(fixture, recording, range: "bytes=8-11")
        #expect(part.status == 206 && part.body == Array("WAVE".utf8))
        #expect(part.headers["content-range"] == ["bytes 8-11/160044"])
        #expect(try await play(fixture, recording, range: "bytes=999999-").status == 416)
        #expect(try await fixture.stop() == 0)
        await bolna.stop()
    }

    /// Places a call that is answered and recorded, in time.
    private func call(_ fixture: ServeFixture, agent: String) async throws {
        for number in 0..<8 {
            var request = HTTPClientRequest(url: fixture.address.absoluteString + "/api/v1/calls")
            request.method = .POST
            request.headers.add(name: "Authorization", value: "Bearer \(ServeFixture.key)")
            request.headers.add(name: "Content-Type", value: "application/json")
            request.headers.add(name: "Idempotency-Key", value: "call-\(number)")
            request.body = .bytes(
                Array(#"{"agentId":"\#(agent)","recipientPhoneNumber":"+9100000123\#(10 + number)"}"#.utf8))
            let response = try await fixture.poster.client.execute(request, timeout: .seconds(30))
            let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
            #expect((200..<300).contains(Int(response.status.code)), "\(text)")
        }
    }

    /// The first call of which a recording is known.
    private func completedCall(_ events: inout EventStream) async throws -> String {
        struct Change: Decodable {
            struct Call: Decodable {
                var id: String
                var hasRecording: Bool
            }

            var status: String
            var call: Call
        }
        while let event = try await events.next() {
            let change = try JSONDecoder().decode(Change.self, from: Data(event.data.utf8))
            if change.status == "completed", change.call.hasRecording { return change.call.id }
        }
        throw EndToEndFailure("the stream ended before a call was recorded")
    }

    private func play(
        _ fixture: ServeFixture, _ path: String, range: String? = nil
    ) async throws -> (status: Int, headers: HTTPHeaders, body: [UInt8]) {
        var request = HTTPClientRequest(url: fixture.address.absoluteString + path)
        request.headers.add(name: "Authorization", value: "Bearer \(ServeFixture.key)")
        if let range { request.headers.add(name: "Range", value: range) }
        let response = try await fixture.poster.client.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 1 << 20)
        return (Int(response.status.code), response.headers, Array(body.readableBytesView))
    }
}
