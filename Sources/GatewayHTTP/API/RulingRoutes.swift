import CallDomain
import HTTPTypes
import Hummingbird
import NIOCore

/// `/api/v1/calls/{id}/rulings`: a person decides that statements of a call's journal do not count.
struct RulingRoutes: Sendable {
    private let dependencies: GatewayDependencies
    private let bodyLimit: Int

    init(dependencies: GatewayDependencies, bodyLimit: Int) {
        self.dependencies = dependencies
        self.bodyLimit = bodyLimit
    }

    var routes: [Route] { [Route(.post, "/api/v1/calls/{id}/rulings", .scoped(.operate, rule))] }

    @Sendable private func rule(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let reference = try request.parameter("id")
        let body = try await request.readBody(upTo: bodyLimit)
        let made = try await RulingReading.rule(
            body, of: reference, service: dependencies.rulings, for: principal, trail: dependencies.trail,
            at: request.receivedAt)
        return Response(
            status: .created, headers: [.contentType: MediaType.json],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: made)))
    }
}
