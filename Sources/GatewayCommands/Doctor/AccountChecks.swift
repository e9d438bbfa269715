import CallDomain
import Foundation
import GatewayHTTP
import WebhookTrust

/// Looks at what is stored of one account: whether its secrets can be opened, and whether it can do its work.
struct AccountChecks {
    /// The account.
    var account: AccountID
    /// What the database holds.
    var stored: StoreChecks.Stored
    /// What opens sealed secrets; nil where nothing does.
    var sealer: SecretSealer?
    /// Now.
    var now: Timestamp

    /// From how many days before its end on a key is told.
    static let warningDays = CertificateKeeper.warningDays

    /// The findings, and the account's token where it can be opened.
    func findings() -> (findings: [Finding], token: String?) {
        guard let own = stored.accounts.first(where: { $0.id == account }) else {
            return (
                [.fail("account", "there is none of the name \(account.rawValue)", "see gateway account list")], nil
            )
        }
        let state: Finding =
            own.disabledAt == nil
            ? .ok("account", "\(account.rawValue) is in service")
            : .warn(
                "account", "\(account.rawValue) is disabled: nothing is served or read for it",
                "gateway account enable \(account.rawValue), where that is not meant")
        guard let sealer, let opened = OpenedAccount.open([own], secrets: stored.secrets, sealer: sealer).first else {
            return ([state, Self.unopened("they cannot be opened"), keys()], nil)
        }
        let damaged = opened.damage.joined(separator: ", ")
        let secrets = damaged.isEmpty ? webhooks(opened) : Self.unopened("damaged, and done without: \(damaged)")
        return ([state, secrets, keys()], opened.token)
    }

    private static func unopened(_ text: String) -> Finding {
        .fail("account secrets", text, "give the key that sealed them, or enter them anew")
    }

    /// The keys of an account that can still be used.
    func keys() -> Finding {
        let active = stored.keys.filter { $0.account == account && $0.state(at: now) == .active }
        let name = "account keys"
        guard !active.isEmpty else {
            return .warn(
                name, "\(account.rawValue) has no active key: nobody can read its calls",
                "gateway key mint --account \(account.rawValue)")
        }
        let warned = now.advanced(by: .seconds(Self.warningDays * 86_400))
        let ending = active.filter { $0.expiresAt.map { $0 <= warned } ?? false }
        guard !ending.isEmpty else { return .ok(name, "\(active.count) active") }
        return .warn(
            name, "\(ending.count) of \(active.count) end within \(Self.warningDays) days",
            "mint others, and hand them out before: gateway key list --account \(account.rawValue)")
    }

    private func webhooks(_ opened: OpenedAccount) -> Finding {
        let name = "account secrets"
        guard !opened.webhookSecrets.isEmpty else {
            return .warn(
                name, "\(account.rawValue) has no webhook secret: only source addresses speak for Bolna",
                "gateway account secret add \(account.rawValue)")
        }
        return DoctorCommand.secrets(opened.webhookSecrets.map(\.value), name: name)
    }
}
