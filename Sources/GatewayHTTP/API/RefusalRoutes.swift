import BolnaWire
import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird
import WebhookTrust

/// `/api/v1/refusals`: the newest deliveries that were answered 401, and their second judgement by an operator who has
/// since mended what was wrong, such as a missing secret or source address.
struct RefusalRoutes: Sendable {
    private let dependencies: GatewayDependencies

    init(dependencies: GatewayDependencies) { self.dependencies = dependencies }

    var routes: [Route] {
        [
            Route(.get, "/api/v1/refusals", .scoped(.operate, list)),
            Route(.post, "/api/v1/refusals/{id}/verify", .scoped(.operate, verify)),
        ]
    }

    /// Refused deliveries are shown to the account they were addressed to, though nobody vouched for them; those to no
    /// account at all are counted in the metrics only.
    @Sendable private func list(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let visible = RefusalDesk(dependencies: dependencies).newest(of: principal.account)
        return .object { json in
            json.key("data")
            json.array { json in
                for refusal in visible { json.object { json in Self.write(refusal, into: &json) } }
            }
        }
    }

    private static func write(_ refusal: Refusal, into json: inout JSONWriter) {
        json.member("id", refusal.id)
        json.member("receivedAt", refusal.receivedAt)
        json.member("account", refusal.account)
        json.member("agentId", refusal.credentials.agent?.rawValue)
        json.member("reason", refusal.reason)
        json.member("peer", refusal.peer)
        json.key("credentials")
        json.array { json in for name in refusal.credentials.names { json.value(name) } }
        json.member("canBeVerified", refusal.isWhole)
    }

    @Sendable private func verify(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let id = Int(try request.parameter("id"))
        let verdict = try await RefusalDesk(dependencies: dependencies).verify(
            id, by: principal, at: request.receivedAt)
        return .object { json in
            json.member("id", id)
            switch verdict {
            case .refused(let reason):
                json.member("verdict", "refused")
                json.member("reason", reason.rawValue)
            case .accepted(let trust, let secret, let outcome):
                json.member("verdict", "accepted")
                json.member("trust", "\(trust)")
                json.member("secret", secret)
                switch outcome {
                case .stored(let new, let duplicates):
                    json.member("status", new == 0 && duplicates > 0 ? "duplicate" : "stored")
                case .quarantined(let reason):
                    json.member("status", "quarantined")
                    json.member("reason", reason.rawValue)
                case .busy: break
                }
            }
        }
    }
}

/// The newest refused deliveries, for the API and the pages.
struct RefusalDesk: Sendable {
    let dependencies: GatewayDependencies

    /// What a second judgement came to.
    enum Verdict: Hashable {
        /// It is refused still.
        case refused(RefusalReason)
        /// It is accepted now, and this became of it.
        case accepted(trust: Trust, secret: String?, outcome: IntakeOutcome)
    }

    /// Those that were addressed to an account, newest first.
    func newest(of account: AccountID) -> [Refusal] {
        dependencies.refusals.newest.filter { $0.account == account.rawValue }
    }

    /// The one with this number.
    func refusal(_ id: Int?, of account: AccountID) throws(Problem) -> Refusal {
        guard let refusal = id.flatMap(dependencies.refusals.refusal), refusal.account == account.rawValue else {
            throw Problem(.notFound, "No such refusal is remembered; the newest \(RefusalLog.mostKept) are.")
        }
        return refusal
    }

    /// Judges a refused delivery by what the account accepts today, as if it had just come at its time; what is accepted is
    /// stored as Bolna's own delivery, with its first time of receipt.
    func verify(_ id: Int?, by principal: Principal, at time: Timestamp) async throws -> Verdict {
        let refusal = try refusal(id, of: principal.account)
        guard refusal.isWhole else {
            throw Problem(.conflict, "Only its beginning was kept, so it cannot be verified; let Bolna send it again.")
        }
        let credentials = DeliveryCredentials(refusal.credentials, account: principal.account, peer: refusal.peer)
        let verdict = try dependencies.live.trusts.judge(
            credentials, body: refusal.bodyPrefix, account: principal.account, now: refusal.receivedAt)
        switch verdict {
        case .refused(let reason): return .refused(reason)
        case .accepted(let trust, let standing, let tokenAgent, let secret):
            let outcome = await dependencies.intake.receive(
                VerifiedDelivery(
                    account: principal.account, agent: tokenAgent ?? refusal.credentials.agent, trust: trust,
                    standing: standing, receivedAt: refusal.receivedAt, body: refusal.bodyPrefix,
                    digest: try ContentHash.sha256(refusal.bodyPrefix), peer: refusal.peer))
            if case .busy(let retryAfter) = outcome { throw Problem(.busy, retryAfter: retryAfter) }
            dependencies.refusals.remove(refusal.id)
            dependencies.trail.note(.refusalAccepted, "refusal \(refusal.id)", by: principal, at: time)
            return .accepted(trust: trust, secret: secret, outcome: outcome)
        }
    }
}
