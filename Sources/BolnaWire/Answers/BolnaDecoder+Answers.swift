internal import CallDomain

extension BolnaDecoder {
    /// Reads one page of an agent's executions: an envelope with `data`, or a bare array. `requestedSize` tells a full page
    /// where Bolna does not say `has_more`.
    package static func decodeListPage(_ body: [UInt8], requestedSize: Int) throws(UnusableBody) -> ListPage {
        let envelope = try whole(body) { scanner throws(JSONFault) in try ListEnvelope(&scanner) }
        guard let rows = envelope.rows else {
            throw UnusableBody(.unknownShape, "the answer has no list of executions")
        }
        let count = rows.statements.count + rows.unusableRows
        let size = envelope.size ?? requestedSize
        return ListPage(
            rows: rows.statements.map { row in
                ListRow(
                    id: row.statement.executionID, status: row.statement.status,
                    createdAt: row.statement.fields.time(.createdAt), updatedAt: row.statement.updatedAt,
                    retryCount: row.statement.retryCount)
            },
            unusableRows: rows.unusableRows,
            hasMore: envelope.hasMore ?? (count > 0 && count >= size),
            total: envelope.total)
    }

    /// The most agents that are taken from one answer.
    package static let mostAgents = 10_000

    /// Reads `GET /v2/agent/all`: a bare array of agents, or `{agents: […]}` or `{data: […]}`. Agents without an id are left
    /// out.
    package static func decodeAgents(_ body: [UInt8]) throws(UnusableBody) -> [AgentSummary] {
        let agents = try whole(body) { scanner throws(JSONFault) in try AgentReader.list(&scanner) }
        guard let agents else { throw UnusableBody(.unknownShape, "the answer has no list of agents") }
        return agents
    }

    /// Reads the id of `GET /user/me`: the organization, by which Bolna limits rates.
    package static func decodeUser(_ body: [UInt8]) throws(UnusableBody) -> String {
        let id = try whole(body) { scanner throws(JSONFault) -> Reading<String> in
            var id = Reading<String>.empty
            guard try scanner.peek() == .object else {
                try scanner.skipValue()
                return id
            }
            try scanner.openObject()
            var isFirst = true
            while let name = try scanner.nextMember(isFirst: &isFirst) {
                if scanner.text(name) == "id" { id = try scanner.readID() } else { try scanner.skipValue() }
            }
            return id
        }
        guard let id = id.value else { throw UnusableBody(.noID, "the answer has no id of the organization") }
        return id
    }
}

/// What is read of a list's envelope.
private struct ListEnvelope {
    var rows: RowsReader?
    var hasMore: Bool?
    var total: Int?
    var size: Int?

    private enum Name: String, CaseIterable {
        case data
        case hasMore = "has_more"
        case total
        case pageSize = "page_size"

        static let table = NameTable<Name>()
    }

    init(_ scanner: inout JSONScanner) throws(JSONFault) {
        switch try scanner.peek() {
        case .array: rows = try Self.rows(&scanner)
        case .object:
            try scanner.openObject()
            var isFirst = true
            while let name = try scanner.nextMember(isFirst: &isFirst) {
                switch Name.table.find(name, in: scanner) {
                case .data: rows = try Self.rows(&scanner)
                case .hasMore: hasMore = try scanner.readFlag().value
                case .total: total = try scanner.readNumber().value.flatMap { Int(exactly: $0) }
                case .pageSize: size = try scanner.readNumber().value.flatMap { Int(exactly: $0) }
                case nil: try scanner.skipValue()
                }
            }
        default: try scanner.skipValue()
        }
    }

    private static func rows(_ scanner: inout JSONScanner) throws(JSONFault) -> RowsReader? {
        guard try scanner.peek() == .array else {
            try scanner.skipValue()
            return nil
        }
        var rows = RowsReader()
        try rows.read(&scanner)
        return rows
    }
}

/// Reads agents of a listing.
private enum AgentReader {
    private enum Name: String, CaseIterable {
        case id
        case agentID = "agent_id"
        case agentName = "agent_name"
        case name

        static let table = NameTable<Name>()
    }

    private enum EnvelopeName: String, CaseIterable {
        case agents
        case data

        static let table = NameTable<EnvelopeName>()
    }

    /// Passes any value; nil where it has no list of agents.
    static func list(_ scanner: inout JSONScanner) throws(JSONFault) -> [AgentSummary]? {
        switch try scanner.peek() {
        case .array: return try agents(&scanner)
        case .object:
            var found: [AgentSummary]?
            try scanner.openObject()
            var isFirst = true
            while let name = try scanner.nextMember(isFirst: &isFirst) {
                if EnvelopeName.table.find(name, in: scanner) != nil, try scanner.peek() == .array {
                    found = try agents(&scanner)
                } else {
                    try scanner.skipValue()
                }
            }
            return found
        default:
            try scanner.skipValue()
            return nil
        }
    }

    private static func agents(_ scanner: inout JSONScanner) throws(JSONFault) -> [AgentSummary] {
        var agents: [AgentSummary] = []
        try scanner.openArray()
        var isFirst = true
        while try scanner.nextElement(isFirst: &isFirst) {
            guard try scanner.peek() == .object else {
                try scanner.skipValue()
                continue
            }
            let agent = try agent(&scanner)
            if let agent, agents.count < BolnaDecoder.mostAgents { agents.append(agent) }
        }
        return agents
    }

    private static func agent(_ scanner: inout JSONScanner) throws(JSONFault) -> AgentSummary? {
        var id, agentID, agentName, plainName: String?
        try scanner.openObject()
        var isFirst = true
        while let name = try scanner.nextMember(isFirst: &isFirst) {
            switch Name.table.find(name, in: scanner) {
            case .id: id = try scanner.readID().value
            case .agentID: agentID = try scanner.readID().value
            case .agentName: agentName = try scanner.readText().value
            case .name: plainName = try scanner.readText().value
            case nil: try scanner.skipValue()
            }
        }
        return (id ?? agentID).map { AgentSummary(id: AgentID(rawValue: $0), name: agentName ?? plainName) }
    }
}
