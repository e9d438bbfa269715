/// One of the organization's agents.
struct ModelAgent: Sendable {
    let id: String
    let name: String
    let provider: String
    let phoneNumber: String
    let createdAt: Moment
    var updatedAt: Moment
    var webhookURL: String?
    /// The only statuses it sends webhooks for; nil: all.
    var statusFilter: Set<ExecutionStatus>?

    var json: JSONValue {
        [
            "id": .string(id), "agent_name": .string(name), "agent_type": "other", "agent_status": "processed",
            "created_at": .string(createdAt.text()), "updated_at": .string(updatedAt.text()),
            "webhook_url": .text(webhookURL), "tasks": [],
            "agent_config": ["agent_name": .string(name), "webhook_url": .text(webhookURL)],
        ]
    }
}
