import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird
import WebhookTrust

/// How the gateway and what it depends on fare, with what to do where something does not.
struct HealthPages: Sendable {
    /// The most agents that are listed.
    static let mostAgents = 200
    /// The most refused deliveries that are listed, the newest.
    static let mostRefusals = 20

    private let dependencies: GatewayDependencies

    init(dependencies: GatewayDependencies) { self.dependencies = dependencies }

    var routes: [Route] { [Route(.get, "/health", errors: .page, .scoped(.operate, health))] }

    @Sendable private func health(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let (account, now) = (principal.account, request.receivedAt)
        let (facts, incidents, counts) = try await dependencies.reader.read {
            store throws(StoreError) -> (StoreFacts, [Incident], QuarantineCounts) in
            (
                try store.facts(), try store.incidents(account: account, from: now, to: .distantFuture),
                try store.quarantineCounts(account: account, query: QuarantineQuery())
            )
        }
        let paths = dependencies.health.standings(account: account, at: now)
        let view: PageView = [
            "checks": checks(facts, counts, paths: paths, for: principal),
            "paths": paths.prefix(Self.mostAgents).map(Self.path)
                .orAbsent,
            "incidents": incidents.filter { $0.to == nil }.map { incident in
                [
                    "kind": PageText.words(incident.kind.rawValue), "from": PageText.time(incident.from),
                    "detail": incident.detail, "agent": (incident.agent?.rawValue).orAbsent,
                    "cause": incident.cause.map { PageText.words($0.rawValue) }.orAbsent,
                ] as PageView
            }.orAbsent,
            "secrets": dependencies.live.trusts.secrets(of: account).map { secret in
                [
                    "label": secret.label,
                    "lastUsed": dependencies.uses.lastUse(ofSecret: secret.label, account: account).map(PageText.time)
                        .orAbsent,
                ] as PageView
            },
            "refusals": dependencies.refusals.newest.filter { $0.account == account.rawValue }
                .prefix(Self.mostRefusals).map { refusal in
                    [
                        "time": PageText.time(refusal.receivedAt), "reason": PageText.words(refusal.reason),
                        "peer": refusal.peer,
                    ] as PageView
                }.orAbsent,
            "webhook": "/webhooks/bolna/\(account.rawValue)", "now": PageText.time(now),
        ]
        return .page("health", view, in: PageFrame(title: "Health", section: .health, principal: principal))
    }

    /// What is looked at, each with how it stands: `good`, `attention` or `bad`.
    private func checks(
        _ facts: StoreFacts, _ counts: QuarantineCounts, paths: [PathStanding], for principal: Principal
    ) -> [PageView] {
        let account = principal.account
        // The size tells of all accounts together.
        let size = principal.reachesAll ? ", \(Self.size(facts.sizeBytes))" : ""
        let hasToken = dependencies.accounts[account]?.hasToken ?? false
        let refused = dependencies.refusals.count(addressedTo: account)
        let degraded = paths.count { $0.figures.state == .degraded }
        var checks = [
            Self.check("Listener", "good", "This page came through it."),
            Self.check(
                "Store", "good",
                "\(facts.engine), schema \(facts.schemaVersion)\(size)"),
        ]
        if let certificate = dependencies.certificates?.status {
            let days = "\(certificate.daysLeft) days left"
            let problem = certificate.problem.map { "Newer files are not in use: \($0)." }
            let look = certificate.daysLeft < 0 ? "bad" : certificate.isEnding || problem != nil ? "attention" : "good"
            checks.append(
                Self.check("Certificate", look, problem ?? days, time: certificate.notAfter))
        }
        checks += [
            polling(account, hasToken: hasToken),
            Self.check(
                "Webhooks", degraded > 0 ? "attention" : "good",
                paths.isEmpty
                    ? "None has come yet."
                    : degraded == 0
                        ? "Every agent's webhooks are relied on."
                        : "\(degraded) agents' webhooks do not come as they should; calls are read instead."),
            Self.check(
                "Refused deliveries", refused > 0 ? "attention" : "good",
                refused > 0
                    ? "\(ReportText.grouped(refused)) since the start; the newest are below." : "None since the start."),
            Self.check(
                "Quarantine", counts.open > 0 ? "attention" : "good",
                counts.open > 0 ? "\(ReportText.grouped(counts.open)) wait for somebody." : "Nothing waits.",
                href: "/quarantine"),
            Self.check(
                "Watchers", "good", PageText.count(dependencies.changes.subscribers(of: account), "open stream")),
        ]
        return checks
    }

    private func polling(_ account: AccountID, hasToken: Bool) -> PageView {
        if !hasToken {
            return Self.check(
                "Polling", "bad",
                "Off: there is no token for Bolna's API (GATEWAY_BOLNA_TOKEN). Only webhooks are heard.")
        }
        if dependencies.gate.isPaused(account) {
            return Self.check("Polling", "bad", "Paused: Bolna refused the token. It is tried again every 5 min.")
        }
        if dependencies.gate.isBroken(account) {
            return Self.check("Polling", "attention", "Bolna's API fails; it is tried once per tick until it answers.")
        }
        return Self.check("Polling", "good", "Ready: what is overdue is read at each tick.")
    }

    private static func check(
        _ name: String, _ look: String, _ text: String, time: Timestamp? = nil, href: String? = nil
    ) -> PageView {
        let words = ["good": "in order", "attention": "needs attention", "bad": "not in order"]
        return [
            "name": name, "look": look, "word": words[look] ?? look, "text": text,
            "time": time.map(PageText.time).orAbsent, "href": href.orAbsent,
        ]
    }

    private static func path(_ path: PathStanding) -> PageView {
        let look =
            switch path.figures.state {
            case .healthy: "good"
            case .unproven: "attention"
            case .degraded: "bad"
            }
        return [
            "agent": path.agent?.rawValue ?? "agent not known", "look": look, "state": path.figures.state.word,
            "arrived": ReportText.grouped(path.figures.arrived),
            "missed": ReportText.grouped(path.figures.missed.count),
            "late": ReportText.grouped(path.figures.late), "since": path.since.map(PageText.time).orAbsent,
            "cause": path.cause.map { PageText.words($0.rawValue) }.orAbsent, "advice": (path.cause?.advice).orAbsent,
            "href": path.agent.map { PageText.address("/calls", [("agent", $0.rawValue)]) }.orAbsent,
        ]
    }

    private static func size(_ bytes: Int64) -> String {
        bytes < 10_000_000 ? "\(bytes / 1_000) kB" : "\(bytes / 1_000_000) MB"
    }
}
