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

    /// Reads the answer to a full read of a call.
    init(read body: [UInt8], digest: ContentDigest, asked execution: ExecutionID) {
        switch ReadAnswer(.response(status: 200, retryAfter: nil, body: body), asked: execution) {
        case .statement(let statement, _): parts = [Part(statement: statement, body: body, digest: digest)]
        case .unusable(let reason, let detail, _): fault = UnusableBody(reason, detail)
        case .notFound, .refused, .failed: fault = UnusableBody(.unknownShape, "it is no answer to a read")
        }
    }

    /// Nothing but a fault.
    private init(fault: UnusableBody) { self.fault = fault }

    /// Reads an entry of the quarantine again. Where a person accepts its agent, a webhook may name any.
    init(_ delivery: QuarantinedDelivery, acceptsAgent: Bool, hash: ([UInt8]) -> ContentDigest) {
        let (body, digest) = (delivery.body, delivery.digest)
        switch delivery.source {
        case .webhook:
            self.init(webhook: body, digest: digest, of: acceptsAgent ? nil : delivery.agent, hash: hash)
        case .poll, .check, .sweep:
            // Entries of the first versions do not tell what was asked for.
            let mentioned = delivery.reason == .otherCall ? nil : BolnaDecoder.mentionedExecution(in: body)
            if let asked = delivery.execution ?? mentioned {
                self.init(read: body, digest: digest, asked: asked)
            } else {
                self.init(fault: UnusableBody(delivery.reason, "which call was asked for is not known"))
            }
        case .dial: self.init(dial: body, digest: digest)
        case .import, .ruling:
            self.init(fault: UnusableBody(delivery.reason, "an import or a ruling is made again, not replayed"))
        }
    }

    /// Reads the answer to placing a call.
    private init(dial body: [UInt8], digest: ContentDigest) {
        do {
            parts = [Part(statement: try BolnaDecoder.decodeDialAnswer(body), body: body, digest: digest)]
        } catch {
            fault = error
        }
    }
}
