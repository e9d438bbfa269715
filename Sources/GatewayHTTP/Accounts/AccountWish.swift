package import CallDomain
import WebhookTrust

/// What is to become of an account: what a request names is changed, all else stays.
struct AccountWish: Sendable {
    private let body: StrictBody

    /// The members of a request that changes an account.
    private static let names: Set<String> = [
        "label", "polls", "trust", "sourceAddresses", "settings", "agents", "retentionDays", "token", "tokenSecret",
    ]
    private static let settingNames: Set<String> = ["suppressedStatuses", "artefacts", "deadlinesMs"]
    private static let retentionNames: Set<String> = ["bodies", "transcripts", "calls", "audit"]
    /// The longest deadline, in milliseconds.
    private static let longestDeadline: Int64 = 90 * 86_400_000
    /// The longest time data is kept, in days; null is for ever.
    private static let mostDays: Int64 = 3_650
    /// The longest token and secret, in bytes.
    static let longestSecret = 4_096

    /// Reads a request; `id` where it adds the account.
    init(_ bytes: [UInt8], namesAccount: Bool = false) throws(Problem) {
        body = try StrictBody(bytes, known: namesAccount ? Self.names.union(["id"]) : Self.names)
    }

    /// The name of the account that is added.
    var id: AccountID {
        get throws(Problem) {
            guard let text = try body.text("id", atMost: 64), let id = AccountID(validating: text) else {
                throw body.wrong("id", "a name of 1 to 64 of a-z, 0-9, - and _")
            }
            return id
        }
    }

    /// A secret that is stored, taken away, or left as it is.
    enum SecretWish: Hashable {
        case unchanged
        case stored(String)
        case removed
    }

    /// The token for Bolna's API.
    var token: SecretWish {
        get throws(Problem) { try secret("token") }
    }

    /// The secret of its own application's tokens.
    var tokenSecret: SecretWish {
        get throws(Problem) { try secret("tokenSecret") }
    }

    /// Whether whoever asks may do so: who sets the secret of an application's tokens can make up its users, and must be
    /// allowed what these are.
    func check(_ principal: Principal, tokenScopes: Set<Scope>) throws(Problem) {
        guard case .stored = try tokenSecret, !principal.reachesAll else { return }
        guard tokenScopes.isSubset(of: principal.scopes) else {
            throw Problem(
                .forbidden, "tokenSecret: only who has every scope that the application's users have can set it.")
        }
    }

    private func secret(_ name: String) throws(Problem) -> SecretWish {
        guard body.has(name) else { return .unchanged }
        guard let text = try body.text(name, atMost: Self.longestSecret) else { return .removed }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw body.wrong(name, "visible ASCII characters without blanks, or null")
        }
        return .stored(text)
    }

    /// The account with what is to be changed.
    func changed(_ account: StoredAccount) throws(Problem) -> StoredAccount {
        var account = account
        if let label = try body.text("label", atMost: StoredAccount.longestLabel) { account.label = label }
        if let polls = try body.flag("polls") { account.polls = polls }
        if let trust = try body.object("trust", known: ["addressed", "none"]) {
            account.trust = TrustPolicy(
                addressed: try trust.word("addressed", TrustPolicy.Disposition.self) ?? account.trust.addressed,
                none: try trust.word("none", TrustPolicy.Disposition.self) ?? account.trust.none)
        }
        if body.has("sourceAddresses") {
            let texts = try body.texts("sourceAddresses", atMost: StoredAccount.mostSourceAddresses)
            guard texts.map({ (try? SourceAddresses(parsing: $0)) != nil && !$0.contains { $0.contains(",") } }) ?? true
            else { throw body.wrong("sourceAddresses", "addresses and CIDR blocks, or null for those of Bolna") }
            account.sourceAddresses = texts
        }
        if let settings = try body.object("settings", known: Self.settingNames) {
            account.settings = try Self.changed(account.settings, settings)
        }
        let agents = try body.objects("agents", atMost: StoredAccount.mostAgents, known: Self.settingNames)
        for (name, settings) in agents ?? [] {
            guard (1...128).contains(name.utf8.count) else { throw body.wrong("agents", "named by Bolna's ids") }
            let agent = AgentID(rawValue: name)
            let changed = try Self.changed(account.agents[agent] ?? AgentSettings(), settings)
            account.agents[agent] = changed == AgentSettings() ? nil : changed
        }
        account.retention = try retention(account.retention)
        return account
    }

    private func retention(_ retention: RetentionPolicy) throws(Problem) -> RetentionPolicy {
        guard let wish = try body.object("retentionDays", known: Self.retentionNames) else { return retention }
        var retention = retention
        let shortest = RetentionPolicy.shortest.components.seconds / 86_400
        func kept(_ name: String, _ now: Duration?) throws(Problem) -> Duration? {
            guard wish.has(name) else { return now }
            return try wish.number(name, in: shortest...Self.mostDays).map { .seconds($0 * 86_400) }
        }
        retention.bodies = try kept("bodies", retention.bodies)
        retention.transcripts = try kept("transcripts", retention.transcripts)
        retention.calls = try kept("calls", retention.calls)
        retention.audit = try kept("audit", retention.audit)
        guard retention.isOrdered else {
            throw body.wrong("retentionDays", "such that bodies are kept no longer than transcripts, those than calls")
        }
        return retention
    }

    private static func changed(_ settings: AgentSettings, _ wish: StrictBody) throws(Problem) -> AgentSettings {
        var settings = settings
        if wish.has("suppressedStatuses") {
            let words = try wish.texts("suppressedStatuses", atMost: CallStatus.known.count)
            let statuses = words?.map { CallStatus(spelling: $0) }
            guard statuses?.allSatisfy({ $0?.step != nil }) ?? true else {
                throw wish.wrong("suppressedStatuses", "known statuses of Bolna, or null")
            }
            settings.suppressedStatuses = statuses.map { Set($0.compactMap(\.self)) }
        }
        if let artefacts = try wish.object("artefacts", known: Set(Artefact.allCases.map(\.settingName))) {
            settings.artefacts = [:]
            for artefact in Artefact.allCases {
                settings.artefacts[artefact] = try artefacts.flag(artefact.settingName)
            }
        }
        if let deadlines = try wish.object("deadlinesMs", known: Set(ExpectationRule.settable.map(\.settingName))) {
            settings.deadlines = [:]
            for rule in ExpectationRule.settable {
                settings.deadlines[rule] = try deadlines.number(rule.settingName, in: 1...longestDeadline)
                    .map { .milliseconds($0) }
            }
        }
        return settings
    }
}

extension Artefact {
    /// The artefact's name in settings and accounts.
    package var settingName: String {
        switch self {
        case .recording: "recording"
        case .transcript: "transcript"
        case .extraction: "extraction"
        case .finalCost: "cost"
        }
    }
}

extension ExpectationRule {
    /// The rows of the table of expectations whose first deadline can be set for an agent.
    package static let settable: [ExpectationRule] = [
        .queued, .initiated, .ringing, .talking, .ended, .artefacts, .retry, .unknown,
    ]

    /// The row's name in settings and accounts.
    package var settingName: String { self == .unknown ? "unknown" : rawValue }
}
