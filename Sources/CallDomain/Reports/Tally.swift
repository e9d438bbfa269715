/// Something the gateway counts beside the journal's observations and writes down now and then: requests to Bolna, and
/// names that show how Bolna's side changes. Never values of fields, never bodies.
package struct Tally: Hashable, Sendable {
    /// The account.
    package var account: AccountID
    /// What is counted.
    package var kind: Kind
    /// Under which name: for a request `endpoint/answer`, else the name itself; at most ``longestName`` bytes.
    package var name: String
    /// How often, since it was written down last.
    package var count: Int
    /// When the first of them was, where all of them were in one minute; nil counts for when it is written down.
    package var at: Timestamp?

    /// Puts a tally together.
    package init(account: AccountID, kind: Kind, name: String, count: Int, at: Timestamp? = nil) {
        self.at = at
        self.account = account
        self.kind = kind
        self.name = name
        self.count = count
    }

    /// The longest name that is kept, in bytes.
    package static let longestName = 64
    /// The most names of one kind that are kept of an account; further ones count as ``otherNames``.
    package static let mostNames = 200
    /// Stands for all names beyond ``mostNames``.
    package static let otherNames = "(others)"

    /// What is counted. The words are stored and stand in figure ids.
    package enum Kind: String, Hashable, CaseIterable, Sendable {
        /// Requests to Bolna's API.
        case request
        /// Webhooks with a status that the gateway does not know.
        case status
        /// Webhooks with a top-level member that no source names.
        case field
        /// Trusted webhooks by the address they came from.
        case address
        /// Beats of a heart while the account had no token for Bolna's API.
        case withoutToken = "without-token"
        /// Deliveries that were answered 401, by reason.
        case refusal

        /// Those whose first appearance a report tells.
        package static let names: [Kind] = [.status, .field, .address]
    }

    /// What came of a request to Bolna.
    package enum Answer: String, Hashable, CaseIterable, Sendable {
        /// 2xx.
        case fine = "ok"
        /// 404.
        case notFound = "not-found"
        /// 401 or 403.
        case refused = "refused"
        /// 429.
        case rateLimited = "rate-limited"
        /// Any other answer below 500.
        case clientError = "client-error"
        /// 5xx.
        case serverError = "server-error"
        /// No usable answer: a time-out, no connection, a broken one.
        case none = "no-answer"

        /// What an outcome is.
        package init(_ outcome: BolnaAnswer.Outcome) {
            guard case .response(let status, _, _) = outcome else {
                self = .none
                return
            }
            self =
                switch status {
                case 200..<300: .fine
                case 404: .notFound
                case 401, 403: .refused
                case 429: .rateLimited
                case 500...: .serverError
                default: .clientError
                }
        }
    }

    /// The endpoints' words, as in names of requests.
    package static let endpoints = ["execution", "executions", "agent", "agents", "me", "call", "set-webhook"]

    /// The words of the endpoints that are paid from a budget.
    package static func endpoints(of budget: RequestBudget) -> [String] {
        switch budget {
        case .call: ["call"]
        case .agent: ["agent", "agents", "set-webhook"]
        case .executions: ["executions"]
        case .other: ["execution", "me"]
        }
    }

    /// One request, of the minute in which it was sent: that minute's budget paid for it.
    package static func request(
        account: AccountID, endpoint: BolnaRequest.Endpoint, outcome: BolnaAnswer.Outcome, sentAt: Timestamp
    ) -> Tally {
        Tally(
            account: account, kind: .request, name: "\(endpoint.tallyWord)/\(Answer(outcome).rawValue)", count: 1,
            at: sentAt)
    }
}

extension BolnaRequest.Endpoint {
    /// The endpoint without its ids.
    fileprivate var tallyWord: String {
        switch self {
        case .execution: "execution"
        case .executions: "executions"
        case .agents: "agents"
        case .agent: "agent"
        case .me: "me"
        case .call: "call"
        case .setWebhook: "set-webhook"
        }
    }
}
