import CallDomain

/// The arrivals whose sets are checked in every order: each kind of statement that could make order matter, dated and
/// received so that they get into each other's way.
package enum EvidenceTable {
    /// The arrivals. The first nine are the ones that the tests go through.
    package static let arrivals: [EvidenceArrival] = [
        completed,
        EvidenceArrival("busy", .of(.busy, updated: 30, [.hangupReason: .text("busy")]), bytes: 1, at: 31),
        EvidenceArrival(
            "scheduled without retry_count", .of(.scheduled, updated: 90, [.scheduledAt: .time(at(3_600))]), bytes: 2,
            at: 91),
        reading,
        // The same answer again, a pause later: the two withdraw what both contradict.
        EvidenceArrival("second read in-progress", reading.observation.statement, bytes: 3, from: .poll, sent: 370),
        EvidenceArrival("ruling without updated_at", .of(.stopped), withdrawing: [completed], at: 420),
        EvidenceArrival(
            "hint completed", .of(.completed, updated: 230, [.totalCost: .number(9)]), bytes: 6, trust: .addressed,
            standing: .hint, at: 231),
        EvidenceArrival(
            "unknown status", .of(.unknown("on-hold"), updated: 160, [.summary: .text("held")]), bytes: 7, at: 161),
        EvidenceArrival(
            "pre-call look-alike without updated_at",
            .of(.inProgress, preCall: true, [.totalCost: .number(3), .transcript: .text("user: wait")]), bytes: 8,
            trust: .authenticated, at: 140),
        failed,
        EvidenceArrival(
            "completed with late recording", .of(.completed, updated: 600, [.recordingURL: .text("recording")]),
            bytes: 10, at: 601),
        EvidenceArrival(
            "call-disconnected with zero durations",
            .of(
                .callDisconnected, updated: 190,
                [.conversationDuration: .number(0), .telephonyDuration: .number(0), .totalCost: .number(0)]),
            bytes: 11, at: 380),
        EvidenceArrival(
            "dial answer queued",
            .of(
                .queued, policy: RetryPolicy(isEnabled: true, mostRetries: 3, retriesVoicemail: true),
                [.agentID: .text("agent")]),
            bytes: 12, from: .dial, trust: .authoritative, at: 1),
        // Bytes that are known, received before the receipt that the table has of them.
        EvidenceArrival("earlier receipt of failed", failed.observation.statement, bytes: 9, at: 202),
    ]

    /// The number of arrivals that the tests go through.
    package static let testedCount = 9

    /// A life that its webhooks tell, a retry and a late recording included: what is folded in place where it comes in
    /// order.
    package static let life: [EvidenceArrival] = {
        let told: [(status: CallStatus, second: Int64)] = [
            (.queued, 1), (.ringing, 10), (.busy, 30), (.scheduled, 90), (.inProgress, 120), (.callDisconnected, 150),
            (.completed, 200),
        ]
        let life = told.enumerated().map { index, change in
            EvidenceArrival(
                change.status.word,
                .of(change.status, updated: change.second, [.conversationDuration: .number(Double(index / 6 * 42))]),
                bytes: 20 + UInt64(index), at: change.second + 1)
        }
        let recording = Statement.of(.completed, updated: 600, [.recordingURL: .text("recording")])
        return life + [EvidenceArrival("completed with recording", recording, bytes: 30, at: 601)]
    }()

    /// A final status, and reads that contradict it at the very edges of the reopening pause and window, which decide
    /// whether two of them withdraw it.
    package static let reads: [EvidenceArrival] = {
        let received: Int64 = 205
        let (pause, window): (Int64, Int64) = (60, 86_400)
        let sent = [300, 300 + pause - 1, 300 + pause, received + window, received + window + 1]
        let again = sent.map { second in
            EvidenceArrival(
                "read in-progress after \(second) s", reading.observation.statement, bytes: 3, from: .poll, sent: second
            )
        }
        return [completed, EvidenceArrival("failed meanwhile", .of(.failed, updated: 202), bytes: 31, at: 320)] + again
    }()

    private static let completed = EvidenceArrival(
        "completed",
        .of(
            .completed, updated: 200,
            [.conversationDuration: .number(42), .totalCost: .number(0), .transcript: .text("user: hello")]),
        bytes: 0, at: 205)

    private static let failed = EvidenceArrival(
        "failed of retry 1", .of(.failed, updated: 201, retry: 1, [.errorMessage: .text("no line")]), bytes: 9,
        at: 350)

    private static let reading = EvidenceArrival(
        "read in-progress", .of(.inProgress, updated: 150, [.totalCost: .number(0), .agentID: .text("agent")]),
        bytes: 3, from: .poll, sent: 300)

    private static func at(_ second: Int64) -> Timestamp { Timestamp(seconds: second) }
}

extension EvidenceArrival {
    /// A full read, answered after a second.
    fileprivate init(_ name: String, _ statement: Statement, bytes: UInt64, from source: Source, sent: Int64) {
        self.init(name, statement, bytes: bytes, from: source, trust: .authoritative, sent: sent, at: sent + 1)
    }

    /// A person's ruling.
    fileprivate init(_ name: String, _ statement: Statement, withdrawing: [EvidenceArrival], at second: Int64) {
        self.init(
            name, statement, bytes: 5, from: .ruling, trust: .authoritative, at: second,
            withdraws: withdrawing.map(\.observation.key))
    }
}
