import CallDomain
import GatewayService

/// An account as the template takes it: never a secret, only the names of secrets and keys, and when they were used.
struct AccountView {
    let serviced: GatewayAccount
    /// As it is stored; nil for the account that the settings describe.
    let stored: StoredAccount?
    let secrets: [SealedSecret]
    /// The labels of the webhook secrets that are accepted now, the newest first.
    let accepted: [String]
    let keys: [StoredAPIKey]
    let uses: UseBook
    let principal: Principal
    let now: Timestamp
    /// The form that is shown again with what was typed into it; nil for none.
    var typed: TypedForm?

    /// The account, as the template takes it.
    var view: PageView {
        let id = serviced.id
        return [
            "settingsLabel": text(.settings, "label", stored?.label), "keyLabel": text(.key, "label", nil),
            "secretLabel": text(.secret, "label", nil), "isSettingsOpen": typed?.name == .settings,
            "isKeyOpen": typed?.name == .key, "isSecretOpen": typed?.name == .secret,
            "forgetsToken": ticked(.settings, "forget-token", false),
            "id": id.rawValue, "label": stored?.label ?? "", "hasLabel": stored?.label.isEmpty == false,
            "allAgents": stored.map(\.settings).flatMap { $0 == AgentSettings() ? nil : $0 }
                .map { AgentSettingsView(settings: $0, isOfOne: false).words }.orAbsent,
            "hasTokenSecret": secrets.contains { $0.kind == .tokenSecret && $0.retiredAt == nil },
            "isOfSettings": stored == nil,
            "isDisabled": serviced.isDisabled, "disabledAt": (stored?.disabledAt).map(PageText.time).orAbsent,
            "created": (stored?.createdAt).map(PageText.time).orAbsent, "polling": Self.polling(serviced),
            "polls": ticked(.settings, "polls", serviced.polls), "hasToken": serviced.hasToken,
            "reachesAll": principal.reachesAll,
            "maySetService": principal.reachesAll && stored != nil,
            "webhook": "/webhooks/bolna/\(id.rawValue)", "keys": keyRows.orAbsent, "secrets": secretRows.orAbsent,
            "retired": retiredRows.orAbsent, "trusts": trusts, "days": days,
            "addresses": text(.settings, "addresses", addresses),
            "addressWords": stored.map { _ in addresses ?? "those of Bolna" }
                ?? "as the settings say",
            "agents": agentRows.orAbsent, "scopes": scopeChoices,
            "perMinute": text(.key, "per-minute", "\(StoredAPIKey.usualPerMinute)"),
            "mostPerMinute": StoredAPIKey.perMinuteRange.upperBound,
            "leastPerMinute": StoredAPIKey.perMinuteRange.lowerBound,
            "lifetimes": AccountForm.lifetimes.map { days, title in
                ["days": days, "text": title, "selected": text(.key, "expires-days", nil) == "\(days)"] as PageView
            },
        ]
    }

    /// A field as it was typed into its form, else as it is set; empty where it is not.
    private func text(_ form: TypedForm.Name, _ name: String, _ set: String?) -> String {
        (typed?.name == form ? typed?.fields.text(name) : set) ?? ""
    }

    /// The same of a box to tick.
    private func ticked(_ form: TypedForm.Name, _ name: String, _ set: Bool) -> Bool {
        typed.flatMap { $0.name == form ? $0.fields.contains(name) : nil } ?? set
    }

    private var addresses: String? {
        stored?.sourceAddresses.map { $0.isEmpty ? AccountForm.noAddresses : $0.joined(separator: ", ") }
    }

    /// What is read for an account of the gateway's own accord.
    static func polling(_ account: GatewayAccount) -> String {
        if account.isDisabled { return "out of service" }
        if !account.hasToken { return "off: no token for Bolna" }
        return account.polls ? "on" : "off"
    }

    /// Scopes in words.
    static func scopes(_ scopes: Set<Scope>) -> String {
        Scope.allCases.filter(scopes.contains).map(\.rawValue).joined(separator: ", ")
    }

    private var keyRows: [PageView] {
        // What still opens something comes first, the newest of it on top.
        let sorted =
            keys.reversed().filter { $0.state(at: now) == .active }
            + keys.reversed().filter { $0.state(at: now) != .active }
        return sorted.map { key in
            let state = key.state(at: now)
            return [
                "id": key.id.rawValue, "label": key.label.isEmpty ? "no name" : key.label, "state": state.rawValue,
                "isActive": state == .active, "isOwn": principal.credential == .key(key.id),
                "scopes": Scope.allCases.filter(key.scopes.contains).map { ["word": $0.rawValue] as PageView },
                "perMinute": key.mostPerMinute, "created": PageText.time(key.createdAt),
                "ends": (key.revokedAt ?? key.expiresAt).map(PageText.time).orAbsent,
                "used": key.lastUsedAt.map(PageText.time).orAbsent,
            ] as PageView
        }
    }

