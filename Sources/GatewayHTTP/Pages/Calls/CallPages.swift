import BolnaWire
import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird
import WebhookTrust

/// The list of calls and the pages of single ones.
struct CallPages: Sendable {
    private let dependencies: GatewayDependencies

    init(dependencies: GatewayDependencies) { self.dependencies = dependencies }

    var routes: [Route] {
        [
            Route(.get, "/calls", errors: .page, .scoped(.read, list)),
            Route(.get, "/calls/rows", errors: .page, .scoped(.read, rows)),
            Route(.post, "/calls/columns", errors: .page, .scoped(.read, columns)),
            Route(.get, "/calls/{id}", errors: .page, .scoped(.read, call)),
            Route(.get, "/calls/{id}/panel", errors: .page, .scoped(.read, panel)),
            Route(.get, "/calls/{id}/transcript", errors: .page, .scoped(.reveal, transcript)),
            Route(.post, "/calls/{id}/check", errors: .page, .scoped(.check, check)),
        ]
    }

    @Sendable private func list(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let filters = try CallFilters(request.query)
        if let search = filters.search, let found = try await find(search, principal) {
            return .seeOther("/calls/\(PercentCoding.encode(found.record.call.rawValue))")
        }
        return try await page(request, principal, filters: filters, panel: nil)
    }

    /// The rows alone, for scripts that keep a list up to date.
    @Sendable private func rows(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let filters = try CallFilters(request.query)
        let listing = try await listing(filters, request, principal)
        let view = rowsView(listing, filters: filters, open: request.query.text("open"), request, principal)
        let text = PageTemplates.render("call-rows", view)
        let tag = try "W/\"\(ContentHash.sha256(Array(text.utf8)).hex.prefix(32))\""
        if let known = request.head.headerFields[.ifNoneMatch], EntityTag.matches(known, tag: tag) {
            return Response(status: .notModified, headers: [.eTag: tag])
        }
        var response = Response.markup(text)
        response.headers[.eTag] = tag
        return response
    }

    @Sendable private func columns(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let form = try await request.readForm(upTo: SignInRoutes.largestForm)
        let chosen = CallColumn.allCases.filter { form.contains("column-\($0.rawValue)") }
        var response = Response.seeOther(SignInPage.address(form.text("back")))
        response.headers[.setCookie] = CallColumn.cookie(CallColumn.fixed.union(chosen))
        return response
    }

    @Sendable private func call(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let filters = try CallFilters(request.query)
        let notice = request.query.text("notice").flatMap(CheckNotice.init(rawValue:))
        let panel = try await panelView(request, principal, filters: filters) { call in notice?.sentence(of: call) }
        return try await page(request, principal, filters: filters, panel: panel)
    }

    @Sendable private func panel(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let view = try await panelView(request, principal, filters: try CallFilters(request.query)) { _ in nil }
        return .markup(PageTemplates.render("panel", view))
    }

    @Sendable private func transcript(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        guard let call = try await find(try request.parameter("id"), principal), let text = call.text(.transcript)
        else { throw Problem(.notFound, "The account has no such transcript.") }
        dependencies.noteReveal("call \(call.record.call.rawValue)", by: principal, at: request.receivedAt)
        return Response(
            status: .ok, headers: [.contentType: MediaType.text], body: .init(byteBuffer: .init(string: text)))
    }

    /// Asks Bolna; a script gets the panel with what came of it, a form the page.
    @Sendable private func check(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let reference = try request.parameter("id")
        guard let before = try await find(reference, principal) else { throw Self.noSuchCall }
        let outcome = await dependencies.checks.check(account: principal.account, reference: reference)
        let result = CheckResult(outcome, before: before.record)
        let filters = try CallFilters(request.query)
        guard request.isFromScript else {
            let id = PercentCoding.encode(before.record.call.rawValue)
            return .seeOther(
                filters.address(
                    "/calls/\(id)", adding: Self.place(request) + [("notice", result.notice.rawValue)]))
        }
        var view = try await panelView(request, principal, filters: filters) { _ in result.sentence }
        view["cooldown"] = result.cooldownSeconds
        return .markup(PageTemplates.render("panel", view))
    }

    /// The most agents that the form of filters offers.
    private static let mostAgents = 100

    private static let noSuchCall = Problem(.notFound, "The account has no such call.")

    private func find(_ reference: String, _ principal: Principal) async throws -> VisibleCall? {
        let record = try await dependencies.reader.read { store throws(StoreError) in
            try store.call(account: principal.account, reference: reference, withBody: false)
        }
        return record.flatMap { VisibleCall($0, for: principal) }
    }

    private func listing(
        _ filters: CallFilters, _ request: RouteRequest, _ principal: Principal
    ) async throws -> CallListing {
        let after = try request.query.text("cursor").map { text throws(Problem) in
            try PageCursor.read(text, account: principal.account)
        }
        let isShown = principal.scopes.contains(.reveal)
        // Who could search words without seeing them could find them out, one search after the other.
        let mayLook = !filters.needsReveal || isShown
        let listing = try await dependencies.reader.read { store throws(StoreError) in
            guard mayLook else {
                return CallListing(calls: [], cursor: try store.latestCursor(account: principal.account))
            }
            return try CallListing.find(filters, after: after, for: principal, at: request.receivedAt, in: store)
        }
        if listing.calls.isEmpty {
            try await CallListing.check(filters, of: principal.account, in: dependencies.reader)
        } else {
            dependencies.noteReveal("lists of calls", by: principal, at: request.receivedAt)
        }
        return listing
    }

