import BolnaWire
import CallDomain

/// A form about an account that was sent and is shown again, with what was typed into it.
struct TypedForm: Sendable {
    /// The forms of an account's page that people type into.
    enum Name: Sendable { case settings, key, secret }

    var name: Name
    var fields: QueryParameters
}

/// What forms about accounts ask for, read by the rules that hold for the API.
enum AccountForm {
    /// The choices of when a key ends, in days.
    static let lifetimes: [(days: Int64, title: String)] = [
        (1, "in a day"), (30, "in 30 days"), (90, "in 90 days"), (365, "in a year"),
    ]

    /// What stands in the field of source addresses where none is accepted; empty, it means those of Bolna.
    static let noAddresses = "none"

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
                let listed = addresses == [noAddresses] ? [] : addresses
                json.array { json in for address in listed { json.value(address) } }
            }
            if form.contains("forget-token") {
                json.key("token")
                json.null()
            } else if let token = form.text("token") {
                json.member("token", token)
            }
            if let secret = form.text("token-secret") { json.member("tokenSecret", secret) }
        }
        return try AccountWish(json.bytes)
    }

    /// What is set for an agent, nil for all of the account: all that the form shows, and nothing where it is to be
    /// forgotten.
    static func agentSettings(_ form: QueryParameters, of agent: AgentID?) throws(Problem) -> AccountWish {
        var deadlines: [(String, Int64?)] = []
        for rule in ExpectationRule.settable {
            deadlines.append((rule.settingName, try milliseconds("due-\(rule.settingName)", form)))
        }
        let silent = CallStatus.known.map(\.word).filter { form.contains("silent-\($0)") }
        guard silent.isEmpty || form.text("sends") == "some" || form.contains("forget") else {
            throw Problem(
                .badRequest,
                "Statuses are ticked: choose “every status but those below”, or take the ticks away. Nothing was changed."
            )
        }
        var json = JSONWriter()
        func write(_ json: inout JSONWriter) {
            json.object { json in
                json.key("suppressedStatuses")
                switch form.text("sends") {
                case "some": json.array { json in for word in silent { json.value(word) } }
                case "all": json.array { _ in }
                default: json.null()
                }
                json.key("artefacts")
                json.object { json in
                    for artefact in Artefact.allCases {
                        guard let word = form.text("artefact-\(artefact.settingName)") else { continue }
                        json.member(artefact.settingName, word == "yes")
                    }
                }
                json.key("deadlinesMs")
                json.object { json in
                    for (name, time) in deadlines { if let time { json.member(name, time) } }
                }
            }
        }
        json.object { json in
            guard let agent else {
                json.key("settings")
                return write(&json)
            }
            json.key("agents")
            json.object { json in
                json.key(agent.rawValue)
                write(&json)
            }
        }
        return try AccountWish(json.bytes)
    }

    /// Seconds of a form, in milliseconds; nil where the field is empty.
    private static func milliseconds(_ name: String, _ form: QueryParameters) throws(Problem) -> Int64? {
        guard let text = form.text(name) else { return nil }
        guard let seconds = Double(text), seconds >= 0.001, seconds <= 90 * 86_400 else {
            throw Problem(.badRequest, "\(PageText.words(name)) must be seconds, at most 90 days of them.")
        }
        return Int64((seconds * 1_000).rounded())
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
