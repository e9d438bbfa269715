import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird

/// The reconciliation report of a window, and what each of its figures counts.
struct ReportPages: Sendable {
    /// The items of one page of a figure's list.
    static let pageSize = 200

    private let dependencies: GatewayDependencies

    init(dependencies: GatewayDependencies) { self.dependencies = dependencies }

    var routes: [Route] {
        [
            Route(.get, "/reports", errors: .page, .scoped(.operate, report)),
            Route(.get, "/reports/figures/{figure}", errors: .page, .scoped(.operate, figure)),
        ]
    }

    @Sendable private func report(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let query = try Self.query(of: request, principal)
        var before = query
        before.to = query.from
        before.from = query.from.advanced(by: .zero - query.to.duration(since: query.from))
        let (report, earlier) = try await dependencies.reportTurns.compute(dependencies.reader) {
            [before] store throws(StoreError) -> (ReconciliationReport, ReconciliationReport?) in
            var before = before
            let report = try store.report(query)
            before.asOf = report.position
            do throws(StoreError) {
                return (report, try store.report(before))
            } catch {
                guard error.kind == .outOfReach else { throw error }
                return (report, nil)
            }
        }
        let agents = dependencies.health.standings(account: principal.account, at: request.receivedAt)
            .compactMap { $0.agent?.rawValue }
        let page = ReportPageView(
            report: report, earlier: earlier, agents: agents, names: dependencies.agentNames[principal.account])
        return .page(
            "report", page.view(window: request.query.text("from"), until: request.query.text("to")),
            in: PageFrame(title: "Reports", section: .reports, principal: principal))
    }

    @Sendable private func figure(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        guard let figure = FigureID(rawValue: try request.parameter("figure")) else {
            throw Problem(.notFound, "There is no such figure; the report names them.")
        }
        let cursor = try request.query.text("cursor").map { text throws(Problem) in
            try PageCursor.read(text, account: principal.account, figure: figure)
        }
        var query = try Self.query(of: request, principal)
        query.asOf = cursor?.asOf ?? query.asOf
        guard query.agent == nil || figure.isToldByAgent else {
            throw Problem(.badRequest, "\(figure) is counted by account, not by agent: ask without agent.")
        }
        let page = try await dependencies.reportTurns.compute(dependencies.reader) { [query] store throws(StoreError) in
            try store.reportItems(query, figure: figure, after: cursor, limit: Self.pageSize)
        }
        query.asOf = page.position
        let name = figure.part == nil ? figure.title : "\(figure.kind.title): \(figure.title)"
        let view: PageView = [
            "heading": name, "explanation": figure.explanation, "back": ReportLink.report(query),
            "from": PageText.time(query.from), "to": PageText.time(query.to),
            "next": page.next.map { ReportLink.figure(query, figure, cursor: $0) }.orAbsent,
            "csv": ReportAddress.path(query, figure: figure, format: .csv),
            "json": ReportAddress.path(query, figure: figure, format: .json),
            "items": page.items.map { item in
                [
                    "time": PageText.time(item.at), "execution": item.execution?.rawValue ?? "",
                    "href": (item.call?.rawValue ?? item.execution?.rawValue)
                        .map { "/calls/\(PercentCoding.encode($0))" }.orAbsent,
                    "detail": item.detail ?? "", "count": item.count > 1 ? ReportText.grouped(item.count) : "",
                ] as PageView
            }.orAbsent,
        ]
        return .page(
            "figure", view, in: PageFrame(title: "\(name) · Reports", section: .reports, principal: principal))
    }

    private static func query(of request: RouteRequest, _ principal: Principal) throws(Problem) -> ReportQuery {
        let parameters = request.query
        do throws(ReportQueryProblem) {
            return try ReportQuery(
                account: principal.account, from: parameters.text("from").map(formTime),
                to: parameters.text("to").map(formTime), agent: parameters.text("agent"),
                asOf: parameters.text("as-of"), now: request.receivedAt)
        } catch {
            throw Problem(.badRequest, "\(error).")
        }
    }

    /// A time as forms write it, without a zone, which is UTC then.
    private static func formTime(_ text: String) -> String {
        let isForm = text.count == 16 && text.dropFirst(10).first == "T"
        return isForm ? text + ":00Z" : text
    }
}

/// Addresses among the pages of reports.
enum ReportLink {
    /// The report of a window.
    static func report(_ query: ReportQuery) -> String { PageText.address("/reports", parameters(query, asOf: false)) }

    /// What a figure counts.
    static func figure(_ query: ReportQuery, _ figure: FigureID, cursor: ReportCursor? = nil) -> String {
        let more = cursor.map { [("cursor", PageCursor.text($0, account: query.account, figure: figure))] } ?? []
        return PageText.address("/reports/figures/\(figure.rawValue)", parameters(query, asOf: true) + more)
    }

    private static func parameters(_ query: ReportQuery, asOf: Bool) -> [(String, String)] {
        var parameters = [("from", query.from.iso8601()), ("to", query.to.iso8601())]
        if let agent = query.agent { parameters.append(("agent", agent.rawValue)) }
        if asOf, let position = query.asOf { parameters.append(("as-of", String(position))) }
        return parameters
    }
}
