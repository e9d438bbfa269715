import CallDomain

/// What cannot be verified changes no call, and what is refused leaves nothing.
enum TrustLaw {
    /// What is wrong with what a hint did.
    static func check(hint decision: Decision, of call: ExecutionID) -> [String] {
        let isInert = decision.statusAfter == nil && decision.changedFields.isEmpty
        return isInert ? [] : ["a hint about call \(call.rawValue) changed it"]
    }

    /// What is wrong with the winners of a stored call: none may be a hint.
    static func check(_ record: CallRecord, _ journal: CallJournal) -> [String] {
        guard let state = record.state else { return [] }
        let hints = Set(journal.rows.map(\.observation.key).filter { $0.standing == .hint })
        let winners =
            state.attempts.flatMap { [$0.statusWinner] + $0.fields.winners.all.map(\.winner) }
            + state.shared.winners.all.map(\.winner)
        guard winners.contains(where: { hints.contains($0.observation) }) else { return [] }
        return ["a hint won a field of call \(record.execution.rawValue)"]
    }

    /// What is wrong with what the store holds: nothing of what was refused.
    static func check(held: Set<ContentDigest>, refused: Set<ContentDigest>) -> [String] {
        held.isDisjoint(with: refused) ? [] : ["a webhook that was refused is in the store"]
    }

    /// What is wrong with the answer to a webhook whose sender nothing speaks for.
    static func check(answer status: Int) -> [String] {
        status == 401 ? [] : ["an unverified webhook was answered \(status)"]
    }
}
