extension Reconciler {
    /// What the rulings among the evidence withdraw by name.
    ///
    /// A ruling that a later one names is void. A ruling speaks of what was known when it was made: a read it names
    /// counts again once it is repeated.
    func ruledOut(by rulings: [Observation], reads: ReadLog) -> Set<ObservationKey> {
        var named: Set<ObservationKey> = []
        var inForce: Set<ObservationKey> = []
        for ruling in rulings.sorted(by: { ($1.receivedAt, $1.key) < ($0.receivedAt, $0.key) })
        where !named.contains(ruling.key) {
            inForce.insert(ruling.key)
            for key in ruling.withdraws where !inForce.contains(key) {
                if let span = reads.span(of: key), span.lastSentAt > ruling.receivedAt { continue }
                named.insert(key)
            }
        }
        return named
    }

    /// What pairs of agreeing full reads withdraw, each with the pair that did it first.
    func withdrawals(from placed: [PlacedObservation], reads: ReadLog) -> [ObservationKey: AgreeingReads] {
        let pairs = agreeingPairs(among: placed, reads: reads)
        guard !pairs.isEmpty else { return [:] }
        let receipts = Receipts(placed, reads: reads)
        var withdrawals: [ObservationKey: AgreeingReads] = [:]
        for statement in placed {
            let received = statement.lastReceivedAt
            let end = received.advanced(by: policy.window)
            let pair = pairs.first { pair in
                pair.isContradicted(by: statement.status, at: statement.key.position)
                    && received < pair.first.sentAt && pair.second.sentAt <= end
                    && !receipts.speakAgainst(pair, at: statement.key.position)
            }
            withdrawals[statement.observation.key] = pair
        }
        return withdrawals
    }

    /// For each full read the first one that was sent at least the pause after it and says the same status of the same
    /// attempt. A later one adds nothing: it would have to hold against more statements in between.
    private func agreeingPairs(among placed: [PlacedObservation], reads: ReadLog) -> [AgreeingReads] {
        var claims: [ObservationKey: PlacedObservation] = [:]
        for statement in placed where statement.lastSentAt != nil { claims[statement.observation.key] = statement }
        var groups: [Claim: [ReadRecord]] = [:]
        for read in reads.records {
            guard let claim = claims[read.observation] else { continue }
            groups[Claim(status: claim.status, attempt: claim.key.attempt), default: []].append(read)
        }
        var pairs: [AgreeingReads] = []
        for (claim, group) in groups {
            var next = 0
            for (index, first) in group.enumerated() {
                let earliest = first.sentAt.advanced(by: policy.pause)
                next = max(next, index + 1)
                while next < group.count, group[next].sentAt < earliest { next += 1 }
                guard next < group.count, let position = claims[group[next].observation]?.key.position else { break }
                pairs.append(
                    AgreeingReads(first: first, second: group[next], status: claim.status, position: position))
            }
        }
        return pairs.sorted {
            ($0.second.sentAt, $0.first.sentAt, $0.second.observation)
                < ($1.second.sentAt, $1.first.sentAt, $1.second.observation)
        }
    }
}

/// What two full reads must have in common to agree.
private struct Claim: Hashable {
    let status: CallStatus
    let attempt: Int
}

/// Two full reads that agree, far enough apart.
struct AgreeingReads {
    let first: ReadRecord
    let second: ReadRecord
    let status: CallStatus
    /// Where the second of them stands.
    let position: Position

    /// Whether a statement claims a higher position, or another final at the same one.
    func isContradicted(by status: CallStatus, at position: Position) -> Bool {
        position > self.position || position == self.position && status.isFinal && status != self.status
    }
}

/// When each position was claimed, and by which status.
private struct Receipts {
    private var byPosition: [Position: [(at: Timestamp, status: CallStatus)]] = [:]

    init(_ placed: [PlacedObservation], reads: ReadLog) {
        var claims: [ObservationKey: (status: CallStatus, position: Position)] = [:]
        for statement in placed {
            if statement.lastSentAt == nil {
                let receipt = (at: statement.observation.receivedAt, status: statement.status)
                byPosition[statement.key.position, default: []].append(receipt)
            } else {
                claims[statement.observation.key] = (statement.status, statement.key.position)
            }
        }
        for read in reads.records {
            guard let claim = claims[read.observation] else { continue }
            byPosition[claim.position, default: []].append((read.receivedAt, claim.status))
        }
    }

    /// Whether the position was claimed against a pair of reads between the sending of the first and the answer to the
    /// second.
    func speakAgainst(_ pair: AgreeingReads, at position: Position) -> Bool {
        byPosition[position, default: []].contains { receipt in
            pair.first.sentAt <= receipt.at && receipt.at <= pair.second.receivedAt
                && pair.isContradicted(by: receipt.status, at: position)
        }
    }
}
