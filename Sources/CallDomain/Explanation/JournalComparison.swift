/// What is stored of a call, compared with what its journal makes of it (law 4: it is explained).
package struct JournalComparison: Hashable, Sendable {
    /// The version of the rules that made what is stored.
    package var madeByVersion: Int
    /// Whether rules or bounds other than these made it: then it is folded anew before anybody sees it, and there is
    /// nothing to compare.
    package var isFoldedAnew: Bool
    /// What differs, by name, never by value; empty where the stored call equals its journal.
    package var differences: [String]

    /// Whether the stored call is the one its journal makes.
    package var isEqual: Bool { differences.isEmpty }

    /// The most names that a sentence lists.
    private static let mostNamed = 12

    /// The names for a sentence, at most a dozen of them.
    package var named: String {
        let shown = differences.prefix(Self.mostNamed).joined(separator: ", ")
        let others = differences.count - Self.mostNamed
        return others > 0 ? "\(shown) and \(others) more" : shown
    }
}

extension CallDossier {
    /// Folds the journal and compares the outcome with what is stored.
    package func compared() -> JournalComparison { compared(with: reconciler.fold(evidence)) }

    /// Compares what is stored with what the journal makes.
    func compared(with folded: CallState?) -> JournalComparison {
        var comparison = JournalComparison(
            madeByVersion: Reconciler.version(of: stored.edition), isFoldedAnew: stored.edition != reconciler.edition,
            differences: [])
        guard !comparison.isFoldedAnew else { return comparison }
        switch (stored.state, folded) {
        case (.none, nil): break
        case (.state(let state), let folded?): comparison.differences = state.differences(from: folded)
        case (.unreadable, _): comparison.differences = ["state (cannot be read)"]
        case (.none, _?): comparison.differences = ["state (missing)"]
        case (.state, nil): comparison.differences = ["state (the journal makes none)"]
        }
        comparison.differences += columnDifferences(from: folded)
        return comparison
    }

    /// The columns that lists and reports go by, as far as they follow from the journal.
    private func columnDifferences(from folded: CallState?) -> [String] {
        let firstHeardAt = rows.lazy.map(\.observation.receivedAt).min()
        var differences: [String] = []
        func compare<Value: Equatable>(_ name: String, _ stored: Value, _ expected: Value) {
            if stored != expected { differences.append("list \(name)") }
        }
        compare("status", stored.status, folded?.status.word)
        compare("agentId", stored.agent?.rawValue, folded?.shared.values.text(.agentID))
        compare("recording", stored.hasRecording, folded?[.recordingURL] != nil)
        compare("observations", stored.observations, rows.count)
        compare("firstHeardAt", stored.firstHeardAt, firstHeardAt ?? stored.firstHeardAt)
        compare("createdAt", stored.createdAt, folded?.shared.values.time(.createdAt) ?? stored.firstHeardAt)
        compare("unverified", stored.unverified, unverifiedStatus(folded: folded)?.word)
        return differences
    }

    /// The status of the newest hint that states one and that no read has cleared.
    private func unverifiedStatus(folded: CallState?) -> CallStatus? {
        if let folded, folded.context.openHintAt == nil { return nil }
        let since = folded?.context.lastReadSentAt ?? .distantPast
        let hints = rows.lazy.map(\.observation).filter { observation in
            observation.key.standing == .hint && observation.statement.status != nil && observation.receivedAt >= since
        }
        return hints.max { ($0.receivedAt, $0.key.digest) < ($1.receivedAt, $1.key.digest) }?.statement.status
    }
}

extension CallState {
    /// The names of what differs, in a fixed order.
    fileprivate func differences(from other: CallState) -> [String] {
        var differences: [String] = []
        if executionID != other.executionID { differences.append("executionId") }
        differences += shared.differences(from: other.shared)
        if attempts.map(\.number) != other.attempts.map(\.number) { differences.append("attempts") }
        for attempt in attempts {
            guard let expected = other.attempts.first(where: { $0.number == attempt.number }) else { continue }
            differences += attempt.differences(from: expected).map { "attempt \(attempt.number) \($0)" }
        }
        if contradictions != other.contradictions { differences.append("contradictions") }
        if withdrawn != other.withdrawn { differences.append("withdrawn") }
        if frontier != other.frontier { differences.append("frontier") }
        if context != other.context { differences.append("fold context") }
        return differences
    }
}

extension Attempt {
    fileprivate func differences(from other: Attempt) -> [String] {
        var differences: [String] = []
        if status != other.status { differences.append("status") }
        if statusWinner != other.statusWinner { differences.append("status winner") }
        if statusAsOf != other.statusAsOf { differences.append("status time") }
        if retryPolicy != other.retryPolicy { differences.append("retry policy") }
        return differences + fields.differences(from: other.fields)
    }
}

extension WonFields {
    fileprivate func differences(from other: WonFields) -> [String] {
        guard self != other else { return [] }
        return CallField.allCases.flatMap { field in
            var differences: [String] = []
            if values[field] != other.values[field] { differences.append(field.name) }
            if winners[field] != other.winners[field] { differences.append("\(field.name) winner") }
            return differences
        }
    }
}
