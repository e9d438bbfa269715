import BolnaWire
package import CallDomain
import Foundation
package import GatewayService

/// Makes rulings, for the API and for commands that work without a running gateway.
package enum RulingReading {
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

    /// Withdraws what a body names, of the call with this gateway id or execution id, notes that, and tells what came of it
    /// as JSON: `callId`, `executionId`, `status`, `outcome`, `rule`, `statusBefore`, `changedFields`. Throws a ``Problem``.
    package static func rule(
        _ body: [UInt8], of reference: String, service: RulingService, for principal: Principal, trail: AuditTrail,
        at time: Timestamp
    ) async throws -> [UInt8] {
        guard let wish = try? JSONDecoder().decode(Wish.self, from: Data(body)), wish.isWhole else {
            throw Problem(.badRequest, expected)
        }
        switch try await make(wish, reference: reference, service, principal) {
        case .made(let observed):
            trail.note(.ruling, "call \(observed.call.rawValue)", by: principal, at: time)
            return document(observed)
        case .notFound: throw Problem(.notFound, "The account has no such call.")
        case .unknownPositions(let positions):
            let list = positions.map(String.init).joined(separator: ", ")
            throw Problem(.badRequest, "The call's journal has no entry at \(list).")
        case .noRoom: throw Problem(.conflict, "The call has as many distinct statements as are kept of one call.")
        }
    }

    private static func make(
        _ wish: Wish, reference: String, _ service: RulingService, _ principal: Principal
    ) async throws(Problem) -> RulingOutcome {
        do {
            return try await service.rule(
                account: principal.account, reference: reference, withdraws: wish.withdraws, note: wish.note,
                actor: principal.actor)
        } catch {
            throw Problem(.busy, retryAfter: error.retryAfter)
        }
    }

    private static func document(_ observed: ObservedCall) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("callId", observed.call.rawValue)
            json.member("executionId", observed.execution.rawValue)
            json.member("status", observed.status?.word)
            json.member("outcome", observed.decision.outcome.word)
            json.member("rule", observed.decision.rule.rawValue)
            json.member("statusBefore", observed.decision.statusBefore?.word)
            json.key("changedFields")
            json.array { json in for field in observed.decision.changedFields { json.value(field.name) } }
        }
        return json.bytes
    }
}
