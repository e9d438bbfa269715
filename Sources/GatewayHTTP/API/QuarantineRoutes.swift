import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird
import NIOCore

/// `/api/v1/quarantine`: what is kept aside, why, and what can be done about it.
struct QuarantineRoutes: Sendable {
    private let dependencies: GatewayDependencies
    private let bodyLimit: Int

    init(dependencies: GatewayDependencies, bodyLimit: Int) {
        self.dependencies = dependencies
        self.bodyLimit = bodyLimit
    }

    var routes: [Route] {
        [
            Route(.get, "/api/v1/quarantine", .scoped(.operate, list)),
            Route(.post, "/api/v1/quarantine/replay", .scoped(.operate, replay)),
            Route(.post, "/api/v1/quarantine/discard", .scoped(.operate, discard)),
            Route(.get, "/api/v1/quarantine/{id}", .scoped(.operate, entry)),
        ]
    }

    private static let parameters = ["reason", "agent", "execution", "from", "to", "state", "limit", "cursor"]

    @Sendable private func list(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let words = Self.parameters.reduce(into: [String: String]()) { words, name in
            words[name] = request.query.text(name)
        }
        return try await answer { store in try QuarantineReading.page(of: store, words: words, for: principal) }
    }

    @Sendable private func entry(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        guard let id = Int64(try request.parameter("id")) else { throw QuarantineReading.noSuchEntry }
        let response = try await answer { store in try QuarantineReading.entry(of: store, id: id, for: principal) }
        dependencies.noteReveal("kept aside \(id)", by: principal, at: request.receivedAt)
        return response
    }

    @Sendable private func replay(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        try await run("replay", request, principal)
    }

    @Sendable private func discard(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        try await run("discard", request, principal)
    }

    private func run(_ action: String, _ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let body = try await request.readBody(upTo: bodyLimit)
        return Self.response(
            try await QuarantineReading.run(
                body, action: action, service: dependencies.quarantine, for: principal, trail: dependencies.trail,
                at: request.receivedAt))
    }

    /// Runs a read on a thread that may block; what is wrong with the request is told as it is.
    private func answer(_ read: @escaping @Sendable (any CallStore) throws -> [UInt8]) async throws -> Response {
        let result: Result<[UInt8], Problem> = try await dependencies.reader.read { store throws(StoreError) in
            do {
                return .success(try read(store))
            } catch let error as StoreError {
                throw error
            } catch {
                return .failure(error as? Problem ?? Problem(.internalError))
            }
        }
        return Self.response(try result.get())
    }

    private static func response(_ json: [UInt8]) -> Response {
        Response(
            status: .ok, headers: [.contentType: MediaType.json],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
}
