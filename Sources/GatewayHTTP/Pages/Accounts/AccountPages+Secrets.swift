import CallDomain
import GatewayService
import Hummingbird
import WebhookTrust

/// A key or webhook secret that was just made.
struct FreshSecret: Sendable {
    var heading: String
    var name: String
    var advice: String
    var secret: String
}

/// Keys and webhook secrets. What is made by a form is shown on a page of its own, once, so that neither loading that page
/// again nor going back makes or shows another.
extension AccountPages {
    @Sendable func mintKey(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        try await act(request, principal, as: .key) { id, form in
            let wish = try AccountForm.key(form, by: principal)
            let minted = try await keeper.mintKey(wish, for: id, by: principal)
            return try hand(
                FreshSecret(
                    heading: "The new key of \(id.rawValue)",
                    name: minted.key.label.isEmpty ? minted.key.id.rawValue : minted.key.label,
                    advice:
                        "may do: \(AccountView.scopes(minted.key.scopes)). Only its digest is kept.",
                    secret: minted.secret), about: id, request, principal)
        }
    }

    @Sendable func revokeKey(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        try await act(request, principal) { id, form in
            guard let key = form.text("key").flatMap(APIKeyID.init(validating:)),
                let known = dependencies.live.keys.keys(of: id).first(where: { $0.id == key })
            else { throw Problem(.badRequest, "The account has no such key.") }
            guard form.isConfirmed else {
                let isOwn = principal.credential == .key(key)
                return confirm(
                    principal, "Revoke the key \(known.label.isEmpty ? key.rawValue : known.label)?",
                    [
                        "It opens nothing from then on, and what it holds open ends. This cannot be undone.",
                        known.lastUsedAt.map { "It was last used \(PageText.words($0))." } ?? "It was never used.",
                    ] + (isOwn ? ["You are signed in with this key: you will be signed out."] : []),
                    verb: "Revoke", form: ("key", key.rawValue), action: "keys/revoke", of: id)
            }
            try await keeper.revokeKey(key, of: id, by: principal)
            return .seeOther(Self.address(of: id, notice: .revoked))
        }
    }

    @Sendable func addSecret(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        try await act(request, principal, as: .secret) { id, form in
            let label = form.text("label")
            guard label.map(SealedSecret.isLabel) ?? true else {
                throw Problem(
                    .badRequest, "label must be 1 to \(SealedSecret.longestLabel) of a-z, A-Z, 0-9, -, _ and .")
            }
            let added = try await keeper.addSecret(nil, label: label, to: id, by: principal)
            return try hand(
                FreshSecret(
                    heading: "The new webhook secret of \(id.rawValue)", name: added.label,
                    advice: "Whoever sends signs with it; the older secrets are accepted until they are retired. "
                        + "gateway webhook-url prints the address and token to enter in Bolna.",
                    secret: added.minted ?? ""), about: id, request, principal)
        }
    }

    @Sendable func retireSecret(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        try await act(request, principal) { id, form in
            // One that cannot be opened is not accepted, but stored.
            let stored = try await keeper.accounts().secrets.filter { $0.account == id }.map(\.secret)
            guard let label = form.text("label"),
                dependencies.live.trusts.secrets(of: id).contains(where: { $0.label == label })
                    || AccountView.inUse(stored).contains(where: { $0.label == label })
            else { throw Problem(.badRequest, "The account has no such secret.") }
            guard form.isConfirmed else {
                let used = dependencies.uses.lastUse(ofSecret: label, account: id)
                return confirm(
                    principal, "Retire the webhook secret \(label)?",
                    [
                        "Deliveries that are signed with it, or carry its token, are refused from then on.",
                        used.map { "It last matched \(PageText.words($0))." } ?? "It has matched nothing yet.",
                    ], verb: "Retire", form: ("label", label), action: "secrets/retire", of: id)
            }
            try await keeper.retireSecret(label, of: id, by: principal)
            return .seeOther(Self.address(of: id, notice: .retired))
        }
    }

    /// Has the browser go on to the page that shows a secret.
    private func hand(
        _ secret: FreshSecret, about id: AccountID, _ request: RouteRequest, _ principal: Principal
    ) throws -> Response {
        let key = try fresh.put(secret, about: id, for: principal, at: request.receivedAt)
        return .seeOther("\(Self.address(of: id))/shown/\(key)")
    }

    @Sendable func showSecret(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let id = try account(of: request, principal)
        let key = try request.parameter("secret")
        guard let secret = try fresh.take(key, about: id, for: principal, at: request.receivedAt) else {
            return .seeOther(Self.address(of: id, notice: .shown))
        }
        return .page(
            "shown-once",
            [
                "heading": secret.heading, "secret": secret.secret, "back": Self.address(of: id),
                "advice": secret.advice, "name": secret.name,
            ],
            in: PageFrame(title: secret.heading, section: .accounts, principal: principal))
    }
}
