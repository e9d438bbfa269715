import CallDomain

/// Law 4: the call and every field's winner can be recomputed from the journal alone, and what is expected next belongs
/// to the call as it is.
enum ExplanationLaw {
    /// What is wrong; empty where the law holds.
    static func check(_ record: CallRecord, _ journal: CallJournal, reconciler: Reconciler) -> [String] {
        let name = record.execution.rawValue
        let folded = reconciler.fold(journal.evidence)
        var complaints: [String] = []
        if folded != record.state {
            complaints.append(
                "call \(name) is stored as \(record.state?.status.word ?? "unknown"), but its journal of "
                    + "\(journal.rows.count) observations folds to \(folded?.status.word ?? "unknown"), or to other "
                    + "fields")
        }
        let ledger = record.ledger
        if let state = record.state {
            let position = Position(attempt: state.current.number, step: state.current.statusWinner.step)
            if ledger.status != state.status || ledger.position != position {
                complaints.append(
                    "what is expected of call \(name) was computed for \(ledger.status?.word ?? "nothing"), not for "
                        + state.status.word)
            }
        }
        for (field, winner) in record.state?.shared.winners.all ?? []
        where !journal.rows.contains(where: { $0.observation.key == winner.observation }) {
            complaints.append("the winner of \(field.name) of call \(name) is not in its journal")
        }
        return complaints
    }
}
