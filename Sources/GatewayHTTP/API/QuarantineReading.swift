import BolnaWire
package import CallDomain
package import GatewayService

/// Answers questions about a quarantine, for the API and for commands that work without a running gateway.
package enum QuarantineReading {
    /// The most entries of one page.
    package static let mostEntries = 200

    /// A page of entries that parameters of a query ask for, as JSON.
    package static func page(
        of store: any CallStore, words: [String: String], for principal: Principal
    ) throws -> [UInt8] {
        var query = try QuarantineWish.query { words[$0] }
        let counted = query
        query.state = try state(words["state"])
        let limit = try words["limit"].map { text throws(Problem) in try number(text) } ?? 50
        let after = try words["cursor"].map { text throws(Problem) in
            try PageCursor.readNumber(text, account: principal.account)
        }
        let records = try store.quarantine(
            account: principal.account, query: query, slice: QuarantineSlice(after: after, limit: limit))
        let counts = try store.quarantineCounts(account: principal.account, query: counted)
        let last = records.count == limit ? records.last : nil
        return QuarantineDocument.page(
            records, counts: counts, next: last.map { PageCursor.text(number: $0.id, account: principal.account) }
        ).bytes
    }

    /// One entry as JSON, its body only for those who may see it.
    package static func entry(
        of store: any CallStore, id: Int64, for principal: Principal
    ) throws -> [UInt8] {
        let reveals = principal.scopes.contains(.reveal)
        let found = try store.quarantine(
            account: principal.account, query: QuarantineQuery(ids: [id]),
            slice: QuarantineSlice(limit: 1, withBodies: reveals))
        guard let record = found.first else { throw noSuchEntry }
        return QuarantineDocument.entry(record, reveals: reveals).bytes
    }

    /// Replays or discards one page of what a body asks for, notes that, and tells what came of it as JSON.
    package static func run(
        _ body: [UInt8], action: String, service: QuarantineService, for principal: Principal, trail: AuditTrail,
        at time: Timestamp
    ) async throws -> [UInt8] {
        let wish = try QuarantineWish.read(body)
        let request = try wish.request(of: principal.account) { acceptsAgents in
            action == "discard" ? .discard : .replay(acceptsAgent: acceptsAgents)
        }
        do {
            let run = try await service.run(account: principal.account, request)
            if !request.isDryRun, !run.results.isEmpty {
                trail.note(
                    action == "discard" ? .discard : .replay, "\(run.results.count) kept aside", by: principal,
                    at: time)
            }
            return QuarantineDocument.run(run, of: request, account: principal.account).bytes
        } catch {
            throw Problem(.busy, retryAfter: error.retryAfter)
        }
    }

    static let noSuchEntry = Problem(.notFound, "The account's quarantine has no such entry.")

    private static func number(_ text: String) throws(Problem) -> Int {
        guard let number = Int(text), (1...mostEntries).contains(number) else {
            throw Problem(.badRequest, "limit must be a whole number from 1 to \(mostEntries).")
        }
        return number
    }

    private static func state(_ word: String?) throws(Problem) -> QuarantineQuery.State? {
        switch word {
        case nil: return .open
        case "all"?: return nil
        case let word?:
            guard let state = QuarantineQuery.State(rawValue: word) else {
                throw Problem(.badRequest, "state must be open, settled or all.")
            }
            return state
        }
    }
}
