import BolnaWire
import CallDomain
import Foundation
import GatewayService
import Hummingbird

/// `/api/v1/calls/{id}/rulings`: a person decides that statements of a call's journal do not count.
struct RulingRoutes: Sendable {
    private let dependencies: GatewayDependencies
    private let bodyLimit: Int

    init(dependencies: GatewayDependencies, bodyLimit: Int) {
        self.dependencies = dependencies
        self.bodyLimit = bodyLimit
    }

    var routes: [Route] { [Route(.post, "/api/v1/calls/{id}/rulings", .scoped(.operate, rule))] }

    /// A ruling as a client states it.
    private struct Wish: Decodable {
        var withdraws: [Int64]
        var note: String

        var isWhole: Bool {
            (1...RulingService.mostWithdrawn).contains(withdraws.count)
                && (1...RulingService.longestNote).contains(note.utf8.count)
        }
    }

    private static let expected = """
        The body must be {"withdraws":[…],"note":"…"}: 1 to \(RulingService.mostWithdrawn) positions of the call's \
        journal, and why, in at most \(RulingService.longestNote) bytes.
        """

    @Sendable private func rule(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let reference = try request.parameter("id")
        let body = try await request.readBody(upTo: bodyLimit)
        guard let wish = try? JSONDecoder().decode(Wish.self, from: Data(body)), wish.isWhole else {
            throw Problem(.badRequest, Self.expected)
        }
        switch try await make(wish, reference: reference, principal) {
        case .made(let observed): return Self.response(observed)
        case .notFound: throw Problem(.notFound, "The account has no such call.")
        case .unknownPositions(let positions):
            let list = positions.map(String.init).joined(separator: ", ")
            throw Problem(.badRequest, "The call's journal has no entry at \(list).")
        case .noRoom: throw Problem(.conflict, "The call has as many distinct statements as are kept of one call.")
        }
    }

    private func make(
        _ wish: Wish, reference: String, _ principal: Principal
    ) async throws(Problem) -> RulingOutcome {
        do {
            return try await dependencies.rulings.rule(
                account: principal.account, reference: reference, withdraws: wish.withdraws, note: wish.note,
                actor: principal.actor)
        } catch {
            throw Problem(.busy, retryAfter: error.retryAfter)
        }
    }

    private static func response(_ observed: ObservedCall) -> Response {
        .object(.created) { json in
            json.member("callId", observed.call.rawValue)
            json.member("executionId", observed.execution.rawValue)
            json.member("status", observed.status?.word)
            json.member("outcome", observed.decision.outcome.word)
            json.member("rule", observed.decision.rule.rawValue)
            json.member("statusBefore", observed.decision.statusBefore?.word)
            json.key("changedFields")
            json.array { json in for field in observed.decision.changedFields { json.value(field.name) } }
        }
    }
}
