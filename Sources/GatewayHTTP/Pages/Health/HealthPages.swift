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

    /// The most due calls that are counted.
    static let mostDue = 200

    var routes: [Route] {
        [
            Route(.get, "/health", errors: .page, .scoped(.operate, health)),
            Route(.post, "/health/test-webhook", errors: .page, .scoped(.operate, testWebhook)),
        ]
    }

    @Sendable private func health(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        try await page(request, principal, test: nil)
    }

    @Sendable private func testWebhook(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let result = try await WebhookTest(dependencies: dependencies).run(account: principal.account)
        dependencies.trail.note(
            .webhookTested, result.isGood ? "came through" : "failed", by: principal, at: request.receivedAt)
        return try await page(request, principal, test: result)
    }

    private func page(
        _ request: RouteRequest, _ principal: Principal, test: WebhookTestResult?
    ) async throws -> Response {
        let (account, now) = (principal.account, request.receivedAt)
        let (facts, incidents, counts, due) = try await dependencies.reader.read {
            store throws(StoreError) -> (StoreFacts, [Incident], QuarantineCounts, [DueCall]) in
            (
                try store.facts(), try store.incidents(account: account, from: now, to: .distantFuture),
                try store.quarantineCounts(account: account, query: QuarantineQuery()),
                try store.due(account: account, isHinted: false, at: now, after: nil, limit: Self.mostDue).calls
            )
        }
        let paths = dependencies.health.standings(account: account, at: now)
        let names = dependencies.agentNames[account]
        let view: PageView = [
            "checks": checks(facts, counts, paths: paths, for: principal),
            "paths": paths.prefix(Self.mostAgents).map { Self.path($0, names: names) }.orAbsent,
            "incidents": incidents.filter { $0.to == nil }.map { incident in
                [
                    "kind": PageText.words(incident.kind.rawValue), "from": PageText.time(incident.from),
                    "detail": incident.detail,
                    "agent": incident.agent.map { PageText.agent($0.rawValue, names: names) }.orAbsent,
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
            "webhook": "\(dependencies.publicAddress?.url ?? "")/webhooks/bolna/\(account.rawValue)",
            "hasAddress": dependencies.publicAddress != nil, "account": account.rawValue,
            "test": test.map { ["isGood": $0.isGood, "sentence": $0.sentence] as PageView }.orAbsent,
            "poller": poller(account, due: due, at: now), "now": PageText.time(now),
        ]
        return .page("health", view, in: PageFrame(title: "Health", section: .health, principal: principal))
    }

    /// What is looked at, each with how it stands: `good`, `attention` or `bad`.
    private func checks(
        _ facts: StoreFacts, _ counts: QuarantineCounts, paths: [PathStanding], for principal: Principal
    ) -> [PageView] {
        let account = principal.account
        let hasToken = dependencies.accounts[account]?.hasToken ?? false
        let refused = dependencies.refusals.count(addressedTo: account)
        // Sizes tell of all accounts together.
        let showsSizes = principal.reachesAll || dependencies.accounts.all.count == 1
        let machine = PlatformChecks(
            connections: dependencies.listener.connections, refused: dependencies.listener.refused, facts: facts,
            queued: dependencies.writer.load, mostQueued: dependencies.writer.limits.mostEntries,
            oldestWait: dependencies.writer.oldestWait, showsSizes: showsSizes)
        var checks = machine.all.map { Self.check($0.name, $0.look.rawValue, $0.text) }
        if let certificate = dependencies.certificates?.status {
            let days = "\(certificate.daysLeft) days left"
            let problem = certificate.problem.map { "Newer files are not in use: \($0)." }
            let look = certificate.daysLeft < 0 ? "bad" : certificate.isEnding || problem != nil ? "attention" : "good"
            checks.append(
                Self.check("Certificate", look, problem ?? days, time: certificate.notAfter))
        }
        checks += [
            polling(account, hasToken: hasToken),
            Self.webhooks(paths),
            Self.check(
                "Refused deliveries", refused > 0 ? "attention" : "good",
                refused > 0
                    ? "\(ReportText.grouped(refused)) since the start; the newest can be verified again."
                    : "None since the start.",
                href: "/quarantine#refused"),
            Self.check(
                "Quarantine", counts.open > 0 ? "attention" : "good",
                counts.open > 0
                    ? "\(ReportText.grouped(counts.open)) \(counts.open == 1 ? "waits" : "wait") for somebody."
                    : "Nothing waits.",
                href: "/quarantine"),
            Self.check(
                "Watchers", "good", PageText.count(dependencies.changes.subscribers(of: account), "open stream")),
        ]
        return checks
    }

    /// Whether agents' webhooks can be relied on: neither those that stopped coming, nor those that never came.
    private static func webhooks(_ paths: [PathStanding]) -> PageView {
        func agents(_ state: PathState) -> String? {
            let count = paths.count { $0.figures.state == state }
            return count > 0 ? PageText.count(count, "agent") : nil
        }
        guard !paths.isEmpty else {
            return check("Webhooks", "attention", "None was ever accepted: is webhook_url set at the agents in Bolna?")
        }
        let complaints = [
            agents(.degraded).map { "Those of \($0) do not come as they should; calls are read instead." },
            agents(.unproven).map {
                "Of \($0) none was ever accepted: is webhook_url set in Bolna? Calls are read instead."
            },
        ].compactMap(\.self)
        return complaints.isEmpty
            ? check("Webhooks", "good", "Every agent's webhooks are relied on.")
            : check("Webhooks", "attention", complaints.joined(separator: " "))
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

    /// What the poller does next, and what it may.
    private func poller(_ account: AccountID, due: [DueCall], at now: Timestamp) -> PageView {
        let budgets: [(RequestBudget, String)] = [
            (.other, "Reads of calls"), (.executions, "Listings"), (.agent, "Agents"), (.call, "Placing calls"),
        ]
        let oldest = due.compactMap { $0.ledger.open?.due }.min()
        return [
            "next": dependencies.nextTick().map(PageText.time).orAbsent,
            "due": due.count == Self.mostDue ? "\(Self.mostDue) or more" : ReportText.grouped(due.count),
            "isDue": !due.isEmpty, "oldest": oldest.map(PageText.time).orAbsent,
            "budgets": budgets.map { budget, title in
                let standing = dependencies.gate.standing(of: budget, account: account, at: now)
                return [
                    "title": title, "left": standing.left, "most": standing.most, "minute": budget.usedPerMinute,
                ] as PageView
            },
        ]
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

    private static func path(_ path: PathStanding, names: [AgentID: String]) -> PageView {
        let look =
            switch path.figures.state {
            case .healthy: "good"
            case .unproven: "attention"
            case .degraded: "bad"
            }
        return [
            "agent": path.agent.map { PageText.agent($0.rawValue, names: names) }.orAbsent, "look": look,
            "state": path.figures.state.word,
            "arrived": ReportText.grouped(path.figures.arrived),
            "missed": ReportText.grouped(path.figures.missed.count),
            "late": ReportText.grouped(path.figures.late), "since": path.since.map(PageText.time).orAbsent,
            "last": path.lastWebhookAt.map(PageText.time).orAbsent, "meaning": path.figures.state.meaning,
            "cause": path.cause.map { PageText.words($0.rawValue) }.orAbsent, "advice": (path.cause?.advice).orAbsent,
            "href": path.agent.map { PageText.address("/calls", [("agent", $0.rawValue)]) }.orAbsent,
        ]
    }
}

extension PathState {
    /// What it means for the calls, in a sentence.
    fileprivate var meaning: String {
        switch self {
        case .healthy: "Webhooks come in time and are relied on."
        case .unproven:
            "No webhook was ever accepted, so its calls are read at each tick. Is webhook_url set at it in Bolna?"
        case .degraded: "Too many webhooks do not come, so its calls are read until they do."
        }
    }
}
