extension Telling {
    /// Every contradiction there ever was, each disagreement once, with how it ended.
    var contradictionStories: [ContradictionStory] {
        let standing = state?.contradictions ?? []
        var told: [JournalContradiction] = standing.map { JournalContradiction(contradiction: $0, settledAt: nil) }
        for entry in dossier.contradictions.sorted(by: { $0.contradiction < $1.contradiction }) {
            guard let known = told.firstIndex(where: { $0.contradiction.isSame(as: entry.contradiction) }) else {
                told.append(entry)
                continue
            }
            guard known >= standing.count, let settledAt = entry.settledAt else { continue }
            // The same disagreement between other statements: it lasted until the last of them was settled.
            let first = told[known].contradiction.since
            told[known] = JournalContradiction(
                contradiction: entry.contradiction, settledAt: max(settledAt, told[known].settledAt ?? settledAt))
            told[known].contradiction.since = min(first, entry.contradiction.since)
        }
        return told.map { entry in
            let contradiction = entry.contradiction
            let ending = standing.contains(contradiction) ? .stands : ending(of: contradiction)
            return ContradictionStory(
                contradiction: contradiction, standingStep: numbers[contradiction.standing],
                againstStep: numbers[contradiction.against], settledAt: entry.settledAt, ending: ending)
        }.sorted { $0.contradiction < $1.contradiction }
    }

    /// How a contradiction that stands no longer ended.
    private func ending(of contradiction: Contradiction) -> ContradictionStory.Ending {
        if let withdrawal = withdrawal(of: contradiction.standing) { return .standingWithdrawn(withdrawal) }
        if let withdrawal = withdrawal(of: contradiction.against) { return .againstWithdrawn(withdrawal) }
        if let state, state.current.number > contradiction.attempt { return .laterAttempt }
        let confirmation = sifted.remaining.lazy.filter { statement in
            statement.key.attempt == contradiction.attempt && statement.status == contradiction.standingStatus
        }.compactMap(\.lastSentAt).max()
        if let confirmation, confirmation > contradiction.since { return .confirmed(sentAt: confirmation) }
        return .overtaken
    }
}
