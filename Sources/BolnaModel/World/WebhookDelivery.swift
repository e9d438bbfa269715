/// A webhook to be sent now.
package struct WebhookDelivery: Hashable, Sendable {
    /// Counts deliveries, from 1; a duplicate has a number of its own, a retry keeps its number.
    package var number: Int
    /// Bolna's id of the call.
    package var call: String
    /// Counts calls; deliveries of one call are sent one after another.
    package var callNumber: Int
    /// The id of the call's agent.
    package var agentID: String
    /// The status it tells.
    package var status: ExecutionStatus
    /// The attempt of auto-retry it tells of, from 0.
    package var attempt: Int
    /// Where to.
    package var url: String
    /// The JSON body.
    package var body: [UInt8]
    /// What was done to it.
    package var fault: DeliveryFault?
    /// How often it was sent before, for want of a 2xx.
    package var retries = 0
}

/// What was done to a webhook that is sent.
package enum DeliveryFault: String, Sendable {
    /// It comes late; others of its call overtake it.
    case delayed
    /// It is the second of two.
    case duplicate
    /// It comes after the next one of its call.
    case reordered
}

/// Why a webhook was not sent.
package enum WithheldReason: String, Sendable {
    /// It got lost on purpose.
    case lost
    /// The agent does not send this status.
    case filtered
    /// An inbound call of which Bolna told nothing at first.
    case unannounced
    /// The agent has no webhook URL.
    case withoutAddress = "no-address"
}

/// A webhook that was not sent.
package struct WithheldWebhook: Hashable, Sendable {
    /// The change it would have told.
    package var change: StatusChange
    /// Why.
    package var reason: WithheldReason
}

/// Something that happened in the world.
package enum WorldEvent: Hashable, Sendable {
    /// A call took a status.
    case changed(StatusChange)
    /// A webhook is to be sent now.
    case deliver(WebhookDelivery)
    /// A webhook was not sent, and never will be.
    case withheld(WithheldWebhook)
}
