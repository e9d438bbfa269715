import BolnaWire
import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird
import WebhookTrust

/// `/api/v1` for operators: health, and who one is.
struct OperationRoutes: Sendable {
    private let dependencies: GatewayDependencies

    init(dependencies: GatewayDependencies) { self.dependencies = dependencies }

    var routes: [Route] {
        [
            Route(.get, "/api/v1/health", .scoped(.operate, health)),
            Route(.get, "/api/v1/me", .scoped(.read, me)),
        ]
    }

    @Sendable private func health(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let facts = try await dependencies.reader.read { store throws(StoreError) in try store.facts() }
        let standings = dependencies.health.standings(account: principal.account, at: request.receivedAt)
        let account = dependencies.accounts[principal.account]
        return .object { json in
            json.key("paths")
            json.array { json in
                for path in standings {
                    json.object { json in
                        json.member("agentId", path.agent?.rawValue)
                        json.member("state", path.figures.state.word)
                        json.member("since", path.since)
                        json.member("lastWebhookAt", path.lastWebhookAt)
                        json.member("webhooksInTime", path.figures.arrived)
                        json.member("webhooksMissed", path.figures.missed.count)
                        json.member("webhooksLate", path.figures.late)
                        json.member("deliveriesRefused", path.refused)
                        json.member("cause", path.cause?.rawValue)
                        json.member("advice", path.cause?.advice)
                    }
                }
            }
            json.key("polling")
            json.object { json in
                json.member("hasToken", account?.hasToken ?? false)
                json.member("isPaused", dependencies.gate.isPaused(principal.account))
                json.member("isBroken", dependencies.gate.isBroken(principal.account))
                json.member("nextTickAt", dependencies.nextTick())
            }
            // How much all accounts have together is nobody's business who is of one of them.
            if principal.reachesAll {
                json.key("store")
                json.object { json in
                    json.member("engine", facts.engine)
                    json.member("schemaVersion", facts.schemaVersion)
                    json.member("sizeBytes", facts.sizeBytes)
                }
                json.member("watchersOfAll", dependencies.changes.subscribers)
            }
            json.member("refusedDeliveries", dependencies.refusals.count(addressedTo: principal.account))
            json.member("watchers", dependencies.changes.subscribers(of: principal.account))
            write(&json, webhooksOf: principal.account)
            if let certificate = dependencies.certificates?.status { Self.write(&json, certificate) }
        }
    }

    private func write(_ json: inout JSONWriter, webhooksOf account: AccountID) {
        json.key("webhooks")
        json.object { json in
            json.key("secrets")
            json.array { json in
                for secret in dependencies.live.trusts.secrets(of: account) {
                    json.object { json in
                        json.member("label", secret.label)
                        json.member("lastUsed", dependencies.uses.lastUse(ofSecret: secret.label, account: account))
                    }
                }
            }
            json.member("repeatedSignatures", dependencies.witness.repetitions(of: account))
        }
    }

    private static func write(_ json: inout JSONWriter, _ certificate: CertificateStatus) {
        json.key("certificate")
        json.object { json in
            json.member("state", certificate.word)
            json.member("notAfter", certificate.notAfter)
            json.member("daysLeft", certificate.daysLeft)
            json.member("problem", certificate.problem?.description)
        }
    }

    @Sendable private func me(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        .object { json in
            json.member("account", principal.account.rawValue)
            json.member("actor", principal.actor)
            json.key("scopes")
            json.array { json in
                for scope in Scope.allCases where principal.scopes.contains(scope) { json.value(scope.rawValue) }
            }
        }
    }
}
