import CallDomain

/// Where the things stand that a figure counts. Its value is their number and its list is they themselves, so that the
/// two agree. Every part is a range of an index.
struct FigureSource {
    var parts: [Part]
    /// Whether calls are counted, each once, rather than rows.
    var countsCalls = false

    /// Rows of one table.
    struct Part {
        var table: String
        /// The column of `calls.id`; nil where rows are about no call.
        var call: String? = "call"
        /// Bolna's id of the call, where rows know it without the call's own row.
        var execution = "NULL"
        var at: String
        var position = "position"
        /// What tells rows of the same time and position apart.
        var number = "id"
        var detail = "NULL"
        var count = "1"
        /// The condition that one agent is meant; nil where rows know of none.
        var agent: String?
        /// What holds of all rows of the window that the position allows.
        var conditions: [String]
        /// What holds of those that are counted.
        var choice: [String] = []

        /// The same under further conditions.
        func with(_ more: String...) -> Part {
            var part = self
            part.choice += more
            return part
        }

        /// The same with another detail.
        func telling(_ detail: String) -> Part {
            var part = self
            part.detail = detail
            return part
        }

        /// Whether both choose among the same rows.
        func isOfSameRows(as other: Part) -> Bool { table == other.table && conditions == other.conditions }

        /// The table and the condition; one more where the report is about one agent.
        func from(isForAgent: Bool) -> String {
            let all = conditions + choice + (isForAgent ? [agent ?? "FALSE"] : [])
            return "\(table) WHERE \(all.joined(separator: " AND "))"
        }
    }

    /// Rows, each of which counts.
    init(rows parts: Part...) { self.parts = parts }

    /// Rows, of which each call counts once.
    init(calls parts: Part...) {
        self.parts = parts
        countsCalls = true
    }

    /// Rows of several tables.
    init(_ parts: [Part], countsCalls: Bool = false) {
        self.parts = parts
        self.countsCalls = countsCalls
    }

    /// Whether the figure can be told for one agent.
    var knowsAgents: Bool { parts.allSatisfy { $0.agent != nil } }

    /// The statement for the value.
    func valueSQL(isForAgent: Bool) -> String {
        if countsCalls {
            let union = parts.map { "SELECT \($0.call ?? "NULL") AS call FROM \($0.from(isForAgent: isForAgent))" }
            return "SELECT count(DISTINCT call) FROM (\(union.joined(separator: " UNION ALL ")))"
        }
        let sums = parts.map {
            let sum = $0.count == "1" ? "count(*)" : "ifnull(sum(\($0.count)), 0)"
            return "(SELECT \(sum) FROM \($0.from(isForAgent: isForAgent)))"
        }
        return "SELECT \(sums.joined(separator: " + "))"
    }

    /// The statement for a page of the list: execution, call, time, position, number, detail, count.
    func listSQL(isForAgent: Bool) -> String {
        let union = parts.map { part in
            """
            SELECT \(part.call ?? "NULL") AS call, \(part.execution) AS execution, \(part.at) AS at, \(part.position) AS position,
                \(part.number) AS number, \(part.detail) AS detail, \(part.count) AS count
            FROM \(part.from(isForAgent: isForAgent))
            """
        }.joined(separator: "\nUNION ALL\n")
        let rows =
            countsCalls
            ? """
            SELECT call, NULL AS execution, min(at) AS at, min(position) AS position, call AS number, min(detail) AS detail, 1 AS count
            FROM (\(union)) GROUP BY call
            """ : union
        return """
            SELECT ifnull(calls.execution, listed.execution), calls.call_id, listed.at, listed.position, listed.number, listed.detail, listed.count
            FROM (\(rows)) AS listed LEFT JOIN calls ON calls.id = listed.call
            WHERE (listed.at, listed.position, listed.number) > (:afterTime, :afterPosition, :afterNumber)
            ORDER BY listed.at, listed.position, listed.number LIMIT :limit
            """
    }

    /// The statement for sums by step of the window.
    func seriesSQL(isForAgent: Bool) -> String {
        let counted = countsCalls ? "call" : "count"
        let union = parts.map { part in
            let value = countsCalls ? part.call ?? "NULL" : part.count
            return "SELECT (\(part.at) - :from) / :step AS step, \(value) AS \(counted) "
                + "FROM \(part.from(isForAgent: isForAgent))"
        }
        let value = countsCalls ? "count(DISTINCT call)" : "sum(count)"
        return "SELECT step, \(value) FROM (\(union.joined(separator: " UNION ALL "))) GROUP BY step"
    }
}

extension FigureSource.Part {
    private static func agent(of table: String) -> String {
        """
        (EXISTS (SELECT 1 FROM calls AS owner WHERE owner.id = \(table).call AND owner.agent = :agent
            AND owner.agent_position <= :position) OR \(formerAgent(of: "\(table).call")))
        """
    }

    /// That a call was the agent's at the position, and is another one's since.
    private static func formerAgent(of call: String) -> String {
        """
        EXISTS (SELECT 1 FROM agent_spans AS span WHERE span.call = \(call) AND span.agent = :agent
            AND span.from_position <= :position AND span.until_position > :position)
        """
    }