    private func panelView(
        _ request: RouteRequest, _ principal: Principal, filters: CallFilters,
        notice: (VisibleCall) -> String?
    ) async throws -> PageView {
        let explained = try await dependencies.explains.explain(
            account: principal.account, reference: try request.parameter("id"))
        guard let explained, let call = VisibleCall(explained.record, for: principal) else { throw Self.noSuchCall }
        Task { [onLook = dependencies.onLook] in await onLook(call.record) }
        dependencies.noteReveal("call \(call.record.call.rawValue)", by: principal, at: request.receivedAt)
        return CallPanel(
            call: call, explanation: explained, principal: principal, filters: filters,
            names: dependencies.agentNames[principal.account], place: Self.place(request)
        ).view(notice: notice(call))
    }

    private func page(
        _ request: RouteRequest, _ principal: Principal, filters: CallFilters, panel: PageView?
    ) async throws -> Response {
        let listing = try await listing(filters, request, principal)
        let open = panel?["id"] as? String
        let place = Self.place(request)
        let agents = dependencies.health.standings(account: principal.account, at: request.receivedAt)
            .compactMap { $0.agent?.rawValue }
        let names = dependencies.agentNames[principal.account]
        var view = rowsView(listing, filters: filters, open: open, request, principal)
        var panel = panel
        let ids = listing.calls.map(\.record.call.rawValue)
        if let index = open.flatMap(ids.firstIndex) {
            func beside(_ index: Int) -> String? {
                ids.indices.contains(index)
                    ? filters.address("/calls/\(PercentCoding.encode(ids[index]))", adding: place) : nil
            }
            panel?["callBefore"] = beside(index - 1).orAbsent
            panel?["callAfter"] = beside(index + 1).orAbsent
        }
        view["panel"] = panel.orAbsent
        // Those that have calls come before those that only have a name.
        let named = CallFilters.agents(names.keys.map(\.rawValue), names: names).map(\.0)
        view["filters"] = filters.view(agents: Array((agents + named).prefix(Self.mostAgents)), names: names)
        view["now"] = PageText.time(request.receivedAt)
        let columns = CallColumn.word(CallColumn.chosen(by: request))
        view["rowsHref"] = filters.address(
            "/calls/rows", adding: place + (open.map { [("open", $0)] } ?? []) + [(CallColumn.parameter, columns)])
        view["since"] = BoundCursor.text(listing.cursor, account: principal.account)
        view["back"] = SignInPage.address(request.head.path)
        view["isEmpty"] = listing.calls.isEmpty && filters.isEmpty && place.isEmpty
        view["isNoMatch"] = listing.calls.isEmpty && (!filters.isEmpty || !place.isEmpty)
        view["needsReveal"] = filters.needsReveal && !principal.scopes.contains(.reveal)
        view["csv"] = filters.address("/calls/export.csv")
        view["ndjson"] = filters.address("/calls/export.ndjson")
        view["mayDial"] = principal.scopes.contains(.dial)
        let webhook = address(request) + "/webhooks/bolna/\(PercentCoding.encode(principal.account.rawValue))"
        view["webhook"] = webhook
        view["curl"] = Self.curl(webhook)
        let title = (panel?["heading"] as? String).map { "\($0) · Calls" } ?? "Calls"
        return .page(
            "calls", view,
            in: PageFrame(
                title: title, section: .calls, principal: principal, script: "calls.js", fillsWindow: true))
    }

    /// Where Bolna reaches the gateway, else where the browser does.
    private func address(_ request: RouteRequest) -> String {
        dependencies.publicAddress?.url ?? request.head.authority.map { "https://\($0)" } ?? ""
    }

    /// A delivery to try an address with.
    private static func curl(_ webhook: String) -> String {
        """
        curl \(webhook)/-/TOKEN \\
          -H 'Content-Type: application/json' \\
          -d '{"id":"first-call","status":"ringing"}'
        """
    }

    /// Where in the list the page begins, as addresses carry it on.
    private static func place(_ request: RouteRequest) -> [(String, String)] {
        request.query.text("cursor").map { [("cursor", $0)] } ?? []
    }

    private func rowsView(
        _ listing: CallListing, filters: CallFilters, open: String?, _ request: RouteRequest, _ principal: Principal
    ) -> PageView {
        let columns = CallColumn.chosen(by: request)
        let place = Self.place(request)
        let names = dependencies.agentNames[principal.account]
        return [
            "columns": CallColumn.view(columns),
            "count": listing.count(isMatching: !filters.isEmpty, isFirst: place.isEmpty),
            "note": listing.note.orAbsent, "lookedAt": listing.lookedAt.map { PageText.count($0, "call") }.orAbsent,
            "older": listing.next.map {
                filters.address(adding: [("cursor", PageCursor.text($0, account: principal.account))])
            }.orAbsent,
            "newest": place.isEmpty ? false : filters.address() as Any,
            "rows": listing.calls.map { call in
                let id = call.record.call.rawValue
                return call.row(
                    at: request.receivedAt, columns: columns, names: names,
                    address: filters.address("/calls/\(PercentCoding.encode(id))", adding: place), isOpen: id == open)
            },
        ]
    }
}

extension RouteRequest {
    /// Whether a script sent it rather than a visit.
    var isFromScript: Bool {
        HTTPField.Name("Sec-Fetch-Mode").flatMap { head.headerFields[$0] }.map { $0 != "navigate" } ?? false
    }
}
