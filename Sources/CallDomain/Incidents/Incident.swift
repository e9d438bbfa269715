/// Something that an operator must be able to find later: what the gateway could not see or do, and how its webhook
/// paths fared. Reports draw path health, coverage and their gaps from these.
package struct Incident: Hashable, Sendable {
    /// The account.
    package var account: AccountID
    /// The agent; nil where it concerns the whole account.
    package var agent: AgentID?
    /// The call; nil where it concerns no single one.
    package var call: CallID?
    /// What happened.
    package var kind: Kind
    /// The likely cause, in words of a closed set; nil where none is known.
    package var cause: Cause?
    /// When it began.
    package var from: Timestamp
    /// When it ended; equal to ``from`` for something without a duration, nil while it goes on.
    package var to: Timestamp?
    /// One sentence with figures for people, without personal data.
    package var detail: String

    /// Puts an incident together.
    package init(
        account: AccountID, agent: AgentID? = nil, call: CallID? = nil, kind: Kind, cause: Cause? = nil,
        from: Timestamp, to: Timestamp?, detail: String
    ) {
        self.account = account
        self.agent = agent
        self.call = call
        self.kind = kind
        self.cause = cause
        self.from = from
        self.to = to
        self.detail = detail
    }

    /// The kinds, by their stable words in the store, JSON and reports.
    package enum Kind: String, Hashable, CaseIterable, Sendable {
        /// The first webhook of a scope ever arrived.
        case pathProven = "path-proven"
        /// No webhook of a scope ever arrived, although reads told of changes; lasts until the first one arrives.
        case pathUnproven = "path-unproven"
        /// A scope's webhooks no longer come; lasts until they come again.
        case pathDegraded = "path-degraded"
        /// The gateway itself was out, by its heartbeat.
        case outage = "outage"
        /// A listing could not be read to its end, so that calls may have been missed.
        case truncatedListing = "truncated-listing"
        /// Bolna refused the account's token; lasts until it takes it again.
        case tokenRefused = "token-refused"
        /// What is stored of a call differs from what its journal says, or cannot be read.
        case differsFromJournal = "differs-from-journal"
        /// A delivery that was read again from Bolna as an audit differs from Bolna's answer.
        case auditDiffers = "audit-differs"
    }

    /// Why webhooks fare badly, as far as the gateway can tell.
    package enum Cause: String, Hashable, CaseIterable, Sendable {
        /// The gateway was out in that time.
        case ownOutage = "own-outage"
        /// Only this agent's webhooks do not come: its webhook URL or its subscription.
        case agentSilent = "agent-silent"
        /// Deliveries to this account were refused in that time: an address, a token or a secret is wrong.
        case refused = "refused"
        /// No agent's webhooks come: the address, the network, or Bolna itself.
        case everythingSilent = "everything-silent"
        /// Webhooks come, later than reads.
        case slow = "slow"
    }
}
