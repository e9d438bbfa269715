import BolnaWire
import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird
import WebhookTrust

/// `/api/v1/calls`: lists, single calls with their journal, checks, and placing calls.
struct CallRoutes: Sendable {
    /// The most calls of one page.
    static let mostCalls = 200
    /// The calls of a page where none are asked for.
    static let usualCalls = 50
    /// The rows of a journal's page where none are asked for.
    static let usualJournalRows = 100

    private let dependencies: GatewayDependencies
    private let bodyLimit: Int
    private let tags = ListTags()

    init(dependencies: GatewayDependencies, bodyLimit: Int) {
        self.dependencies = dependencies
        self.bodyLimit = bodyLimit
    }

    var routes: [Route] {
        [
            Route(.get, "/api/v1/calls", .scoped(.read, list)),
            Route(.post, "/api/v1/calls", .scoped(.dial, dial)),
            Route(.get, "/api/v1/calls/{id}", .scoped(.read, details)),
            Route(.get, "/api/v1/calls/{id}/journal", .scoped(.read, journal)),
            Route(.get, "/api/v1/calls/{id}/explain", .scoped(.read, explain)),
            Route(.post, "/api/v1/calls/{id}/check", .scoped(.check, check)),
        ]
    }

    @Sendable private func list(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let query = try Self.query(request.query)
        // Who could search words without seeing them could find them out, one query after the other.
        if query.text != nil, !principal.scopes.contains(.reveal) {
            throw Problem(.forbidden, "Searching by text needs the scope \(Scope.reveal.rawValue).")
        }
        let limit = try request.query.number("limit", in: 1...Self.mostCalls, default: Self.usualCalls)
        let after = try request.query.text("cursor").map { text throws(Problem) in
            try PageCursor.read(text, account: principal.account)
        }
        let key = ListTags.Key(
            account: principal.account, scopes: principal.scopes, target: request.head.path ?? "")
        let edition = dependencies.reader.edition(of: principal.account)
        if let held = request.head.headerFields[.ifNoneMatch], let known = tags.list(key, edition: edition),
            EntityTag.matches(held, tag: known.tag)
        {
            if !known.isEmpty { dependencies.noteReveal("lists of calls", by: principal, at: request.receivedAt) }
            return EntityTag.unchanged(tag: known.tag, links: known.links)
        }
        let page = try await dependencies.reader.read { store throws(StoreError) in
            try store.calls(account: principal.account, query: query, after: after, limit: limit)
        }
        if !page.calls.isEmpty { dependencies.noteReveal("lists of calls", by: principal, at: request.receivedAt) }
        let next = page.next.map { PageCursor.text($0, account: principal.account) }
        var json = JSONWriter(reserving: 512 * page.calls.count)
        json.object { json in
            json.key("data")
            json.array { json in
                for record in page.calls { VisibleCall(record, for: principal)?.writeRow(into: &json) }
            }
            json.member("nextCursor", next)
        }
        let tag = try "W/\"\(ContentHash.sha256(json.bytes).hex.prefix(32))\""
        let links = next.map { "<\(Self.target(of: request, cursor: $0))>; rel=\"next\"" }
        tags.remember(
            ListTags.List(edition: edition, tag: tag, links: links, isEmpty: page.calls.isEmpty), for: key)
        return EntityTag.answer(request, json: json, tag: tag, links: links)
    }

    /// The filters of a list.
    private static func query(_ parameters: QueryParameters) throws(Problem) -> CallQuery {
        var query = CallQuery()
        query.statuses = parameters.statuses("status")
        query.agent = parameters.text("agent").map(AgentID.init(rawValue:))
        query.number = parameters.text("number")
        query.from = try parameters.time("from")
        query.to = try parameters.time("to")
        query.text = parameters.text("text")
        query.lead = parameters.text("lead")
        return query
    }

    /// The same list after a cursor.
    private static func target(of request: RouteRequest, cursor: String) -> String {
        let target = (request.head.path ?? "").split(separator: "?", maxSplits: 1)
        let others = (target.count > 1 ? target[1] : "").split(separator: "&").filter { !$0.hasPrefix("cursor=") }
        return "\(target.first ?? "")?" + (others + ["cursor=\(cursor)"]).joined(separator: "&")
    }

    private func find(_ request: RouteRequest, _ principal: Principal) async throws -> VisibleCall {
        let reference = try request.parameter("id")
        let record = try await dependencies.reader.read { store throws(StoreError) in
            try store.call(account: principal.account, reference: reference, withBody: false)
        }
        guard let call = record.flatMap({ VisibleCall($0, for: principal) }) else { throw Self.noSuchCall }
        return call
    }

    private static let noSuchCall = Problem(.notFound, "The account has no such call.")

