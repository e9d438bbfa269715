import BolnaWire
import CallDomain

/// What a body says, part by part, and what of it cannot be used: the same for what arrives and for what is replayed.
struct DeliveryReading {
    /// One statement, and the bytes that make it.
    struct Part {
        var statement: Statement
        var body: [UInt8]
        var digest: ContentDigest
    }

    /// The statements.
    private(set) var parts: [Part] = []
    /// How far its objects depart from what is known of Bolna's format.
    private(set) var drifts: [Drift] = []
    /// Why the body, or a part of it, cannot be used; nil where all of it can.
    private(set) var fault: UnusableBody?

    /// Reads a webhook. Where it came by the address or token of an agent, it must name no other one.
    init(webhook body: [UInt8], digest: ContentDigest, of agent: AgentID?, hash: ([UInt8]) -> ContentDigest) {
        let statements: [DecodedStatement]
        switch BolnaDecoder.decodeDelivery(body) {
        case .observations(let all): statements = all
        case .partly(let usable, let reason, let detail):
            statements = usable
            fault = UnusableBody(reason, detail)
        case .workflow:
            fault = UnusableBody(.workflow, "a workflow webhook")
            return
        case .batch:
            fault = UnusableBody(.batch, "a batch webhook")
            return
        case .unusable(let reason, let detail):
            fault = UnusableBody(reason, detail)
            return
        }
        drifts = statements.map(\.drift)
        let isForeign = statements.contains { decoded in
            guard let agent, let stated = decoded.statement.agentID else { return false }
            return agent != stated
        }
        guard !isForeign else {
            fault = UnusableBody(.agentMismatch, "its agent is not the one of its address or token")
            return
        }
        let isWhole = statements.count == 1 && fault == nil
        parts = statements.map { decoded in
            guard !isWhole else { return Part(statement: decoded.statement, body: body, digest: digest) }
            let element = Array(body[decoded.range])
            return Part(statement: decoded.statement, body: element, digest: hash(element))
        }
    }
}
