import CallDomain
import Foundation
import GatewayService

/// What a client wants to be done with entries of the quarantine, read strictly: a member that is not known is refused,
/// since a misspelt `dryRun` must not change anything.
struct QuarantineWish: Decodable {
    private var ids: [Int64]?
    private var filter: Filter?
    private var dryRun: Bool?
    private var acceptAgents: Bool?
    private var limit: Int?
    private var cursor: String?

    /// Which entries are meant, where they are not named.
    struct Filter: Decodable {
        var words: [String: String]

        private static let names: Set<String> = ["reason", "agent", "execution", "from", "to"]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyName.self)
            try container.refuse(allBut: Self.names)
            words = try container.allKeys.reduce(into: [:]) { words, key in
                words[key.stringValue] = try container.decodeIfPresent(String.self, forKey: key)
            }
        }
    }

    private enum Name: String, CodingKey, CaseIterable {
        case ids, filter, dryRun, acceptAgents, limit, cursor
    }

    init(from decoder: any Decoder) throws {
        try decoder.container(keyedBy: AnyName.self).refuse(allBut: Set(Name.allCases.map(\.rawValue)))
        let container = try decoder.container(keyedBy: Name.self)
        ids = try container.decodeIfPresent([Int64].self, forKey: .ids)
        filter = try container.decodeIfPresent(Filter.self, forKey: .filter)
        dryRun = try container.decodeIfPresent(Bool.self, forKey: .dryRun)
        acceptAgents = try container.decodeIfPresent(Bool.self, forKey: .acceptAgents)
        limit = try container.decodeIfPresent(Int.self, forKey: .limit)
        cursor = try container.decodeIfPresent(String.self, forKey: .cursor)
    }

    /// Reads a body.
    static func read(_ body: [UInt8]) throws(Problem) -> QuarantineWish {
        do {
            return try JSONDecoder().decode(QuarantineWish.self, from: Data(body))
        } catch let unknown as UnknownName {
            throw Problem(.badRequest, "“\(unknown.name.prefix(64))” is not known here; there are \(unknown.known).")
        } catch let DecodingError.typeMismatch(_, context) where !context.codingPath.isEmpty {
            let name = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw Problem(.badRequest, "\(name) is of a kind that is not expected.")
        } catch {
            throw Problem(.badRequest, "The body must be a JSON object with ids or filter, such as {\"filter\":{}}.")
        }
    }

    /// The request; either entries are named, or a filter, which may be empty.
    func request(
        of account: AccountID, _ action: (_ acceptsAgents: Bool) -> QuarantineRequest.Action
    ) throws(Problem) -> QuarantineRequest {
        let most = QuarantineBounds.mostPerRequest
        let limit = limit ?? most
        guard (1...most).contains(limit) else {
            throw Problem(.badRequest, "limit must be a whole number from 1 to \(most).")
        }
        let place = try cursor.map { text throws(Problem) in
            try BoundCursor.quarantineRun(text, account: account)
        }
        return QuarantineRequest(
            query: try query(), action: action(acceptAgents ?? false), isDryRun: dryRun ?? false, cursor: place,
            limit: limit)
    }

    private func query() throws(Problem) -> QuarantineQuery {
        switch (ids, filter) {
        case (let ids?, nil):
            guard (1...QuarantineBounds.mostPerRequest).contains(ids.count) else {
                throw Problem(.badRequest, "ids must name 1 to \(QuarantineBounds.mostPerRequest) entries.")
            }
            return QuarantineQuery(ids: ids)
        case (nil, let filter?): return try Self.query { filter.words[$0] }
        case (nil, nil), (_?, _?):
            throw Problem(.badRequest, "Either ids or filter must be there; {\"filter\":{}} means every open entry.")
        }
    }

    /// A query from the words of a filter or of an address.
    static func query(_ text: (String) -> String?) throws(Problem) -> QuarantineQuery {
        var query = QuarantineQuery()
        if let word = text("reason") {
            query.reason = QuarantineReason(rawValue: word)
            guard query.reason != nil else {
                let words = QuarantineReason.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(.badRequest, "reason must be one of \(words).")
            }
        }
        query.agent = text("agent").map(AgentID.init(rawValue:))
        query.execution = text("execution").map(ExecutionID.init(rawValue:))
        query.from = try time("from", text)
        query.to = try time("to", text)
        return query
    }

    private static func time(_ name: String, _ text: (String) -> String?) throws(Problem) -> Timestamp? {
        guard let text = text(name) else { return nil }
        guard let time = Timestamp(iso8601: text) else {
            throw Problem(.badRequest, "\(name) must be an ISO 8601 time, such as 2026-03-04T09:15:08Z.")
        }
        return time
    }
}

/// A member's name, whichever it is.
private struct AnyName: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// A member that is not known.
private struct UnknownName: Error {
    var name: String
    var known: String
}

extension KeyedDecodingContainer<AnyName> {
    /// Refuses an object with other members than these.
    fileprivate func refuse(allBut known: Set<String>) throws {
        guard let other = allKeys.map(\.stringValue).filter({ !known.contains($0) }).min() else { return }
        throw UnknownName(name: other, known: known.sorted().joined(separator: ", "))
    }
}
