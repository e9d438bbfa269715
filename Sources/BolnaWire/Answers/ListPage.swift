package import CallDomain

/// One page of `GET /v2/agent/{id}/executions` (docs: api-reference/executions/get_executions).
package struct ListPage: Hashable, Sendable {
    /// The rows that name a call, in Bolna's order.
    package var rows: [ListRow]
    /// Rows that could not be used.
    package var unusableRows: Int
    /// Whether a further page follows; where Bolna does not say, whether this one is full.
    package var hasMore: Bool
    /// How many calls the listing has in all; nil where Bolna does not say.
    package var total: Int?

    /// Puts a page together.
    package init(rows: [ListRow], unusableRows: Int = 0, hasMore: Bool, total: Int? = nil) {
        self.rows = rows
        self.unusableRows = unusableRows
        self.hasMore = hasMore
        self.total = total
    }
}

/// A row of a listing: trimmed, so it tells which call needs a read of its own, and is no observation.
package struct ListRow: Hashable, Sendable {
    /// The call.
    package var id: ExecutionID
    /// Its status; nil where the row has none.
    package var status: CallStatus?
    /// When it was created; nil where the row does not say.
    package var createdAt: Timestamp?
    /// When it was changed last; nil where the row does not say, as trimmed rows do not.
    package var updatedAt: Timestamp?
    /// Its retry count; nil where the row does not say, as trimmed rows do not.
    package var retryCount: Int?

    /// Puts a row together.
    package init(
        id: ExecutionID, status: CallStatus?, createdAt: Timestamp?, updatedAt: Timestamp? = nil, retryCount: Int? = nil
    ) {
        self.updatedAt = updatedAt
        self.retryCount = retryCount
        self.id = id
        self.status = status
        self.createdAt = createdAt
    }
}

/// An agent of a listing.
package struct AgentSummary: Hashable, Sendable {
    /// Bolna's id.
    package var id: AgentID
    /// Its name; nil where it has none.
    package var name: String?

    /// Puts a summary together.
    package init(id: AgentID, name: String?) {
        self.id = id
        self.name = name
    }
}
