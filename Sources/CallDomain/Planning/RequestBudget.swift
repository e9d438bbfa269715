/// One of Bolna's four request budgets per organization (docs: api-reference/rate-limiting, seen August 2026).
package enum RequestBudget: Int, Hashable, CaseIterable, Sendable {
    /// `/call`.
    case call
    /// `/v2/agent/{id}`.
    case agent
    /// `/v2/agent/{id}/executions`.
    case executions
    /// All other requests.
    case other

    /// The word in figure ids, stable.
    package var word: String {
        switch self {
        case .call: "call"
        case .agent: "agent"
        case .executions: "executions"
        case .other: "other"
        }
    }

    /// What Bolna allows in a minute.
    package var allowedPerMinute: Int {
        switch self {
        case .call, .agent, .executions: 500
        case .other: 1_000
        }
    }

    /// The most requests the gateway sends in any minute: 60 % of what is allowed, so that other users of the same
    /// organization and a limit that is counted in another way find room.
    package var usedPerMinute: Int { allowedPerMinute * 6 / 10 }
}

extension BolnaRequest.Endpoint {
    /// The budget a request to this endpoint is paid from; `/v2/agent/all` is taken to match `/v2/agent/{id}`.
    package var budget: RequestBudget {
        switch self {
        case .call: .call
        case .agent, .agents, .setWebhook: .agent
        case .executions: .executions
        case .execution, .me: .other
        }
    }
}

/// On whose behalf a request is sent.
package enum Asker: Hashable, Sendable {
    /// The gateway itself.
    case background
    /// The gateway, because of an unverified hint: strangers may cause these, so they get 5 % of the budget.
    case hint
    /// A person or program waits for the answer: a check, a dial.
    case person
}