    /// The webhook secrets among those that are stored, but the retired ones.
    static func inUse(_ secrets: [SealedSecret]) -> [SealedSecret] {
        secrets.filter { $0.kind == .webhook && $0.retiredAt == nil }
    }

    private var secretRows: [PageView] {
        let inUse = Self.inUse(secrets)
        let damaged = inUse.filter { !accepted.contains($0.label) }.map { secret in
            [
                "label": secret.label, "isDamaged": true, "isStored": true, "created": PageText.time(secret.createdAt),
                "used": uses.lastUse(ofSecret: secret.label, account: serviced.id).map(PageText.time).orAbsent,
            ] as PageView
        }
        return acceptedRows(inUse) + (serviced.isDisabled ? [] : damaged)
    }

    private func acceptedRows(_ inUse: [SealedSecret]) -> [PageView] {
        accepted.enumerated().map { number, label in
            let created = inUse.first { $0.label == label }?.createdAt
            return [
                "label": label, "isNewest": number == 0, "isStored": stored != nil,
                "created": created.map(PageText.time).orAbsent,
                "used": uses.lastUse(ofSecret: label, account: serviced.id).map(PageText.time).orAbsent,
                "isSafe": number > 0
                    && uses.lastUse(ofSecret: label, account: serviced.id).map { now.duration(since: $0) > Self.quiet }
                        ?? (number > 0)
                    ,
            ] as PageView
        }
    }

    /// A secret that matched nothing for so long is called safe to retire.
    static let quiet = Duration.seconds(7 * 86_400)

    private var retiredRows: [PageView] {
        secrets.filter { $0.kind == .webhook }.compactMap { secret in
            secret.retiredAt.map { ["label": secret.label, "retired": PageText.time($0)] as PageView }
        }.suffix(10)
    }

    private var trusts: [PageView] {
        [
            trust(
                "addressed", "From a source address, unsigned", serviced.trustPolicy.addressed,
                TrustPolicy.Disposition.allCases),
            trust("none", "From anybody, unsigned", serviced.trustPolicy.none, [.hint, .refuse]),
        ]
    }

    private func trust(
        _ name: String, _ title: String, _ chosen: TrustPolicy.Disposition, _ choices: [TrustPolicy.Disposition]
    ) -> PageView {
        let selected = text(.settings, "trust-\(name)", chosen.rawValue)
        let words: [TrustPolicy.Disposition: String] = [
            .apply: "is believed", .hint: "asks for a read", .refuse: "is refused",
        ]
        return [
            "name": name, "title": title, "text": words[chosen] ?? chosen.rawValue,
            "choices": choices.map { choice in
                [
                    "value": choice.rawValue, "text": words[choice] ?? choice.rawValue,
                    "selected": choice.rawValue == selected,
                ]
                    as PageView
            },
        ]
    }

    private var days: [PageView] {
        let kept = serviced.retention
        let rows: [(String, String, Duration?)] = [
            ("bodies", "Raw bodies", kept.bodies), ("transcripts", "Transcripts", kept.transcripts),
            ("calls", "Calls", kept.calls), ("audit", "Audit", kept.audit),
        ]
        return rows.map { name, title, time in
            let days = time.map { $0.components.seconds / 86_400 }
            return [
                "name": name, "title": title, "value": text(.settings, "days-\(name)", days.map { String($0) }),
                "text": days.map { PageText.count(Int($0), "day") } ?? "for ever",
            ]
        }
    }

    private var agentRows: [PageView] {
        let base = AccountPages.address(of: serviced.id)
        return (stored?.agents ?? [:]).sorted { $0.key < $1.key }.prefix(HealthPages.mostAgents).map {
            agent, settings in
            [
                "id": agent.rawValue, "href": "\(base)/\(AccountPages.agentPath(agent))",
                "text": AgentSettingsView(settings: settings, isOfOne: true).words,
            ]
        }
    }

    private var scopeChoices: [PageView] {
        let sentences: [Scope: String] = [
            .read: "calls, numbers masked", .check: "ask Bolna about a call", .dial: "place calls",
            .operate: "reports, quarantine, health", .admin: "accounts and keys",
            .reveal: "full numbers, transcripts, recordings, raw bodies",
        ]
        let given = AccountForm.scopes(principal)
        return Scope.allCases.filter(given.contains).map { scope in
            [
                "word": scope.rawValue, "text": sentences[scope] ?? "",
                "checked": ticked(.key, "scope-\(scope.rawValue)", scope == .read),
            ]
        }
    }
}
