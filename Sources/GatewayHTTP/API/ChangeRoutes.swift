import BolnaWire
import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird
import NIOCore

/// `/api/v1/changes`: Server-Sent Events, one for each change of a call, resumed after the last one a client had.
struct ChangeRoutes: Sendable {
    private let dependencies: GatewayDependencies
    private let settings: StreamSettings

    private static let lastEventID = HTTPField.Name("Last-Event-ID")

    init(dependencies: GatewayDependencies, settings: StreamSettings) {
        self.dependencies = dependencies
        self.settings = settings
    }

    var routes: [Route] { [Route(.get, "/api/v1/changes", .scoped(.read, stream))] }

    @Sendable private func stream(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let text = Self.lastEventID.flatMap { request.head.headerFields[$0] } ?? request.query.text("since")
        let after = try text.map { text throws(Problem) in
            try BoundCursor.change(text, account: principal.account)
        }
        let changes = dependencies.changes
        guard changes.subscribers < settings.mostStreams,
            changes.subscribers(of: principal.account) < settings.mostStreamsOfAccount
        else { throw Problem(.busy, "There are too many streams.", retryAfter: settings.retry) }
        let events = try await dependencies.changes.subscribe(account: principal.account, after: after)
        dependencies.noteReveal("changes of calls", by: principal, at: request.receivedAt)
        let steps = StreamSteps(
            events: events, heartbeat: settings.heartbeat, recheck: settings.recheck, clock: dependencies.clock,
            isAdmitted: { [now = dependencies.now, isAdmitted = request.isAdmitted] in isAdmitted(now()) })
        let body = request.body
        return Response(
            status: .ok, headers: [.contentType: MediaType.events],
            body: ResponseBody { [self] writer in
                // A client that goes away ends its stream at once, not at the next heartbeat.
                try await body.consumeWithInboundCloseHandler { _ in
                    try await writer.write(
                        ByteBuffer(string: "retry: \(settings.retry.components.seconds * 1_000)\n\n"))
                    try await steps.run { step in
                        guard let text = try await self.text(of: step, for: principal) else { return }
                        try await writer.write(ByteBuffer(bytes: text))
                    }
                } onInboundClosed: {
                    steps.stop()
                }
                try await writer.finish(nil)
            })
    }

    /// What is sent for a step; nil for a change of a call that is no longer there.
    private func text(of step: StreamSteps.Step, for principal: Principal) async throws -> [UInt8]? {
        switch step {
        // Scripts of pages hear no comments; who does not listen for the name leaves the event out.
        case .heartbeat: return Array(":\nevent: heartbeat\ndata: {}\n\n".utf8)
        case .event(.resync(let cursor)):
            let id = BoundCursor.text(cursor, account: principal.account)
            return Array("id: \(id)\nevent: resync\ndata: {}\n\n".utf8)
        case .event(.change(let change)):
            let record = try await dependencies.reader.read { store throws(StoreError) in
                try store.call(account: principal.account, reference: change.call.rawValue, withBody: false)
            }
            guard let call = record.flatMap({ VisibleCall($0, for: principal) }) else { return nil }
            var json = JSONWriter(reserving: 1_024)
            json.object { json in
                json.member("status", change.status.word)
                json.member("source", change.source.word)
                json.member("at", change.at)
                json.key("call")
                call.writeRow(into: &json)
            }
            let id = BoundCursor.text(change.cursor, account: principal.account)
            return Array("id: \(id)\nevent: call\ndata: ".utf8) + json.bytes + Array("\n\n".utf8)
        }
    }
}