    @Sendable private func details(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let call = try await find(request, principal)
        // Not waited for: who looks is answered with what is known.
        Task { [onLook = dependencies.onLook] in await onLook(call.record) }
        dependencies.noteReveal("call \(call.record.call.rawValue)", by: principal, at: request.receivedAt)
        var json = JSONWriter(reserving: 4_096)
        call.writeDetails(into: &json)
        // The version alone would not do: scopes and expectations change the bytes as well.
        let tag = try "\"\(call.record.cursor.text)-\(ContentHash.sha256(json.bytes).hex.prefix(16))\""
        return EntityTag.answer(request, json: json, tag: tag)
    }

    @Sendable private func journal(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let call = try await find(request, principal)
        let limit = try request.query.number(
            "limit", in: 1...JournalPage.mostRows, default: Self.usualJournalRows)
        let after = try request.query.text("cursor").map { text throws(Problem) in
            try PageCursor.readNumber(text, account: principal.account)
        }
        let found = try await dependencies.reader.read { store throws(StoreError) in
            try store.journalPage(
                account: principal.account, call: call.record.call, after: after ?? 0, limit: limit,
                withBodies: call.reveals)
        }
        guard let page = found else { throw Self.noSuchCall }
        dependencies.noteReveal("call \(call.record.call.rawValue)", by: principal, at: request.receivedAt)
        var json = JSONWriter(reserving: 4_096)
        page.write(into: &json, reveals: call.reveals, account: principal.account)
        return .json(json)
    }

    @Sendable private func explain(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let reference = try request.parameter("id")
        let found = try await dependencies.explains.explain(account: principal.account, reference: reference)
        guard let found, let document = ExplanationDocument(found, for: principal) else { throw Self.noSuchCall }
        dependencies.noteReveal(
            "call \(found.record.call.rawValue)", by: principal, at: request.receivedAt)
        return .json(document.json)
    }

    @Sendable private func check(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let reference = try request.parameter("id")
        let outcome = await dependencies.checks.check(account: principal.account, reference: reference)
        if case .updated(let record) = outcome {
            dependencies.noteReveal("call \(record.call.rawValue)", by: principal, at: request.receivedAt)
        }
        return try Self.response(to: outcome, for: principal)
    }

    @Sendable private func dial(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let body = try await request.readBody(upTo: bodyLimit)
        let wish = try DialWish.read(body, idempotencyKey: DialWish.idempotencyKey(of: request.head))
        let answer = await dependencies.dials.dial(account: principal.account, request: wish)
        dependencies.note(answer, by: principal, at: request.receivedAt)
        return try Self.response(to: answer, for: principal)
    }

    /// What a client is told of a check.
    static func response(to outcome: CheckOutcome, for principal: Principal) throws(Problem) -> Response {
        switch outcome {
        case .updated(let record): try details(of: record, for: principal)
        case .notFound: throw noSuchCall
        case .unknownToBolna: throw Problem(.unknownToBolna)
        case .coolingDown(let retryAfter): throw Problem(.coolingDown, retryAfter: retryAfter)
        case .bolnaFailed(let detail): throw Problem(.bolnaFailed, detail)
        case .busy(let retryAfter): throw Problem(.busy, retryAfter: retryAfter)
        case .noToken: throw Problem(.noToken)
        }
    }

    /// What a client is told of a call it asked to place.
    static func response(to answer: DialAnswer, for principal: Principal) throws(Problem) -> Response {
        switch try DialOutcomeAnswer(answer) {
        case .call(let record, let isNew):
            var response = try details(of: record, for: principal)
            response.status = isNew ? .created : .ok
            response.headers[.location] = "/api/v1/calls/\(PercentCoding.encode(record.call.rawValue))"
            return response
        case .pending(let correlationKey):
            return .object(.accepted) { json in
                json.member("status", "pending")
                json.member("correlationKey", correlationKey)
            }
        }
    }

    private static func details(of record: CallRecord, for principal: Principal) throws(Problem) -> Response {
        guard let call = VisibleCall(record, for: principal) else { throw noSuchCall }
        var json = JSONWriter(reserving: 4_096)
        call.writeDetails(into: &json)
        return .json(json)
    }
}

extension GatewayDependencies {
    /// Notes that a call was placed; what was refused, or had been placed before, is not.
    func note(_ answer: DialAnswer, by principal: Principal, at time: Timestamp) {
        switch answer {
        case .placed(let record): trail.note(.dial, "call \(record.call.rawValue)", by: principal, at: time)
        case .pending(let key): trail.note(.dial, "dial \(key)", by: principal, at: time)
        case .repeated, .refused, .keyReused, .invalid, .busy, .noToken: break
        }
    }
}
