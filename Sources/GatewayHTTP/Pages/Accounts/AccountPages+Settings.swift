import CallDomain
import GatewayService
import Hummingbird

/// What is set of an account and of its agents. A change that deletes or replaces something asks first.
extension AccountPages {
    /// The most records that are counted before one is asked; more are told as more.
    static let mostCounted = 10_000
    /// The longest name of an agent, in bytes.
    static let longestAgent = 128

    @Sendable func change(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        try await act(request, principal, as: .settings) { id, form in
            let wish: AccountWish
            if let key = form.text("pending"), form.isConfirmed {
                guard let kept = try pending.take(key, about: id, for: principal, at: request.receivedAt) else {
                    throw Problem(
                        .badRequest, "That question was answered, or asked too long ago. Make the change once more.")
                }
                wish = kept
            } else {
                wish = try AccountForm.changes(form)
                try wish.check(principal, tokenScopes: dependencies.tokens.scopes)
                let sentences = try await consequences(of: wish, for: id, at: request.receivedAt)
                guard sentences.isEmpty else {
                    let key = try pending.put(wish, about: id, for: principal, at: request.receivedAt)
                    return confirm(
                        principal, "Change the account \(id.rawValue)?", sentences, verb: "Change it",
                        form: ("pending", key), action: "settings", of: id)
                }
            }
            _ = try await keeper.change(id, wish, by: principal)
            return .seeOther(Self.address(of: id, notice: .changed))
        }
    }

    /// What a change would delete or replace, in sentences; empty where nothing is lost.
    private func consequences(
        of wish: AccountWish, for id: AccountID, at now: Timestamp
    ) async throws -> [String] {
        let (accounts, secrets) = try await keeper.accounts()
        guard let stored = accounts.first(where: { $0.id == id }) else { return [] }
        let held = Set(secrets.filter { $0.account == id && $0.secret.retiredAt == nil }.map(\.secret.kind))
        let changed = try wish.changed(stored).retention
        var sentences: [String] = []
        let kinds: [(RetentionStep.Kind, String, WritableKeyPath<RetentionPolicy, Duration?>)] = [
            (.bodies, "Raw bodies", \.bodies), (.transcripts, "Transcripts", \.transcripts),
            (.calls, "Calls", \.calls), (.audit, "The audit", \.audit),
        ]
        for (kind, title, path) in kinds {
            guard let kept = changed[keyPath: path], stored.retention[keyPath: path].map({ kept < $0 }) ?? true
            else { continue }
            let step = RetentionStep(account: id, kind: kind, before: now.advanced(by: .zero - kept), at: now)
            let count = try await dependencies.reader.read { store throws(StoreError) in
                try store.overAge(step, atMost: Self.mostCounted + 1)
            }
            sentences.append(Self.shortened(kind, title, from: stored.retention[keyPath: path], to: kept, count: count))
        }
        switch try wish.token {
        case .stored where held.contains(.bolnaToken):
            sentences.append(
                "The token for Bolna is replaced: from then on everything is read, and every call placed, with the new "
                    + "one. The old one cannot be read back.")
        case .removed where held.contains(.bolnaToken):
            sentences.append(
                "The token for Bolna is forgotten: nothing is read, and no call is placed, until there is another.")
        default: break
        }
        if case .stored = try wish.tokenSecret, held.contains(.tokenSecret) {
            sentences.append(
                "The secret of your application's tokens is replaced: tokens that were signed with the old one open "
                    + "nothing from then on.")
        }
        return sentences
    }

    private static func shortened(
        _ kind: RetentionStep.Kind, _ title: String, from before: Duration?, to after: Duration, count: Int
    ) -> String {
        let nouns: [RetentionStep.Kind: String] = [
            .bodies: "body", .transcripts: "call", .calls: "call", .audit: "record",
        ]
        let plural = kind == .bodies ? "bodies" : (nouns[kind] ?? "record") + "s"
        let days = PageText.count(Int(after.components.seconds / 86_400), "day")
        let earlier = before.map { PageText.count(Int($0.components.seconds / 86_400), "day") } ?? "for ever"
        let what =
            switch count {
            case 0: "Nothing is older now."
            case 1: "1 \(nouns[kind] ?? "record") is older: what is too old of it is deleted within the hour, for good."
            case ...mostCounted:
                "\(ReportText.grouped(count)) \(plural) are older: what is too old is deleted within the hour, for good."
            default:
                "More than \(ReportText.grouped(mostCounted)) \(plural) are older: what is too old is deleted within "
                    + "hours, for good."
            }
        return "\(title): kept \(days) instead of \(earlier). \(what)"
    }

    // MARK: Agents

    @Sendable func showAgent(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let id = try account(of: request, principal)
        return try await agentPage(principal, of: id, agent: try Self.agent(request.query))
    }

    @Sendable func changeAgent(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let id = try account(of: request, principal)
        let form = try await request.readForm(upTo: SignInRoutes.largestForm)
        let agent = try Self.agent(form) ?? Self.agent(request.query)
        do {
            let wish = try AccountForm.agentSettings(form, of: agent)
            if form.contains("forget"), !form.isConfirmed, let agent {
                return confirm(
                    principal, "Forget what is set for the agent \(agent.rawValue)?",
                    ["What is set for all agents of the account holds for it then, and what the gateway learns."],
                    verb: "Forget it", form: ("forget", "yes"), action: Self.agentPath(agent), of: id)
            }
            _ = try await keeper.change(id, wish, by: principal)
            return .seeOther(Self.address(of: id, notice: .changed))
        } catch let problem as Problem where problem.isOfForm {
            return try await agentPage(principal, of: id, agent: agent, complaint: problem, typed: form)
        }
    }

    /// The agent that is meant; nil for all of the account.
    private static func agent(_ parameters: QueryParameters) throws(Problem) -> AgentID? {
        guard let text = parameters.text("agent") else { return nil }
        guard text.utf8.count <= longestAgent, !text.contains(where: \.isWhitespace) else {
            throw Problem(
                .badRequest, "agent must be Bolna's id of an agent: at most \(longestAgent) bytes, no blanks.")
        }
        return AgentID(rawValue: text)
    }

    /// The address of an agent's settings below its account's.
    static func agentPath(_ agent: AgentID?) -> String {
        PageText.address("agents", agent.map { [("agent", $0.rawValue)] } ?? [])
    }

    private func agentPage(
        _ principal: Principal, of id: AccountID, agent: AgentID?, complaint: Problem? = nil,
        typed: QueryParameters? = nil
    ) async throws -> Response {
        guard let stored = try await keeper.accounts().accounts.first(where: { $0.id == id }) else {
            throw Problem(.notFound, "The settings describe this account: what holds for its agents is changed there.")
        }
        let settings = agent.map { stored.agents[$0] ?? AgentSettings() } ?? stored.settings
        var view = AgentSettingsView(settings: settings, isOfOne: agent != nil, typed: typed).view
        view["account"] = id.rawValue
        view["back"] = Self.address(of: id)
        view["action"] = "\(Self.address(of: id))/agents"
        view["agent"] = (agent?.rawValue).orAbsent
        view["isKnown"] = agent.map { stored.agents[$0] != nil } ?? false
        view["complaint"] = (complaint.map { $0.detail ?? $0.kind.title }).orAbsent
        return .page(
            "agent", view,
            in: PageFrame(
                title: "\(agent?.rawValue ?? "All agents") · \(id.rawValue)", section: .accounts, principal: principal),
            status: complaint?.kind.status ?? .ok)
    }
}
