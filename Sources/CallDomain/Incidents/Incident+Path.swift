extension Incident {
    /// What a change of a path's state is to operators: the beginning or the end of a bad time, or its first webhook.
    package init(
        _ transition: PathTransition, account: AccountID, agent: AgentID?, symptoms: PathSymptoms
    ) {
        self.init(
            account: account, agent: agent, kind: .pathDegraded, from: transition.at, to: nil, detail: "")
        switch transition.to {
        case .degraded:
            cause = symptoms.cause
            detail =
                "\(transition.arrived) of \(transition.changes) webhooks came in time. "
                + (cause?.advice ?? "The cause is not known.")
        case .healthy where transition.from == .unproven:
            kind = .pathProven
            to = transition.at
            detail = "The first webhook arrived."
        case .healthy, .unproven:
            to = transition.at
            detail = "\(transition.arrived) of the last \(transition.changes) webhooks came in time again."
        }
    }
}
