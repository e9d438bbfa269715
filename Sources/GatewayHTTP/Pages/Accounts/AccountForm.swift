import BolnaWire
import CallDomain

/// What forms about accounts ask for, read by the rules that hold for the API.
enum AccountForm {
    /// The choices of when a key ends, in days.
    static let lifetimes: [(days: Int64, title: String)] = [
        (1, "in a day"), (30, "in 30 days"), (90, "in 90 days"), (365, "in a year"),
    ]

    /// An account that is to be added.
    static func newAccount(_ form: QueryParameters) throws(Problem) -> AccountWish {
        var json = JSONWriter()
        json.object { json in
            json.member("id", form.text("id") ?? "")
            json.member("label", form.text("label") ?? "")
        }
        return try AccountWish(json.bytes, namesAccount: true)
    }

    /// What is to become of an account: all that the form shows, of its secrets only what was typed.
    static func changes(_ form: QueryParameters) throws(Problem) -> AccountWish {
        var days: [(String, Int64?)] = []
        for name in ["bodies", "transcripts", "calls", "audit"] {
            days.append((name, try number("days-\(name)", form)))
        }
        let addresses = (form.text("addresses") ?? "").split { $0 == "," || $0.isWhitespace }.map(String.init)
        var json = JSONWriter()
        json.object { json in
            json.member("label", form.text("label") ?? "")
            json.member("polls", form.contains("polls"))
            json.key("trust")
            json.object { json in
                for name in ["addressed", "none"] {
                    if let word = form.text("trust-\(name)") { json.member(name, word) }
                }
            }
            json.key("retentionDays")
            json.object { json in for (name, days) in days { json.member(name, days) } }
            json.key("sourceAddresses")
            if addresses.isEmpty {
                json.null()
            } else {
                json.array { json in for address in addresses { json.value(address) } }
            }
            if form.contains("forget-token") {
                json.key("token")
                json.null()
            } else if let token = form.text("token") {
                json.member("token", token)
            }
        }
        return try AccountWish(json.bytes)
    }

    /// A key that is to be minted. Who reaches all accounts may give it any scope, as on the machine.
    static func key(_ form: QueryParameters, by principal: Principal) throws(Problem) -> KeyWish {
        let expiry = try number("expires-days", form)
        let perMinute = try number("per-minute", form)
        var json = JSONWriter()
        json.object { json in
            json.member("label", form.text("label") ?? "")
            json.key("scopes")
            json.array { json in
                for scope in Scope.allCases where form.contains("scope-\(scope.rawValue)") {
                    json.value(scope.rawValue)
                }
            }
            json.member("expiresInSeconds", expiry.map { $0 * 86_400 })
            json.member("perMinute", perMinute)
        }
        var minter = principal
        minter.scopes = scopes(principal)
        return try KeyWish(json.bytes, by: minter)
    }

    /// The scopes that somebody may give to a key.
    static func scopes(_ principal: Principal) -> Set<Scope> {
        principal.reachesAll ? Set(Scope.allCases) : principal.scopes
    }

    /// A whole number that is neither negative nor absurd; nil where the field is empty.
    private static func number(_ name: String, _ form: QueryParameters) throws(Problem) -> Int64? {
        guard let text = form.text(name) else { return nil }
        guard let number = Int64(text), (0...1_000_000).contains(number) else {
            throw Problem(.badRequest, "\(PageText.words(name)) must be a whole number.")
        }
        return number
    }
}
