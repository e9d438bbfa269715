import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@Suite("Live changes") struct LiveChangeTests {
    @Test("A waiting client sees a posted change, and resumes after it without gap or repeat")
    func changeIsSeen() async throws {
        let folder = try TemporaryFolder()
        let fixture = try await ServeFixture.start(in: folder)
        var stream = try await events(fixture, after: nil)
        let started = ContinuousClock.now
        _ = try await fixture.poster.post(signed: Array(try Payloads.text("02-lifecycle-1-queued.json").utf8))
        let posted = ContinuousClock.now
        let first = try await stream.next()
        print(
            "change seen \(ContinuousClock.now - posted) after the answer to the webhook, \(ContinuousClock.now - started) after its sending"
        )
        #expect(first?.data.contains("queued") == true)

        _ = try await fixture.poster.post(signed: Array(try Payloads.text("03-lifecycle-2-initiated.json").utf8))
        var resumed = try await events(fixture, after: first?.id)
        let second = try await resumed.next()
        #expect(second?.data.contains("initiated") == true)
        #expect(second?.id != first?.id)
        stream.close()
        resumed.close()
        #expect(try await fixture.stop() == 0)
    }

    private func events(_ fixture: ServeFixture, after id: String?) async throws -> EventStream {
        var request = HTTPClientRequest(url: fixture.address.absoluteString + "/api/v1/changes")
        request.headers.add(name: "Authorization", value: "Bearer \(ServeFixture.key)")
        request.headers.add(name: "Accept", value: "text/event-stream")
        if let id { request.headers.add(name: "Last-Event-ID", value: id) }
        let response = try await fixture.poster.client.execute(request, timeout: .seconds(60))
        #expect(response.status.code == 200)
        return EventStream(body: response.body)
    }
}

/// Reads server-sent events with data, one after the other.
private struct EventStream {
    struct Event {
        var id: String
        var data: String
    }

    private var iterator: HTTPClientResponse.Body.AsyncIterator?
    private var text = ""

    init(body: HTTPClientResponse.Body) { iterator = body.makeAsyncIterator() }

    /// The next event that has data; nil at the end.
    mutating func next() async throws -> Event? {
        while true {
            while let end = text.range(of: "\n\n") {
                let block = text[..<end.lowerBound]
                text = String(text[end.upperBound...])
                let fields = block.split(separator: "\n").map { line in
                    line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                }
                guard let data = fields.first(where: { $0.first == "data" })?.last else { continue }
                return Event(id: fields.first { $0.first == "id" }?.last ?? "", data: data)
            }
            guard var chunks = iterator, let buffer = try await chunks.next() else { return nil }
            iterator = chunks
            text += String(buffer: buffer)
        }
    }

    /// Lets go of the connection.
    mutating func close() { iterator = nil }
}
