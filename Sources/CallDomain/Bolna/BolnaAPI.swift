/// The port to Bolna's API. Requests never throw: what became of one is a value.
package protocol BolnaAPI: Sendable {
    /// Sends one request and returns when it was answered, failed, or its task was cancelled. May be called
    /// concurrently; the caller bounds how many run at once.
    func send(_ request: BolnaRequest) async -> BolnaAnswer
}

/// One request to Bolna, on behalf of one account.
package struct BolnaRequest: Hashable, Sendable {
    /// Whose token is sent.
    package var account: AccountID
    /// What is asked.
    package var endpoint: Endpoint

    /// The endpoints the gateway uses (docs: api-reference).
    package enum Endpoint: Hashable, Sendable {
        /// `GET /executions/{id}`.
        case execution(ExecutionID)
        /// `GET /v2/agent/{id}/executions`.
        case executions(AgentID, ListWindow)
        /// `GET /v2/agent/all`.
        case agents
        /// `GET /v2/agent/{id}`.
        case agent(AgentID)
        /// `GET /user/me`.
        case me
        /// `PATCH /v2/agent/{id}` with this JSON body, which names the agent's webhook address alone (docs:
        /// api-reference/agent/v2/patch_update).
        case setWebhook(AgentID, body: [UInt8])
        /// `POST /call` with this JSON body. Not idempotent: never sent twice.
        case call(body: [UInt8])
    }

    /// A page of an agent's executions; times filter `created_at`.
    package struct ListWindow: Hashable, Sendable {
        /// The window's start.
        package var from: Timestamp
        /// The window's end, at most 7 days after the start.
        package var to: Timestamp
        /// The page, from 1.
        package var page: Int
        /// Rows a page, at most 50.
        package var size: Int
        /// Only this status; nil is all.
        package var status: CallStatus?

        /// Puts a window together.
        package init(from: Timestamp, to: Timestamp, page: Int = 1, size: Int = 50, status: CallStatus? = nil) {
            self.from = from
            self.to = to
            self.page = page
            self.size = size
            self.status = status
        }
    }

    /// Puts a request together.
    package init(account: AccountID, endpoint: Endpoint) {
        self.account = account
        self.endpoint = endpoint
    }
}

/// What became of a request.
package struct BolnaAnswer: Sendable {
    /// When it was sent, by the wall clock.
    package var sentAt: Timestamp
    /// When its outcome was known.
    package var receivedAt: Timestamp
    /// The outcome.
    package var outcome: Outcome

    /// Answered or not.
    package enum Outcome: Sendable {
        /// An HTTP answer of any status, with `Retry-After` (seconds or a date, as a duration from receipt).
        case response(status: Int, retryAfter: Duration?, body: [UInt8])
        /// No usable answer.
        case failed(TransportFailure)
    }

    /// Puts an answer together.
    package init(sentAt: Timestamp, receivedAt: Timestamp, outcome: Outcome) {
        self.sentAt = sentAt
        self.receivedAt = receivedAt
        self.outcome = outcome
    }
}

/// Why no HTTP answer came.
package struct TransportFailure: Hashable, Sendable {
    /// The kind.
    package var kind: Kind
    /// libcurl's words, without URL, token or address.
    package var detail: String

    /// The kinds of failure.
    package enum Kind: String, Hashable, CaseIterable, Sendable {
        /// The name could not be resolved.
        case dns
        /// No connection.
        case connect
        /// TLS could not be agreed, or the certificate was refused.
        case tls
        /// A limit of time was crossed.
        case timeout
        /// The answer was larger than allowed.
        case tooLarge
        /// The connection ended in the middle, or the answer was no HTTP.
        case broken
        /// The caller gave up.
        case cancelled
        /// The account has no token.
        case noToken
    }

    /// Puts a failure together.
    package init(kind: Kind, detail: String) {
        self.kind = kind
        self.detail = detail
    }
}
