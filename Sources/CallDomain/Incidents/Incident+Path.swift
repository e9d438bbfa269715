extension Incident {
    /// What a change of a path's state is to operators: the beginning or the end of a bad time, its first webhook,
    /// or that the first one does not come.
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
        case .unproven:
            kind = .pathUnproven
            cause = symptoms.cause
            detail =
                "Reads told of changes, and no webhook ever arrived. " + (cause?.advice ?? "The cause is not known.")
        case .healthy:
            to = transition.at
            detail = "\(transition.arrived) of the last \(transition.changes) webhooks came in time again."
        }
    }
}
