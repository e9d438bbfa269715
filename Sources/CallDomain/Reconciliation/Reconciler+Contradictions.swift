extension Reconciler {
    /// The contradictions that stand between the statements that remain, given in canonical order.
    ///
    /// Only those about the attempt that is under way: an earlier one is over, and no read can tell about it any more.
    func contradictions(among remaining: [PlacedObservation], reads: ReadLog) -> [Contradiction] {
        guard let held = remaining.last else { return [] }
        var found = twoFinals(held, among: remaining)
        if let behind = readBehind(held, among: remaining, reads: reads) { found.append(behind) }
        return found.sorted()
    }

    /// Finals of one attempt that differ from the one that stands, each status once.
    ///
    /// Such a disagreement is settled by a full read that was sent after both were known and agrees with what stands.
    private func twoFinals(_ standing: PlacedObservation, among remaining: [PlacedObservation]) -> [Contradiction] {
        guard standing.status.isFinal else { return [] }
        let finals = remaining.filter { $0.key.attempt == standing.key.attempt && $0.status.isFinal }
        guard finals.contains(where: { $0.status != standing.status }) else { return [] }
        let agreeing = finals.filter { $0.status == standing.status }
        let standingSince = agreeing.lazy.map(\.observation.receivedAt).min() ?? .distantPast
        let confirmedAt = agreeing.lazy.compactMap(\.lastSentAt).max() ?? .distantPast
        var others: [CallStatus: (last: PlacedObservation, since: Timestamp, until: Timestamp)] = [:]
        for other in finals where other.status != standing.status {
            let since = min(other.observation.receivedAt, others[other.status]?.since ?? .distantFuture)
            let until = max(other.lastReceivedAt, others[other.status]?.until ?? .distantPast)
            others[other.status] = (other, since, until)
        }
        return others.values.compactMap { other in
            guard confirmedAt <= max(standingSince, other.until) else { return nil }
            return Contradiction(
                rule: .twoFinals, attempt: standing.key.attempt, standing: standing.observation.key,
                against: other.last.observation.key, standingStatus: standing.status,
                againstStatus: other.last.status, since: max(standingSince, other.since))
        }
    }

    /// The newest full read, where it is behind a position that had been claimed before it was sent.
    private func readBehind(
        _ held: PlacedObservation, among remaining: [PlacedObservation], reads: ReadLog
    ) -> Contradiction? {
        let heldSince = remaining.lazy.filter { $0.key.position == held.key.position }
            .map(\.observation.receivedAt).min()
        var claims: [ObservationKey: PlacedObservation] = [:]
        for statement in remaining where statement.lastSentAt != nil { claims[statement.observation.key] = statement }
        var newest: PlacedObservation?
        var since = Timestamp.distantPast
        for read in reads.records.reversed() {
            guard let claim = claims[read.observation] else { continue }
            guard let heldSince, claim.key.position < held.key.position, read.sentAt > heldSince,
                newest.map({ $0.status == claim.status }) ?? true
            else { break }
            newest = newest ?? claim
            since = read.receivedAt
        }
        guard let newest else { return nil }
        return Contradiction(
            rule: .readBehind, attempt: held.key.attempt, standing: held.observation.key,
            against: newest.observation.key, standingStatus: held.status, againstStatus: newest.status, since: since)
    }
}
