import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird
import WebhookTrust

/// Accounts with their webhook secrets and keys, for administrators: one's own, and all of them for who reaches all.
struct AccountPages: Sendable {
    /// The newest records of an account's audit that are listed.
    static let mostRecords = 15

    /// How long a new key or secret waits to be shown.
    static let shownWithin = Duration.seconds(60)
    /// How long a person has to say that a change is meant.
    static let confirmedWithin = Duration.seconds(600)

    let dependencies: GatewayDependencies
    let keeper: AccountKeeper
    /// New keys and secrets on their way to the page that shows them.
    let fresh = Handover<FreshSecret>(lifetime: AccountPages.shownWithin)
    /// Changes that delete or replace something, until they are confirmed.
    let pending = Handover<AccountWish>(lifetime: AccountPages.confirmedWithin)

    /// Without a keeper there are no routes.
    static func routes(dependencies: GatewayDependencies) -> [Route] {
        guard let keeper = dependencies.keeper else { return [] }
        return AccountPages(dependencies: dependencies, keeper: keeper).routes
    }

    private var routes: [Route] {
        [
            Route(.get, "/accounts", errors: .page, .scoped(.admin, list)),
            Route(.post, "/accounts", errors: .page, .scoped(.admin, add)),
            Route(.get, "/accounts/{id}", errors: .page, .scoped(.admin, show)),
            Route(.post, "/accounts/{id}/settings", errors: .page, .scoped(.admin, change)),
            Route(.get, "/accounts/{id}/agents", errors: .page, .scoped(.admin, showAgent)),
            Route(.post, "/accounts/{id}/agents", errors: .page, .scoped(.admin, changeAgent)),
            Route(.post, "/accounts/{id}/service", errors: .page, .scoped(.admin, setService)),
            Route(.post, "/accounts/{id}/keys", errors: .page, .scoped(.admin, mintKey)),
            Route(.get, "/accounts/{id}/shown/{secret}", errors: .page, .scoped(.admin, showSecret)),
            Route(.post, "/accounts/{id}/keys/revoke", errors: .page, .scoped(.admin, revokeKey)),
            Route(.post, "/accounts/{id}/secrets", errors: .page, .scoped(.admin, addSecret)),
            Route(.post, "/accounts/{id}/secrets/retire", errors: .page, .scoped(.admin, retireSecret)),
        ]
    }

    // MARK: All accounts

    @Sendable private func list(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        guard principal.reachesAll else { return .seeOther(Self.address(of: principal.account)) }
        return try await listPage(request, principal)
    }

    @Sendable private func add(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let form = try await request.readForm(upTo: SignInRoutes.largestForm)
        guard principal.reachesAll else {
            throw Problem(.forbidden, "Accounts are added with the key of the settings admin.key, or on the machine.")
        }
        do {
            let account = try await keeper.add(try AccountForm.newAccount(form), by: principal)
            return .seeOther(Self.address(of: account.id, notice: .added))
        } catch let problem as Problem where problem.isOfForm {
            return try await listPage(request, principal, complaint: problem, form: form)
        }
    }

    private func listPage(
        _ request: RouteRequest, _ principal: Principal, complaint: Problem? = nil, form: QueryParameters? = nil
    ) async throws -> Response {
        let (stored, _) = try await keeper.accounts()
        let byID = Dictionary(stored.map { ($0.id, $0) }) { _, last in last }
        let now = request.receivedAt
        let rows = dependencies.accounts.all.map { account -> PageView in
            let keys = dependencies.live.keys.keys(of: account.id)
            let stored = byID[account.id]
            return [
                "id": account.id.rawValue, "href": Self.address(of: account.id), "label": stored?.label ?? "",
                "isDisabled": account.isDisabled, "polling": AccountView.polling(account),
                "hasToken": account.hasToken, "isOfSettings": stored == nil,
                "keys": keys.count { $0.state(at: now) == .active },
                "secrets": dependencies.live.trusts.secrets(of: account.id).count,
                "used": keys.compactMap(\.lastUsedAt).max().map(PageText.time).orAbsent,
                "created": (stored?.createdAt).map(PageText.time).orAbsent,
            ]
        }
        let view: PageView = [
            "accounts": rows, "count": PageText.count(rows.count, "account"),
            "complaint": (complaint.map { $0.detail ?? $0.kind.title }).orAbsent,
            "id": form?.text("id") ?? "", "label": form?.text("label") ?? "",
        ]
        return .page(
            "accounts", view, in: PageFrame(title: "Accounts", section: .accounts, principal: principal),
            status: complaint?.kind.status ?? .ok)
    }

    // MARK: One account

    @Sendable private func show(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        try await page(request, principal, of: try account(of: request, principal))
    }

