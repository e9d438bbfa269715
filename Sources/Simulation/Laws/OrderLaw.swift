import CallDomain

/// Law 1: the same set of observations, with their recorded times, gives the same call in any order and with any
/// repetition, whether it is folded at once or one observation at a time.
enum OrderLaw {
    /// What is wrong; empty where the law holds.
    static func check(
        _ journal: CallJournal, stored: CallState?, reconciler: Reconciler, dice: inout Dice
    ) -> [String] {
        let evidence = journal.evidence
        var shuffled = Evidence(
            observations: dice.shuffled(evidence.observations), reads: dice.shuffled(evidence.reads))
        if let repeated = evidence.observations.first { shuffled.observations.append(repeated) }
        if let repeated = evidence.reads.first { shuffled.reads.append(repeated) }
        var complaints: [String] = []
        if reconciler.fold(shuffled) != stored {
            complaints.append("another order of \(evidence.observations.count) observations gives another call")
        }
        if incremental(shuffled, reconciler: reconciler) != stored {
            complaints.append("one after the other, \(evidence.observations.count) observations give another call")
        }
        return complaints
    }

    /// The call as the store would have come to it, had the evidence arrived in this order.
    private static func incremental(_ evidence: Evidence, reconciler: Reconciler) -> CallState? {
        var state: CallState?
        var soFar = Evidence()
        for observation in evidence.observations {
            let isNew = !soFar.observations.contains { $0.key == observation.key }
            if isNew { soFar.observations.append(observation) }
            let reads = evidence.reads.filter { $0.observation == observation.key }
            if isNew, reads.isEmpty {
                let reconciliation = reconciler.reconcile(
                    previous: state, observation: observation, read: nil, evidence: { soFar })
                state = reconciliation.state
            }
            for read in reads where !soFar.reads.contains(read) {
                soFar.reads.append(read)
                let reconciliation = reconciler.reconcile(
                    previous: state, observation: observation, read: read, evidence: { soFar })
                state = reconciliation.state
            }
        }
        return state
    }
}
