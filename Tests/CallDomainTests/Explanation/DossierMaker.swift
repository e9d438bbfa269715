import CallDomain

/// Keeps a journal as a store does, and hands out the dossier of the call.
struct DossierMaker {
    private(set) var call = StoredCall()
    private var rows: [JournalRow] = []
    private var reads: [JournalRead] = []
    private var contradictions: [JournalContradiction] = []
    private var unverified: CallStatus?

    /// A journal into which these have come, in this order.
    init(_ receipts: [Receipt], reconciler: Reconciler = Reconciler()) {
        call.reconciler = reconciler
        for receipt in receipts { take(receipt) }
    }

    /// Takes one more.
    mutating func take(_ receipt: Receipt) {
        let before = call.state
        let result = call.take(receipt)
        let decision = result?.decision ?? Decision(outcome: .duplicate, rule: .sameBytes)
        let received = receipt.observation.receivedAt
        if let index = rows.firstIndex(where: { $0.observation.key == receipt.observation.key }) {
            rows[index].count += 1
            rows[index].lastReceivedAt = max(rows[index].lastReceivedAt, received)
            rows[index].observation.receivedAt = min(rows[index].observation.receivedAt, received)
        } else {
            rows.append(
                JournalRow(
                    position: Int64(rows.count + 1), observation: receipt.observation, decision: decision, count: 1,
                    lastReceivedAt: received, body: nil))
        }
        if let read = receipt.read, !reads.contains(where: { $0.read == read }) {
            reads.append(JournalRead(read: read, outcome: decision.outcome, statusAfter: decision.statusAfter))
            reads.sort { $0.read.sentAt < $1.read.sentAt }
        }
        note(before: before?.contradictions ?? [], after: call.state?.contradictions ?? [], at: received)
    }

    private mutating func note(before: [Contradiction], after: [Contradiction], at time: Timestamp) {
        for index in contradictions.indices
        where contradictions[index].settledAt == nil && !after.contains(contradictions[index].contradiction) {
            contradictions[index].settledAt = time
        }
        for contradiction in after where !before.contains(contradiction) {
            contradictions.append(JournalContradiction(contradiction: contradiction, settledAt: nil))
        }
    }

    /// The dossier, with what a store would have stored.
    var dossier: CallDossier {
        let state = call.state
        let first = rows.map(\.observation.receivedAt).min() ?? Timestamp(second: 0)
        let since = state?.context.lastReadSentAt ?? .distantPast
        let hints = rows.map(\.observation).filter {
            $0.key.standing == .hint && $0.statement.status != nil && $0.receivedAt >= since
        }
        let newest = hints.max { ($0.receivedAt, $0.key.digest) < ($1.receivedAt, $1.key.digest) }
        let hasHint = state.map { $0.context.openHintAt != nil } ?? true
        let unverified = hasHint ? newest?.statement.status : nil
        return CallDossier(
            record: CallRecord(
                call: CallID(rawValue: "gateway-call"), account: .default, execution: Receipt.execution, state: state,
                ledger: ExpectationLedger(), createdAt: first, updatedAt: first, cursor: ChangeCursor(sequence: 1),
                unverifiedStatus: unverified),
            stored: StoredForm(
                edition: call.reconciler.edition, state: state.map(StoredForm.State.state) ?? .none,
                status: state?.status.word, agent: state?.shared.values.text(.agentID).map(AgentID.init(rawValue:)),
                createdAt: state?.shared.values.time(.createdAt) ?? first, firstHeardAt: first,
                hasRecording: state?[.recordingURL] != nil, observations: rows.count, unverified: unverified?.word),
            reconciler: call.reconciler, rows: rows, reads: reads, contradictions: contradictions)
    }

    /// The call, explained at a second.
    func explained(at second: Int = 10_000) -> CallExplanation {
        dossier.explained(now: Timestamp(second: second))
    }
}

extension CallExplanation {
    /// The verdict on a claim of a step.
    func verdict(_ claim: StatedField, of step: Int) -> ClaimVerdict.Result? {
        steps[step - 1].claims.first { $0.claim == claim }?.result
    }
}
