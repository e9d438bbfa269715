import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird
import WebhookTrust

/// What is kept aside, why, and what can be done about it.
struct QuarantinePages: Sendable {
    /// The entries of one page.
    static let pageSize = 50
    /// The parameters that say which entries are meant.
    private static let filters = ["reason", "agent", "execution", "from", "to"]

    private let dependencies: GatewayDependencies

    init(dependencies: GatewayDependencies) { self.dependencies = dependencies }

    var routes: [Route] {
        [
            Route(.get, "/quarantine", errors: .page, .scoped(.operate, list)),
            Route(.post, "/quarantine/run", errors: .page, .scoped(.operate, run)),
            Route(.get, "/quarantine/refused/{id}", errors: .page, .scoped(.operate, refusal)),
            Route(.post, "/quarantine/refused/{id}/verify", errors: .page, .scoped(.operate, verify)),
            Route(.get, "/quarantine/{id}", errors: .page, .scoped(.operate, entry)),
        ]
    }

    /// The most refused deliveries that are listed, the newest.
    static let mostRefusals = 40

    @Sendable private func list(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        try await page(request, principal)
    }

    @Sendable private func refusal(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        try refusalPage(request, principal, still: nil)
    }

    /// Judges a refused delivery again; what is still refused is told beside it, what is accepted above the list.
    @Sendable private func verify(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let id = Int(try request.parameter("id"))
        let desk = RefusalDesk(dependencies: dependencies)
        switch try await desk.verify(id, by: principal, at: request.receivedAt) {
        case .refused(let reason): return try refusalPage(request, principal, still: reason)
        case .accepted(_, let secret, let outcome):
            return try await page(
                request, principal, notice: QuarantineView.sentence(of: outcome, secret: secret))
        }
    }

    private func refusalPage(
        _ request: RouteRequest, _ principal: Principal, still reason: RefusalReason?
    ) throws -> Response {
        let refusal = try RefusalDesk(dependencies: dependencies)
            .refusal(Int(try request.parameter("id")), of: principal.account)
        let reveals = principal.scopes.contains(.reveal)
        let body = reveals ? ShownBody(revealed: refusal.bodyPrefix) : ShownBody(masked: refusal.bodyPrefix)
        if reveals { dependencies.noteReveal("refusal \(refusal.id)", by: principal, at: request.receivedAt) }
        var view = QuarantineView.refusal(refusal)
        view["body"] = body.text
        view["bodyNote"] = body.note.orAbsent
        view["still"] = reason.map { $0.sentence }.orAbsent
        return .page(
            "refusal", view,
            in: PageFrame(
                title: "Refused delivery \(refusal.id) · Quarantine", section: .quarantine, principal: principal))
    }

    private func page(
        _ request: RouteRequest, _ principal: Principal, notice: String? = nil
    ) async throws -> Response {
        let words = Self.words(request.query)
        let state = request.query.text("state") ?? "open"
        guard ["open", "settled", "all"].contains(state) else {
            throw Problem(.badRequest, "state must be open, settled or all.")
        }
        let all = try QuarantineWish.query { words[$0] }
        var query = all
        query.state = QuarantineQuery.State(rawValue: state)
        let after = try request.query.text("cursor").map { text throws(Problem) in
            try PageCursor.readNumber(text, account: principal.account)
        }
        let slice = QuarantineSlice(after: after, limit: Self.pageSize)
        let (records, counts, every) = try await dependencies.reader.read {
            [query] store throws(StoreError) -> ([QuarantineRecord], QuarantineCounts, QuarantineCounts) in
            (
                try store.quarantine(account: principal.account, query: query, slice: slice),
                try store.quarantineCounts(account: principal.account, query: all),
                try store.quarantineCounts(account: principal.account, query: QuarantineQuery())
            )
        }
        let last = records.count == Self.pageSize ? records.last : nil
        let refusals = RefusalDesk(dependencies: dependencies).newest(of: principal.account)
        let own = Self.filters.compactMap { name in words[name].map { (name, $0) } }
        let others = own.filter { $0.0 != "reason" }
        let view: PageView = [
            "reasons": QuarantineReason.allCases.compactMap { reason -> PageView? in
                guard let count = every.byReason[reason] else { return nil }
                return [
                    "word": PageText.words(reason.rawValue), "sentence": reason.sentence, "open": count.open,
                    "settled": count.settled, "current": words["reason"] == reason.rawValue,
                    "href": PageText.address("/quarantine", others + [("reason", reason.rawValue)]),
                ]
            }.orAbsent,
            "states": ["open", "settled", "all"].map { word in
                [
                    "href": PageText.address("/quarantine", own + [("state", word)]), "text": word,
                    "current": word == state,
                ]
                    as PageView
            },
            "notice": notice.orAbsent,
            "refusals": refusals.prefix(Self.mostRefusals).map(QuarantineView.refusal).orAbsent,
            "refusalCount": PageText.count(refusals.count, "refused delivery").plural,
            "refusalsLeftOut":
                (refusals.count > Self.mostRefusals
                ? "\(refusals.count - Self.mostRefusals) older ones are not shown; the API lists them." : nil).orAbsent,
            "refusalLimit": RefusalLog.mostKept,
            "isFiltered": !own.isEmpty, "clear": "/quarantine",
            "chips": own.map { name, value in
                [
                    "text": "\(name): \(value)",
                    "href": PageText.address("/quarantine", own.filter { $0.0 != name } + [("state", state)]),
                ] as PageView
            }.orAbsent,
            "emptyTitle": state == "settled"
                ? "Nothing was settled" : counts.settled > 0 ? "Nothing is open" : "Nothing waits",
            "settledText":
                (state == "open" && counts.settled > 0
                ? "\(ReportText.grouped(counts.settled)) \(counts.settled == 1 ? "was" : "were") settled" : nil)
                .orAbsent,
            "settledHref": PageText.address("/quarantine", own + [("state", "settled")]),
            "isUnused": counts.total == 0,
            "hidden": own.map { ["name": $0.0, "value": $0.1] as PageView }, "open": counts.open,
            "hasOpen": counts.open > 0, "openText": PageText.count(counts.open, "open entry").plural,
            "entries": records.map(QuarantineView.entry).orAbsent,
            "next": last.map {
                PageText.address(
                    "/quarantine",
                    own + [("state", state), ("cursor", PageCursor.text(number: $0.id, account: principal.account))])
            }.orAbsent,
        ]
        return .page(
            "quarantine", view, in: PageFrame(title: "Quarantine", section: .quarantine, principal: principal))
    }

