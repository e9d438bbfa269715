package import CallDomain

/// Where an agent's call webhooks go.
package struct AgentWebhook: Hashable, Sendable {
    /// Bolna's id of the agent; nil where the answer has none.
    package var id: AgentID?
    /// The agent's name; nil where it has none.
    package var name: String?
    /// The address; nil where none is set.
    package var url: String?

    /// The longest address that is taken, in bytes.
    package static let longestURL = 4 << 10

    /// Puts it together.
    package init(id: AgentID?, name: String?, url: String?) {
        self.id = id
        self.name = name
        self.url = url
    }
}

extension BolnaDecoder {
    /// Reads `GET /v2/agent/{id}`. The address stands where the `PATCH` puts it, in `agent_config`, or beside it; what
    /// stands in `agent_config` counts.
    package static func decodeAgentWebhook(_ body: [UInt8]) throws(UnusableBody) -> AgentWebhook {
        let agent = try whole(body) { scanner throws(JSONFault) -> AgentWebhook? in
            guard try scanner.peek() == .object else {
                try scanner.skipValue()
                return nil
            }
            return try AgentWebhookReader(&scanner).webhook
        }
        guard let agent else { throw UnusableBody(.unknownShape, "the answer is no agent") }
        return agent
    }
}

/// The body of Bolna's `PATCH /v2/agent/{id}` (docs: api-reference/agent/v2/patch_update).
package enum WebhookPatchBody {
    /// Writes the body that sets the address of an agent's call webhooks; nil takes it away.
    package static func encode(url: String?) -> [UInt8] {
        var writer = JSONWriter(reserving: 256)
        writer.object { json in
            json.key("agent_config")
            json.object { json in json.member("webhook_url", url) }
        }
        return writer.bytes
    }
}

/// Reads the members of an agent, and those of its `agent_config`.
private struct AgentWebhookReader {
    private var id: String?
    private var agentID: String?
    private var agentName: String?
    private var plainName: String?
    private var url: String?
    private var configURL: String?
    private var hasConfigURL = false

    private enum Name: String, CaseIterable {
        case id
        case agentID = "agent_id"
        case agentName = "agent_name"
        case name
        case webhookURL = "webhook_url"
        case config = "agent_config"

        static let table = NameTable<Name>()
    }

    var webhook: AgentWebhook {
        AgentWebhook(
            id: (id ?? agentID).map(AgentID.init(rawValue:)), name: agentName ?? plainName,
            url: hasConfigURL ? configURL : url)
    }

    init(_ scanner: inout JSONScanner) throws(JSONFault) {
        try scanner.openObject()
        var isFirst = true
        while let name = try scanner.nextMember(isFirst: &isFirst) {
            switch Name.table.find(name, in: scanner) {
            case .id: id = try scanner.readID().value
            case .agentID: agentID = try scanner.readID().value
            case .agentName: agentName = try scanner.readText().value
            case .name: plainName = try scanner.readText().value
            case .webhookURL: url = try Self.address(&scanner)
            case .config: try readConfig(&scanner)
            case nil: try scanner.skipValue()
            }
        }
    }

    private mutating func readConfig(_ scanner: inout JSONScanner) throws(JSONFault) {
        guard try scanner.peek() == .object else { return try scanner.skipValue() }
        try scanner.openObject()
        var isFirst = true
        while let name = try scanner.nextMember(isFirst: &isFirst) {
            switch Name.table.find(name, in: scanner) {
            case .webhookURL:
                hasConfigURL = true
                configURL = try Self.address(&scanner)
            case .agentName: agentName = try scanner.readText().value ?? agentName
            default: try scanner.skipValue()
            }
        }
    }

    private static func address(_ scanner: inout JSONScanner) throws(JSONFault) -> String? {
        try scanner.readText().value.flatMap { $0.utf8.count <= AgentWebhook.longestURL ? $0 : nil }
    }
}