    @Sendable private func setService(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        try await act(request, principal) { id, form in
            guard let word = form.text("service"), ["on", "off"].contains(word) else {
                throw Problem(.badRequest, "service must be on or off.")
            }
            guard principal.reachesAll else {
                throw Problem(.forbidden, "An account is taken out of service with the key of the settings admin.key.")
            }
            if word == "off", !form.isConfirmed {
                return confirm(
                    principal, "Take the account \(id.rawValue) out of service?",
                    [
                        "Its webhooks are refused at once, its keys open nothing, and nothing is read for it.",
                        "What is stored of it stays. It can be taken into service again.",
                    ], verb: "Take out of service", form: ("service", "off"), action: "service", of: id)
            }
            _ = try await keeper.setDisabled(id, word == "off", by: principal)
            return .seeOther(Self.address(of: id, notice: word == "off" ? .disabled : .enabled))
        }
    }

    // MARK: What they have in common

    /// The account an address names, where it may be shown: for all but who reaches all there is no other than one's own.
    func account(of request: RouteRequest, _ principal: Principal) throws -> AccountID {
        guard let id = AccountID(validating: try request.parameter("id")),
            principal.reachesAll || id == principal.account, dependencies.accounts[id] != nil
        else { throw Problem(.notFound, "There is no account of this name.") }
        return id
    }

    /// Reads a form about an account and does what it asks for; what is wrong with it is told above the page it is on,
    /// which keeps what was typed into the form of this name.
    func act(
        _ request: RouteRequest, _ principal: Principal, as name: TypedForm.Name? = nil,
        _ body: (AccountID, QueryParameters) async throws -> Response
    ) async throws -> Response {
        let id = try account(of: request, principal)
        let form = try await request.readForm(upTo: SignInRoutes.largestForm)
        do {
            return try await body(id, form)
        } catch let problem as Problem where problem.isOfForm {
            return try await page(
                request, principal, of: id, complaint: problem, typed: name.map { TypedForm(name: $0, fields: form) })
        }
    }

    func confirm(
        _ principal: Principal, _ heading: String, _ sentences: [String], verb: String, form: (String, String),
        action: String, of id: AccountID
    ) -> Response {
        .page(
            "confirm",
            [
                "heading": heading, "sentences": sentences.map { ["text": $0] as PageView }, "verb": verb,
                "name": form.0, "value": form.1, "action": "\(Self.address(of: id))/\(action)",
                "back": Self.address(of: id),
            ],
            in: PageFrame(title: heading, section: .accounts, principal: principal))
    }

    func page(
        _ request: RouteRequest, _ principal: Principal, of id: AccountID, complaint: Problem? = nil,
        typed: TypedForm? = nil
    ) async throws -> Response {
        let (stored, secrets) = try await keeper.accounts()
        guard let serviced = dependencies.accounts[id] else {
            throw Problem(.notFound, "There is no account of this name.")
        }
        // What waits for the heartbeat is written first, so that who has just done something sees it.
        await dependencies.writeTrail()
        let trail = try await dependencies.reader.read { store throws(StoreError) in
            try store.auditTrail(account: id, before: nil, limit: Self.mostRecords)
        }
        let account = AccountView(
            serviced: serviced, stored: stored.first { $0.id == id },
            secrets: secrets.filter { $0.account == id }.map(\.secret),
            accepted: dependencies.live.trusts.secrets(of: id).map(\.label),
            keys: dependencies.live.keys.keys(of: id), uses: dependencies.uses, principal: principal,
            now: request.receivedAt, typed: typed)
        var view = account.view
        view["href"] = Self.address(of: id)
        view["notice"] = (request.query.text("notice").flatMap(AccountNotice.init(rawValue:))?.sentence).orAbsent
        view["complaint"] = (complaint.map { $0.detail ?? $0.kind.title }).orAbsent
        view["records"] =
            trail.records.map { _, record in
                [
                    "time": PageText.time(record.at), "actor": record.actor,
                    "action": PageText.words(record.action.rawValue), "subject": record.subject,
                ] as PageView
            }.orAbsent
        return .page(
            "account", view,
            in: PageFrame(title: "\(id.rawValue) · Accounts", section: .accounts, principal: principal),
            status: complaint?.kind.status ?? .ok)
    }

    static func address(of id: AccountID, notice: AccountNotice? = nil) -> String {
        PageText.address(
            "/accounts/\(PercentCoding.encode(id.rawValue))", notice.map { [("notice", $0.rawValue)] } ?? [])
    }
}

/// What was just done, as it can stand in an address.
enum AccountNotice: String, Sendable {
    case added, changed, disabled, enabled, revoked, retired, shown

    /// In a sentence.
    var sentence: String {
        switch self {
        case .added: "The account is there. Add a webhook secret, mint a key, and enter its token for Bolna."
        case .changed: "Changed; it holds from now on."
        case .disabled: "The account is out of service."
        case .enabled: "The account is in service again."
        case .revoked: "The key opens nothing any more."
        case .retired: "The secret is not accepted any more."
        case .shown:
            "A new key or secret is shown one time, within a minute. If you have not copied it, take it back and make another."
        }
    }
}

extension Problem {
    /// Whether it is about what a form says, and is told beside the form.
    var isOfForm: Bool { [.badRequest, .conflict, .forbidden].contains(kind) }
}

extension QueryParameters {
    /// Whether a form was sent from the page that asks whether one means it.
    var isConfirmed: Bool { text("confirmed") == "yes" }
}
