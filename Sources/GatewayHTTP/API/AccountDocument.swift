import BolnaWire
import CallDomain
import GatewayService

/// An account as JSON: never a secret, only the names of secrets and when they were used.
struct AccountDocument {
    /// A secret's name and times.
    struct Secret {
        var label: String
        var kind: SealedSecret.Kind
        var createdAt: Timestamp?
        var retiredAt: Timestamp?
        var lastUsedAt: Timestamp?
    }

    /// The account; of the account that the settings describe only what services know of it.
    var serviced: GatewayAccount
    /// As it is stored; nil for the account that the settings describe.
    var stored: StoredAccount?
    /// Its secrets.
    var secrets: [Secret]

    func write(into json: inout JSONWriter) {
        json.object { json in
            json.member("id", serviced.id.rawValue)
            json.member("isOfSettings", stored == nil)
            json.member("label", stored?.label)
            json.member("createdAt", stored?.createdAt)
            json.member("disabledAt", stored?.disabledAt)
            json.member("polls", serviced.polls)
            json.member("hasToken", serviced.hasToken)
            json.key("trust")
            json.object { json in
                json.member("addressed", serviced.trustPolicy.addressed.rawValue)
                json.member("none", serviced.trustPolicy.none.rawValue)
            }
            json.key("retentionDays")
            json.object { json in
                json.member("bodies", Self.days(serviced.retention.bodies))
                json.member("transcripts", Self.days(serviced.retention.transcripts))
                json.member("calls", Self.days(serviced.retention.calls))
                json.member("audit", Self.days(serviced.retention.audit))
            }
            if let stored { Self.write(stored, into: &json) }
            json.key("secrets")
            json.array { json in
                for secret in secrets { Self.write(secret, into: &json) }
            }
        }
    }

    private static func write(_ stored: StoredAccount, into json: inout JSONWriter) {
        json.key("sourceAddresses")
        if let addresses = stored.sourceAddresses {
            json.array { json in for address in addresses { json.value(address) } }
        } else {
            json.null()
        }
        json.key("settings")
        write(stored.settings, into: &json)
        json.key("agents")
        json.object { json in
            for (agent, settings) in stored.agents.sorted(by: { $0.key < $1.key }) {
                json.key(agent.rawValue)
                write(settings, into: &json)
            }
        }
    }

    private static func write(_ settings: AgentSettings, into json: inout JSONWriter) {
        json.object { json in
            json.key("suppressedStatuses")
            if let statuses = settings.suppressedStatuses {
                json.array { json in for word in statuses.map(\.word).sorted() { json.value(word) } }
            } else {
                json.null()
            }
            json.key("artefacts")
            json.object { json in
                for artefact in Artefact.allCases {
                    if let isProvided = settings.artefacts[artefact] { json.member(artefact.settingName, isProvided) }
                }
            }
            json.key("deadlinesMs")
            json.object { json in
                for rule in ExpectationRule.settable {
                    if let deadline = settings.deadlines[rule] {
                        json.member(rule.settingName, deadline.microseconds / 1_000)
                    }
                }
            }
        }
    }

    private static func write(_ secret: Secret, into json: inout JSONWriter) {
        json.object { json in
            json.member("label", secret.label)
            json.member("kind", secret.kind.word)
            json.member("createdAt", secret.createdAt)
            json.member("retiredAt", secret.retiredAt)
            json.member("lastUsedAt", secret.lastUsedAt)
        }
    }

    private static func days(_ time: Duration?) -> Int64? { time.map { $0.components.seconds / 86_400 } }
}

/// A key as JSON: never the key itself.
struct KeyDocument {
    let key: StoredAPIKey
    let now: Timestamp

    func writeMembers(into json: inout JSONWriter) {
        json.member("id", key.id.rawValue)
        json.member("label", key.label)
        json.member("state", key.state(at: now).rawValue)
        json.key("scopes")
        json.array { json in
            for scope in Scope.allCases where key.scopes.contains(scope) { json.value(scope.rawValue) }
        }
        json.member("perMinute", key.mostPerMinute)
        json.member("createdAt", key.createdAt)
        json.member("expiresAt", key.expiresAt)
        json.member("revokedAt", key.revokedAt)
        json.member("lastUsedAt", key.lastUsedAt)
    }
}