    /// The agent that the call of a row had at the position.
    static let agentThen = """
        SELECT iif(owner.agent_position <= :position, owner.agent,
            (SELECT span.agent FROM agent_spans AS span WHERE span.call = owner.id
                AND span.from_position <= :position AND span.until_position > :position))
        FROM calls AS owner WHERE owner.id = :call
        """

    private static let agentOfCall =
        "(agent = :agent AND agent_position <= :position OR \(formerAgent(of: "calls.id")))"

    private static func window(_ at: String) -> [String] {
        ["account = :account", "\(at) >= :from", "\(at) < :to"]
    }

    /// Observations by their first delivery.
    static let observed = Self(
        table: "observations", at: "delivered_at", number: "position", agent: agent(of: "observations"),
        conditions: window("delivered_at") + ["position <= :position"])

    /// Further deliveries of the same bytes.
    static let repeated = Self(
        table: "repeats", at: "received_at", count: "count", agent: agent(of: "repeats"),
        conditions: window("received_at") + ["position <= :position"])

    /// Full reads.
    static let read = Self(
        table: "reads", at: "received_at", agent: agent(of: "reads"),
        conditions: window("received_at") + ["position <= :position"])

    /// Calls by when they became known.
    static let born = Self(
        table: "calls", call: "id", at: "born_at", position: "born_position", agent: agentOfCall,
        conditions: window("born_at") + ["born_position <= :position"])

    /// Calls whose expectation is overdue as it has been since before the position.
    static let waiting = Self(
        table: "calls", call: "id", at: "next_due_at", position: "ledger_position", detail: "waits_by",
        agent: agentOfCall,
        conditions: [
            "account = :account", "next_due_at <= :now", "born_at IS NOT NULL", "ledger_position <= :position",
            "born_position <= :position",
        ])

    /// Expectations that were overdue at the position and ended after it.
    static let waited = Self(
        table: "overdue_spans", at: "due_at", position: "opened_position", detail: "rule",
        agent: agent(of: "overdue_spans"),
        conditions: [
            "account = :account", "position > :position", "opened_position <= :position", "due_at <= :now",
        ])

    /// Expectations that became overdue in the window and have ended.
    static let passed = Self(
        table: "overdue_spans", at: "due_at", position: "opened_position", detail: "rule",
        agent: agent(of: "overdue_spans"),
        conditions: window("due_at") + ["opened_position <= :position", "due_at <= :now"])

    /// Ends of waiting.
    static let ended = Self(
        table: "endings", at: "at", detail: "nullif(what, '')", agent: agent(of: "endings"),
        conditions: window("at") + ["position <= :position"])

    /// Contradictions by when they came up.
    static let contradicted = Self(
        table: "contradiction_log", at: "at", detail: "statuses", agent: agent(of: "contradiction_log"),
        conditions: window("at") + ["begun IS NULL", "position <= :position"])

    /// Deliveries that went to quarantine, with the number of their entry.
    static let aside = Self(
        table: "kept_aside",
        call: """
            (SELECT about.id FROM calls AS about WHERE about.account = kept_aside.account
                AND about.execution = kept_aside.execution AND about.born_position <= :position)
            """,
        execution: "execution", at: "received_at", detail: "reason || ', entry ' || entry", count: "count",
        agent: "agent = :agent",
        conditions: window("received_at") + ["position <= :position"])

    /// What was counted of a kind.
    static func tallied(_ kind: Tally.Kind) -> Self {
        Self(
            table: "tallies", call: nil, at: "at", detail: "name", count: "count",
            conditions: window("at") + ["kind = '\(kind.rawValue)'", "position <= :position"])
    }

    /// Requests paid from a budget.
    static func requests(of budget: RequestBudget) -> Self {
        let words = Tally.endpoints(of: budget).map { "'\($0)'" }.joined(separator: ", ")
        return tallied(.request).with("substr(name, 1, instr(name, '/') - 1) IN (\(words))")
    }

    /// Requests paid from a budget, in the minute of the window that had most of them.
    static func busiestMinute(of budget: RequestBudget) -> Self {
        let requests = requests(of: budget)
        let conditions = (requests.conditions + requests.choice).joined(separator: " AND ")
        return requests.with(
            """
            at / 60000000 = (SELECT at / 60000000 FROM tallies WHERE \(conditions)
                GROUP BY at / 60000000 ORDER BY sum(count) DESC, at / 60000000 LIMIT 1)
            """)
    }

    /// Names of a kind that were seen for the first time.
    static func named(_ kind: Tally.Kind) -> Self {
        Self(
            table: "tally_names", call: nil, at: "first_at", detail: "name",
            conditions: window("first_at") + ["kind = '\(kind.rawValue)'", "position <= :position"])
    }

    /// Audits.
    static let audited = Self(
        table: "audits", at: "at", detail: "outcome", agent: agent(of: "audits"),
        conditions: window("at") + ["position <= :position"])
}
