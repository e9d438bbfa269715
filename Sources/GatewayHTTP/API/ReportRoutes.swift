import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird
import NIOCore

/// `/api/v1/reports/reconciliation`: the report of a window (`from`, `to`, `agent`, `as-of`), and what each of its figures
/// counts, in the format that `output` or `Accept` names.
struct ReportRoutes: Sendable {
    private let dependencies: GatewayDependencies

    init(dependencies: GatewayDependencies) { self.dependencies = dependencies }

    var routes: [Route] {
        [
            Route(.get, ReportAddress.report, .scoped(.operate, report)),
            Route(.get, ReportAddress.report + "/figures/{figure}/calls", .scoped(.operate, calls)),
        ]
    }

    @Sendable private func report(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let format = try Self.format(of: request)
        let query = try await query(of: request, principal: principal)
        let report = try await dependencies.reader.read { store throws(StoreError) in try store.report(query) }
        return Self.answer(format.write(report), as: format)
    }

    @Sendable private func calls(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        guard let figure = FigureID(rawValue: try request.parameter("figure")) else {
            throw Problem(.notFound, "There is no such figure; the report names them.")
        }
        let format = try Self.format(of: request)
        let limit = try request.query.number("limit", in: 1...ReportPage.mostItems, default: ReportPage.mostItems)
        let cursor = try request.query.text("cursor").map { text throws(Problem) -> ReportCursor in
            guard let cursor = ReportCursor(text: text) else {
                throw Problem(.badRequest, "cursor must be what the page before named in next.")
            }
            return cursor
        }
        let query = try await query(of: request, principal: principal, asOf: cursor?.asOf)
        let page = try await dependencies.reader.read { store throws(StoreError) in
            try store.reportItems(query, figure: figure, after: cursor, limit: limit)
        }
        let list = FigureList(
            query: query, figure: figure, position: page.position, items: page.items, next: page.next)
        var response = Self.answer(format.write(list), as: format)
        if let next = page.next, let link = HTTPField.Name("Link") {
            response.headers[link] = "<\(ReportAddress.path(list.query, figure: figure, cursor: next))>; rel=\"next\""
        }
        return response
    }

    private func query(
        of request: RouteRequest, principal: Principal, asOf: Int64? = nil
    ) async throws -> ReportQuery {
        let parameters = request.query
        var query: ReportQuery
        do throws(ReportQueryProblem) {
            query = try ReportQuery(
                account: principal.account, from: parameters.text("from"), to: parameters.text("to"),
                agent: parameters.text("agent"), asOf: parameters.text("as-of"), now: request.receivedAt)
        } catch {
            throw Problem(.badRequest, "\(error).")
        }
        query.asOf = asOf ?? query.asOf
        if let asOf = query.asOf {
            let positions = try await dependencies.reader.read { store throws(StoreError) in
                try store.reportPositions()
            }
            guard positions.contains(asOf) else {
                throw Problem(
                    .badRequest, "as-of must be from \(positions.lowerBound) to \(positions.upperBound) here.")
            }
        }
        return query
    }

    private static func format(of request: RouteRequest) throws(Problem) -> ReportFormat {
        guard let word = request.query.text("output") else {
            return ReportFormat(accept: request.head.headerFields[.accept] ?? "")
        }
        guard let format = ReportFormat(rawValue: word) else {
            throw Problem(.badRequest, "output must be one of \(ReportFormat.words).")
        }
        return format
    }

    private static func answer(_ text: String, as format: ReportFormat) -> Response {
        Response(
            status: .ok, headers: [.contentType: format.mediaType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
