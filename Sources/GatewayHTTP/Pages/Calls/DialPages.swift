import CallDomain
import Foundation
import GatewayService
import HTTPTypes
import Hummingbird
import WebhookTrust

/// A small form that places a call.
struct DialPages: Sendable {
    /// The newest calls that tell what an agent's calls cost.
    static let sampleSize = 200
    /// The most agents that are offered.
    static let mostAgents = 20
    /// Random bytes of a form's idempotency key.
    private static let keyBytes = 16

    private let dependencies: GatewayDependencies

    init(dependencies: GatewayDependencies) { self.dependencies = dependencies }

    var routes: [Route] {
        [
            Route(.get, "/calls/new", errors: .page, .scoped(.dial, form)),
            Route(.post, "/calls/new", errors: .page, .scoped(.dial, dial)),
        ]
    }

    @Sendable private func form(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        try await page(request, principal, values: [:], complaint: nil)
    }

    @Sendable private func dial(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let form = try await request.readForm(upTo: SignInRoutes.largestForm)
        var values: [String: String] = [:]
        for name in ["agent", "to", "from", "key"] { values[name] = form.text(name) }
        do {
            let answer = await dependencies.dials.dial(
                account: principal.account, request: try Self.wish(values))
            dependencies.note(answer, by: principal, at: request.receivedAt)
            switch try DialOutcomeAnswer(answer) {
            case .call(let record, _): return .seeOther("/calls/\(PercentCoding.encode(record.call.rawValue))")
            case .pending:
                return try await page(
                    request, principal, values: [:],
                    complaint:
                        "Bolna has not answered yet. The call shows in the list once Bolna tells of it; it is never "
                        + "dialled a second time.", status: .accepted)
            }
        } catch let problem as Problem {
            return try await page(
                request, principal, values: values, complaint: problem.detail ?? problem.kind.title,
                status: problem.kind.status)
        }
    }

    /// The wish of a form, by the rules that hold for those of the API.
    private static func wish(_ values: [String: String]) throws -> DialRequest {
        var members = ["agentId": values["agent"] ?? "", "recipientPhoneNumber": number(values["to"])]
        if let from = values["from"] { members["fromPhoneNumber"] = number(from) }
        let body = try JSONSerialization.data(withJSONObject: members, options: [.sortedKeys])
        return try DialWish.read(Array(body), idempotencyKey: values["key"].map { "page-\($0.prefix(64))" })
    }

    /// A number as people write it, without what only separates.
    private static func number(_ text: String?) -> String { (text ?? "").filter { !" ()-./".contains($0) } }

    private func page(
        _ request: RouteRequest, _ principal: Principal, values: [String: String], complaint: String?,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let sample = try await dependencies.reader.read { store throws(StoreError) in
            try store.calls(account: principal.account, query: CallQuery(), after: nil, limit: Self.sampleSize)
        }
        let calls = sample.calls.compactMap { VisibleCall($0, for: principal) }
        // Each form has a key of its own, so that one that is sent twice places one call.
        let key = Base64URL.encode(try SecureRandom.bytes(Self.keyBytes))
        return .page(
            "dial",
            [
                "agents": agents(of: calls, names: dependencies.agentNames[principal.account]).orAbsent,
                "agent": values["agent"] ?? "", "to": values["to"] ?? "",
                "from": values["from"] ?? "", "key": key, "complaint": complaint.orAbsent,
                "hasToken": dependencies.accounts[principal.account]?.hasToken ?? false,
            ],
            in: PageFrame(title: "Place a call", section: .calls, principal: principal), status: status)
    }

    /// The agents of the newest calls, with what one of their calls usually takes and costs.
    private func agents(of calls: [VisibleCall], names: [AgentID: String]) -> [PageView] {
        let byAgent = Dictionary(grouping: calls) { $0.text(.agentID) ?? "" }.filter { !$0.key.isEmpty }
        // Those in use are never the ones that are left out.
        let used = byAgent.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map(\.key)
        let others = CallFilters.agents(names.keys.map(\.rawValue).filter { byAgent[$0] == nil }, names: names).map(\.0)
        let offered = Array((used + others).prefix(Self.mostAgents))
        return CallFilters.agents(offered, names: names).map { agent, _ in
            let done = (byAgent[agent] ?? []).filter { $0.state.status == .completed }
            let costs = done.compactMap { call -> Double? in
                if case .number(let cents)? = call.state[.totalCost] { cents } else { nil }
            }
            let durations = done.compactMap(\.duration)
            let known: PageView = [
                "calls": PageText.count(done.count, "completed call"),
                "cost": Self.median(costs).flatMap(PageText.money(cents:)).orAbsent,
                "duration": Self.median(durations).map(PageText.duration).orAbsent,
            ]
            return known.merging(PageText.agent(agent, names: names)) { own, _ in own }
        }
    }

    private static func median(_ numbers: [Double]) -> Double? {
        numbers.isEmpty ? nil : numbers.sorted()[numbers.count / 2]
    }
}
