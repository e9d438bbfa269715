import BolnaWire
import CallDomain

extension FuzzTarget {
    /// Bodies of webhooks and of Bolna's answers.
    static let bodies: [FuzzTarget] = [
        FuzzTarget("delivery", readsBodies: true) { input in
            switch BolnaDecoder.decodeDelivery(input) {
            case .observations(let decoded): try check(decoded, of: input)
            case .partly(let decoded, _, let detail):
                try check(decoded, of: input)
                try hold(!detail.isEmpty, "a reason is given")
            case .unusable(_, let detail):
                try hold(!detail.isEmpty, "a reason is given")
                _ = BolnaDecoder.mentionedExecution(in: input)
            case .batch, .workflow: break
            }
        },
        FuzzTarget("execution", readsBodies: true) { input in
            guard let decoded = try? BolnaDecoder.decodeExecution(input) else { return }
            try check([decoded], of: input)
            _ = try? BolnaDecoder.decodeDialAnswer(input)
        },
        FuzzTarget(
            "list-page", seeds: [#"{"data":[{"id":"a","status":"completed"}],"has_more":false,"total":1}"#],
            readsBodies: true
        ) { input in
            guard let page = try? BolnaDecoder.decodeListPage(input, requestedSize: 50) else { return }
            try hold(page.rows.count <= input.count, "no row comes from nowhere")
            try hold(page.rows.allSatisfy { !$0.id.rawValue.isEmpty }, "every row names a call")
        },
        FuzzTarget("agents", seeds: [#"{"agents":[{"id":"a","agent_name":"b"}]}"#, #"[{"agent_id":"a"}]"#]) { input in
            guard let agents = try? BolnaDecoder.decodeAgents(input) else { return }
            try hold(agents.count <= BolnaDecoder.mostAgents, "agents are bounded")
        },
        FuzzTarget(
            "agent", seeds: [#"{"id":"a","agent_config":{"webhook_url":"https://b.example/c","agent_name":null}}"#]
        ) { input in
            guard let agent = try? BolnaDecoder.decodeAgentWebhook(input) else { return }
            try hold((agent.url?.utf8.count ?? 0) <= AgentWebhook.longestURL, "an address is bounded")
            let body = WebhookPatchBody.encode(url: agent.url)
            let written = try? BolnaDecoder.decodeAgentWebhook(body)
            try hold(written?.url == agent.url, "what is written can be read")
        },
        FuzzTarget("user", seeds: [#"{"id":"a","concurrency":{"max":10}}"#]) { input in
            guard let id = try? BolnaDecoder.decodeUser(input) else { return }
            try hold(!id.isEmpty, "an organization has an id")
        },
        FuzzTarget(
            "error-body",
            seeds: [#"{"error":400,"message":"Number +919876543210 is bad"}"#, #"{"detail":[{"msg":"a@b.example"}]}"#],
            readsBodies: true
        ) { input in
            let line = BolnaDecoder.decodeErrorBody(input)
            try hold(!line.isEmpty && line.utf8.count <= BolnaDecoder.longestErrorText, "one short line")
            try hold(!line.contains("@"), "no address")
            try hold(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, "one line")
        },
        FuzzTarget("recipient-data", seeds: [#"{"leadId":"7","callerName":"Asha","gateway_dial":"k"}"#]) { input in
            _ = RecipientData(json: text(input))
        },
        FuzzTarget("dial-body", seeds: [#"{"leadId":"7","a":{"b":[1,2.5e3,"\u00e9"]}}"#]) { input in
            let body = try? DialBody.encode(
                agent: AgentID(rawValue: "a"), recipient: "+14155550100", from: nil, scheduledAt: nil, userData: input,
                recipientData: RecipientData(correlationKey: "key"))
            guard let body else { return }
            do throws(UnusableBody) {
                _ = try BolnaDecoder.decodeExecution(body)
            } catch {
                try hold(error.reason != .notJSON, "what is sent is JSON")
            }
        },
    ]

    private static func check(_ decoded: [DecodedStatement], of input: [UInt8]) throws {
        try hold(!decoded.isEmpty, "there is something to store")
        for one in decoded {
            try hold(input.indices.contains(one.range.lowerBound), "a statement begins inside its body")
            try hold(one.range.upperBound <= input.count, "a statement ends inside its body")
            try hold(!one.statement.executionID.rawValue.isEmpty, "a statement names a call")
        }
    }
}
