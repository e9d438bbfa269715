import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

extension ServeFixture {
    /// The changes of calls as they come, after the one with this id.
    func events(after id: String?) async throws -> EventStream {
        var request = HTTPClientRequest(url: address.absoluteString + "/api/v1/changes")
        request.headers.add(name: "Authorization", value: "Bearer \(Self.key)")
        request.headers.add(name: "Accept", value: "text/event-stream")
        if let id { request.headers.add(name: "Last-Event-ID", value: id) }
        let response = try await poster.client.execute(request, timeout: .seconds(60))
        guard response.status.code == 200 else { throw EndToEndFailure("no stream: \(response.status.code)") }
        return EventStream(body: response.body)
    }
}

/// Reads server-sent events with data, one after the other.
struct EventStream {
    struct Event {
        var id: String
        var data: String
    }

    private var iterator: HTTPClientResponse.Body.AsyncIterator?
    private var text = ""

    init(body: HTTPClientResponse.Body) { iterator = body.makeAsyncIterator() }

    /// The next event that has data, heartbeats left out; nil at the end.
    mutating func next() async throws -> Event? {
        while true {
            while let end = text.range(of: "\n\n") {
                let block = text[..<end.lowerBound]
                text = String(text[end.upperBound...])
                let fields = block.split(separator: "\n").map { line in
                    line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                }
                guard let data = fields.first(where: { $0.first == "data" })?.last,
                    !fields.contains(where: { $0.first == "event" && $0.last == "heartbeat" })
                else { continue }
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
