import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// `/api/v1/changes`: Server-Sent Events, one for each change of a call, resumed after the last one a client had.
///
/// Changes are taken from the feed only when those before were sent, so what waits for a slow client waits in the feed,
/// which bounds it; a client that takes nothing is bounded by ``ListenerLimits/writeStall``.
struct ChangeRoutes: Sendable {
    private let dependencies: GatewayDependencies
    private let settings: StreamSettings
    private let pulse: StreamPulse
    private let texts: ChangeTexts
    private let beginning: ByteBuffer

    private static let lastEventID = HTTPField.Name("Last-Event-ID")
    /// Scripts of pages hear no comments; who does not listen for the name leaves the event out.
    private static let heartbeat = ByteBuffer(string: ":\nevent: heartbeat\ndata: {}\n\n")

    init(dependencies: GatewayDependencies, settings: StreamSettings) {
        self.dependencies = dependencies
        self.settings = settings
        pulse = StreamPulse(settings: settings, clock: dependencies.clock)
        texts = ChangeTexts(reader: dependencies.reader, changes: dependencies.changes)
        beginning = ByteBuffer(string: "retry: \(settings.retry.components.seconds * 1_000)\n\n")
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
        let stream = try await changes.subscribe(account: principal.account, after: after)
        dependencies.noteReveal("changes of calls", by: principal, at: request.receivedAt)
        let isAdmitted: @Sendable () -> Bool = { [now = dependencies.now, isAdmitted = request.isAdmitted] in
            isAdmitted(now())
        }
        let body = request.body
        return Response(
            status: .ok, headers: [.contentType: MediaType.events],
            body: ResponseBody { [self] writer in
                // A client that goes away ends its stream at once, not at the next heartbeat.
                try await body.consumeWithInboundCloseHandler { _ in
                    try await withGracefulShutdownHandler {
                        let watched = pulse.add(stream, isAdmitted: isAdmitted)
                        defer { pulse.remove(watched) }
                        try await writer.write(beginning)
                        while let events = await stream.next() {
                            let told = try await self.text(of: events, for: principal)
                            // Asked at the last moment: what came must not go to one who was shut out before it.
                            guard isAdmitted() else { break }
                            if let told { try await writer.write(told) }
                        }
                    } onGracefulShutdown: {
                        stream.end()
                    }
                } onInboundClosed: {
                    stream.end()
                }
                try await writer.finish(nil)
            })
    }

    /// What is sent for events, or for the lack of any; nil for changes of calls that are no longer there.
    private func text(of events: [ChangeEvent], for principal: Principal) async throws -> ByteBuffer? {
        guard !events.isEmpty else { return Self.heartbeat }
        var whole: ByteBuffer?
        for event in events {
            guard var text = try await text(of: event, for: principal) else { continue }
            if whole == nil { whole = text } else { whole?.writeBuffer(&text) }
        }
        return whole
    }

    private func text(of event: ChangeEvent, for principal: Principal) async throws -> ByteBuffer? {
        switch event {
        case .resync(let cursor):
            let id = BoundCursor.text(cursor, account: principal.account)
            return ByteBuffer(string: "id: \(id)\nevent: resync\ndata: {}\n\n")
        case .change(let change): return try await texts.text(of: change, for: principal)
        }
    }
}
