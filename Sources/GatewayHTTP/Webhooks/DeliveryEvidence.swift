import CallDomain
import GatewayService
import HTTPTypes
import WebhookTrust

/// What of a delivery shows who sent it: read from its request, kept with a refusal, and judged, now or again later.
enum DeliveryEvidence {
    /// The header fields that are looked at, and no others.
    static let names = [
        "bolna-signature", "webhook-id", "webhook-timestamp", "webhook-signature", "authorization",
    ].compactMap { name in HTTPField.Name(name).map { (name: name, field: $0) } }

    /// The header fields of a request that are looked at, in the order of their names above.
    static func fields(of head: HTTPRequest) -> [Refusal.Credentials.Field] {
        var fields: [Refusal.Credentials.Field] = []
        for (name, field) in names where head.headerFields.contains(field) {
            fields += head.headerFields[values: field].map { .init(name: name, value: $0) }
        }
        return fields
    }

    /// Reads it from a request; a token in the address stands for itself, `-` for any agent.
    static func read(_ request: DirectRequest) -> Refusal.Credentials {
        Refusal.Credentials(
            agent: request.parameters["agent"].flatMap { $0 == "-" ? nil : AgentID(rawValue: $0) },
            urlToken: request.parameters["token"], fields: request.evidence)
    }
}

extension DeliveryCredentials {
    /// What is judged: the evidence, the account of the address, and the address of the peer.
    init(_ evidence: Refusal.Credentials, account: AccountID, peer: String) {
        self.init(
            signatureHeaders: evidence.values(of: "bolna-signature"),
            standardHeaders: StandardWebhookHeaders(
                ids: evidence.values(of: "webhook-id"), timestamps: evidence.values(of: "webhook-timestamp"),
                signatures: evidence.values(of: "webhook-signature")),
            authorizationHeader: evidence.values(of: "authorization").first, urlToken: evidence.urlToken,
            account: account, agent: evidence.agent, peerAddress: peer)
    }
}
