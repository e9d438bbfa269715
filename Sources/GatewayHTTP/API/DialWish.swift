import CallDomain
import Foundation
import GatewayService
import HTTPTypes
import WebhookTrust

/// A client's JSON wish to place a call, read strictly: whatever is wrong is told by its name.
enum DialWish {
    /// The longest text of a member, in bytes.
    static let longestText = 256
    /// The longest `Idempotency-Key`, in bytes.
    static let longestKey = 255
    /// The largest `userData`, in bytes.
    static let largestUserData = 16 * 1024

    private static let idempotencyKey = HTTPField.Name("Idempotency-Key")

    /// The `Idempotency-Key` of a request; nil without one.
    static func idempotencyKey(of head: HTTPRequest) throws(Problem) -> String? {
        guard let name = idempotencyKey, let key = head.headerFields[name] else { return nil }
        guard (1...longestKey).contains(key.utf8.count) else {
            throw Problem(.badRequest, "Idempotency-Key must have 1 to \(longestKey) bytes.")
        }
        return key
    }

    /// Reads a body.
    static func read(_ body: [UInt8], idempotencyKey: String?) throws -> DialRequest {
        guard let members = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] else {
            throw Problem(.badRequest, "The body must be a JSON object with agentId and recipientPhoneNumber.")
        }
        guard let agent = try text("agentId", of: members) else {
            throw Problem(.badRequest, "agentId is missing: the id of the agent that calls.")
        }
        guard let recipient = try number("recipientPhoneNumber", of: members) else {
            throw Problem(.badRequest, "recipientPhoneNumber is missing: a number in E.164, such as +14155550100.")
        }
        return DialRequest(
            agent: AgentID(rawValue: agent), recipient: recipient, from: try number("fromPhoneNumber", of: members),
            scheduledAt: try time("scheduledAt", of: members), userData: try object("userData", of: members),
            leadID: try text("leadId", of: members), callerName: try text("callerName", of: members),
            projectName: try text("projectName", of: members), userID: try text("userId", of: members),
            isPriority: try flag("priority", of: members), idempotencyKey: idempotencyKey,
            fingerprint: try ContentHash.sha256(body))
    }

    private static func value(_ name: String, of members: [String: Any]) -> Any? {
        guard let value = members[name], !(value is NSNull) else { return nil }
        return value
    }

    private static func text(_ name: String, of members: [String: Any]) throws(Problem) -> String? {
        guard let value = value(name, of: members) else { return nil }
        guard let text = value as? String, (1...longestText).contains(text.utf8.count) else {
            throw Problem(.badRequest, "\(name) must be a text of 1 to \(longestText) bytes.")
        }
        return text
    }

    private static func number(_ name: String, of members: [String: Any]) throws(Problem) -> String? {
        guard let text = try text(name, of: members) else { return nil }
        let digits = text.utf8.dropFirst()
        guard text.utf8.first == UInt8(ascii: "+"), (7...15).contains(digits.count),
            digits.allSatisfy({ (0x30...0x39).contains($0) }), digits.first != 0x30
        else { throw Problem(.badRequest, "\(name) must be a number in E.164, such as +14155550100.") }
        return text
    }

    private static func time(_ name: String, of members: [String: Any]) throws(Problem) -> Timestamp? {
        guard let text = try text(name, of: members) else { return nil }
        guard let time = Timestamp(iso8601: text) else {
            throw Problem(.badRequest, "\(name) must be an ISO 8601 time, such as 2026-03-04T09:15:08Z.")
        }
        return time
    }

    private static func flag(_ name: String, of members: [String: Any]) throws(Problem) -> Bool {
        guard let value = value(name, of: members) else { return false }
        guard let flag = value as? Bool else { throw Problem(.badRequest, "\(name) must be true or false.") }
        return flag
    }

    private static func object(_ name: String, of members: [String: Any]) throws(Problem) -> [UInt8]? {
        guard let value = value(name, of: members) else { return nil }
        guard let object = value as? [String: Any],
            let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]),
            data.count <= largestUserData
        else { throw Problem(.badRequest, "\(name) must be a JSON object of at most \(largestUserData) bytes.") }
        return Array(data)
    }
}

/// What came of placing a call, where it is no problem.
enum DialOutcomeAnswer: Sendable {
    /// There is a call; whether this request placed it.
    case call(CallRecord, isNew: Bool)
    /// It is being found out.
    case pending(correlationKey: String)

    /// Sorts an answer; what the client must hear as an error is thrown.
    init(_ answer: DialAnswer) throws(Problem) {
        switch answer {
        case .placed(let record): self = .call(record, isNew: true)
        case .pending(let correlationKey): self = .pending(correlationKey: correlationKey)
        case .repeated(let dial, let record):
            if let record {
                self = .call(record, isNew: false)
            } else {
                throw Self.problem(of: dial)
            }
        case .refused(_, let message): throw Problem(.bolnaRefused, message)
        case .keyReused: throw Problem(.keyReused)
        case .invalid(let detail): throw Problem(.badRequest, detail)
        case .busy(let retryAfter): throw Problem(.busy, retryAfter: retryAfter)
        case .noToken: throw Problem(.noToken)
        }
    }

    /// How an earlier request under the same key stands, where no call came of it.
    private static func problem(of dial: DialRecord) -> Problem {
        switch dial.state {
        case .open, .placed:
            Problem(.conflict, "The same request is being worked on.", retryAfter: .seconds(2))
        case .refused: Problem(.bolnaRefused, dial.detail)
        case .unknown: Problem(.conflict, "Whether Bolna took the same request is not known; it is not sent again.")
        }
    }
}
