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
        let query = try query(of: request, principal: principal)
        let report = try await dependencies.reportTurns.compute(dependencies.reader) { store throws(StoreError) in
            try store.report(query)
        }
        return Self.answer(format.write(report), as: format)
    }

    @Sendable private func calls(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        guard let figure = FigureID(rawValue: try request.parameter("figure")) else {
            throw Problem(.notFound, "There is no such figure; the report names them.")
        }
        let format = try Self.format(of: request)
        let limit = try request.query.number("limit", in: 1...ReportPage.mostItems, default: ReportPage.mostItems)
        let cursor = try request.query.text("cursor").map { text throws(Problem) in
            try PageCursor.read(text, account: principal.account, figure: figure)
        }
        let query = try query(of: request, principal: principal, asOf: cursor?.asOf)
        guard query.agent == nil || figure.isToldByAgent else {
            throw Problem(.badRequest, "\(figure) is counted by account, not by agent: ask without agent.")
        }
        let page = try await dependencies.reportTurns.compute(dependencies.reader) { store throws(StoreError) in
            try store.reportItems(query, figure: figure, after: cursor, limit: limit)
        }
        let list = FigureList(
            query: query, figure: figure, position: page.position, items: page.items, next: page.next)
        if format == .csv {
            dependencies.trail.note(.export, "figure \(figure.rawValue)", by: principal, at: request.receivedAt)
        }
        var response = Self.answer(format.write(list), as: format)
        if let next = page.next, let link = HTTPField.Name("Link") {
            response.headers[link] = "<\(ReportAddress.path(list.query, figure: figure, cursor: next))>; rel=\"next\""
        }
        return response
    }

    private func query(
        of request: RouteRequest, principal: Principal, asOf: Int64? = nil
    ) throws(Problem) -> ReportQuery {
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

    /// What a page may do: nothing but show itself, with the style it brings.
    private static let pagePolicy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    private static func answer(_ text: String, as format: ReportFormat) -> Response {
        var headers: HTTPFields = [.contentType: format.mediaType]
        if format == .html { headers[.contentSecurityPolicy] = pagePolicy }
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
