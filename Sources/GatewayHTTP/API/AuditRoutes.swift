import BolnaWire
import CallDomain
import GatewayService
import Hummingbird

/// `/api/v1/audit`: who revealed, exported, replayed, deleted and changed what, newest first.
struct AuditRoutes: Sendable {
    /// The records of a page where none are asked for.
    static let usualRecords = 100

    private let dependencies: GatewayDependencies

    init(dependencies: GatewayDependencies) { self.dependencies = dependencies }

    var routes: [Route] { [Route(.get, "/api/v1/audit", .scoped(.admin, list))] }

    @Sendable private func list(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let limit = try request.query.number("limit", in: 1...AuditPage.mostRecords, default: Self.usualRecords)
        let before = try request.query.text("cursor").map { text throws(Problem) in
            try PageCursor.readNumber(text, account: principal.account)
        }
        // What waits for the heartbeat is written first, so that who asks sees it.
        await dependencies.writeTrail()
        let page = try await dependencies.reader.read { store throws(StoreError) in
            try store.auditTrail(account: principal.account, before: before, limit: limit)
        }
        return .object { json in
            json.key("data")
            json.array { json in
                for (id, record) in page.records {
                    json.object { json in
                        json.member("id", id)
                        json.member("at", record.at)
                        json.member("actor", record.actor)
                        json.member("action", record.action.rawValue)
                        json.member("subject", record.subject)
                    }
                }
            }
            json.member("lost", dependencies.trail.lost)
            json.member("nextCursor", page.next.map { PageCursor.text(number: $0, account: principal.account) })
        }
    }
}

extension GatewayDependencies {
    /// Writes down what was noted; what cannot be written waits on.
    func writeTrail() async {
        let entries = trail.take()
        do {
            _ = try await writer.submit(entries)
        } catch {
            trail.giveBack(entries)
        }
    }

    /// Notes that a principal sees what only the scope `reveal` shows; without the scope there is nothing to note.
    func noteReveal(_ subject: @autoclosure () -> String, by principal: Principal, at time: Timestamp) {
        guard principal.scopes.contains(.reveal) else { return }
        trail.note(.reveal, subject(), by: principal, at: time)
    }
}