    @Sendable private func entry(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        guard let id = Int64(try request.parameter("id")) else { throw QuarantineReading.noSuchEntry }
        let found = try await dependencies.reader.read { store throws(StoreError) in
            try store.quarantine(
                account: principal.account, query: QuarantineQuery(ids: [id]),
                slice: QuarantineSlice(limit: 1, withBodies: true))
        }
        guard let record = found.first else { throw QuarantineReading.noSuchEntry }
        var view = QuarantineView.entry(record)
        let reveals = principal.scopes.contains(.reveal)
        let body = reveals ? ShownBody(revealed: record.delivery.body) : ShownBody(masked: record.delivery.body)
        if record.isBodyKept { dependencies.noteReveal("kept aside \(id)", by: principal, at: request.receivedAt) }
        view["body"] = record.isBodyKept ? body.text : ""
        view["bodyNote"] = (record.isBodyKept ? body.note : "The body is no longer kept.").orAbsent
        view["reveals"] = reveals
        view["isAgentMismatch"] = record.delivery.reason == .agentMismatch
        return .page(
            "quarantine-entry", view,
            in: PageFrame(title: "Entry \(id) · Quarantine", section: .quarantine, principal: principal))
    }

    /// Replays or discards what a form means, one page of it; or tells what would be done.
    @Sendable private func run(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let form = try await request.readForm(upTo: SignInRoutes.largestForm)
        let words = Self.words(form)
        var query = try QuarantineWish.query { words[$0] }
        if let text = form.text("id") {
            guard let id = Int64(text) else { throw QuarantineReading.noSuchEntry }
            query.ids = [id]
        }
        guard let action = form.text("action"), ["replay", "discard"].contains(action) else {
            throw Problem(.badRequest, "action must be replay or discard.")
        }
        let acceptsAgent = form.text("accept-agents") == "yes"
        let cursor = try form.text("cursor").map { text throws(Problem) in
            try BoundCursor.quarantineRun(text, account: principal.account)
        }
        let isDry = form.text("dry") != "no"
        let wish = QuarantineRequest(
            query: query, action: action == "discard" ? .discard : .replay(acceptsAgent: acceptsAgent),
            isDryRun: isDry, cursor: cursor)
        let run: QuarantineRun
        do {
            run = try await dependencies.quarantine.run(account: principal.account, wish)
        } catch {
            throw Problem(.busy, retryAfter: error.retryAfter)
        }
        if !isDry, !run.results.isEmpty {
            dependencies.trail.note(
                action == "discard" ? .discard : .replay, "\(run.results.count) kept aside", by: principal,
                at: request.receivedAt)
        }
        var hidden = words.sorted { $0.key < $1.key }.map { ["name": $0.key, "value": $0.value] as PageView }
        if let id = form.text("id") { hidden.append(["name": "id", "value": id]) }
        if acceptsAgent { hidden.append(["name": "accept-agents", "value": "yes"]) }
        hidden.append(["name": "action", "value": action])
        var view = QuarantineView.run(run, action: action, isDry: isDry)
        view["hidden"] = hidden
        view["next"] = run.next.map { BoundCursor.text($0, account: principal.account) }.orAbsent
        view["isSingle"] = form.text("id") != nil
        let title = isDry ? "Trial" : action == "discard" ? "Discarded" : "Replayed"
        return .page(
            "quarantine-run", view,
            in: PageFrame(
                title: "\(title) · Quarantine", section: .quarantine, principal: principal, script: "quarantine.js"))
    }

    private static func words(_ parameters: QueryParameters) -> [String: String] {
        filters.reduce(into: [:]) { words, name in words[name] = parameters.text(name) }
    }
}

extension String {
    /// “entrys” and “deliverys” as people write them.
    fileprivate var plural: String { hasSuffix("ys") ? dropLast(2) + "ies" : self }
}
