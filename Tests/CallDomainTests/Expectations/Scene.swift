import CallDomain

/// Calls, times and ledgers for tests of expectations.
enum Scene {
    static let start = Timestamp(seconds: 1_790_000_000)
    static let calculus = ExpectationCalculus()

    /// A change whose webhook is to be expected.
    static let change = ToldChange(position: Position(attempt: 0, step: 6), source: .poll)

    static func after(_ seconds: Int64) -> Timestamp { start.advanced(by: .seconds(seconds)) }

    static func key(_ number: UInt64, source: Source = .webhook, trust: Trust = .authenticated) -> ObservationKey {
        ObservationKey(
            source: source, trust: trust, standing: .applied, digest: ContentDigest(words: (number, 0, 0, 0)))
    }

    static func call(
        _ status: CallStatus, attempt: Int = 0, fields: [CallField: FieldValue] = [:], retryPolicy: RetryPolicy? = nil,
        hintAt: Timestamp? = nil, contradictions: [Contradiction] = [], asOf: Timestamp = start,
        trust: Trust = .authenticated
    ) -> CallState {
        let key = CanonicalKey(
            attempt: attempt, step: status.step ?? 5, generation: 0, updatedAt: .distantPast,
            observation: key(1, trust: trust))
        var shared = WonFields()
        var own = WonFields()
        for (field, value) in fields {
            if field.belongsToCall {
                shared.values[field] = value
                shared.winners[field] = key
            } else {
                own.values[field] = value
                own.winners[field] = key
            }
        }
        return CallState(
            executionID: ExecutionID(rawValue: "execution"), shared: shared,
            attempts: [
                Attempt(
                    number: attempt, status: status, statusWinner: key, statusAsOf: asOf, fields: own,
                    retryPolicy: retryPolicy)
            ],
            frontier: key,
            context: FoldContext(
                observations: 1, reads: 0, lastReadSentAt: nil, lastReadReceivedAt: nil, lastReceivedAt: asOf,
                lastUpdatedAt: nil, countedAttempt: attempt, hasOpenRetryableFinal: false, retriesVoicemail: false,
                mustRefold: false, openHintAt: hintAt),
            contradictions: contradictions)
    }

    static func contradiction(since: Timestamp, against number: UInt64 = 2, attempt: Int = 0) -> Contradiction {
        Contradiction(
            rule: .twoFinals, attempt: attempt, standing: key(1), against: key(number), standingStatus: .completed,
            againstStatus: .busy, since: since)
    }

    /// The fields of a call that talked and has everything.
    static let wholeFields: [CallField: FieldValue] = [
        .conversationDuration: .number(30), .recordingURL: .text("https://example.com/1"),
        .transcript: .text("assistant: hello"), .totalCost: .number(5.65), .extractedData: .json("{\"a\":1}"),
    ]

    /// A call that talked and has everything but some fields.
    static func completed(without missing: Set<CallField> = []) -> CallState {
        call(.completed, fields: wholeFields.filter { !missing.contains($0.key) })
    }

    /// A call that talked and has everything.
    static var whole: CallState { completed() }

    /// A call that talked and has no recording yet.
    static var talked: CallState { call(.completed, fields: [.conversationDuration: .number(30)]) }

    /// The ledger of a call whose state was told at the start.
    static func opened(
        _ state: CallState?, _ profile: ScopeProfile = ScopeProfile(path: .healthy),
        calculus: ExpectationCalculus = calculus
    ) -> ExpectationLedger {
        calculus.ledger(
            after: state, previous: ExpectationLedger(), profile: profile, event: .statement, now: start)
    }

    /// Reads the call at each tick at which a look is due, every time without news, until nothing is expected or `limit`
    /// looks were made: the seconds from the start of each look's tick, and the ledger at the end.
    static func looks(
        _ state: CallState, _ profile: ScopeProfile = ScopeProfile(path: .healthy), limit: Int,
        calculus: ExpectationCalculus = calculus
    ) -> (seconds: [Int64], ledger: ExpectationLedger) {
        var ledger = opened(state, profile, calculus: calculus)
        var seconds: [Int64] = []
        while let open = ledger.open, seconds.count < limit {
            let tick = (Int64(open.due.duration(since: start).seconds.rounded(.up)) + 29) / 30 * 30
            seconds.append(tick)
            // A read takes a moment: the next tick must be able to take the call all the same.
            let sentAt = after(tick).advanced(by: .milliseconds(700))
            ledger = calculus.ledger(
                after: state, previous: ledger, profile: profile, event: .read(sentAt: sentAt), now: sentAt)
        }
        return (seconds, ledger)
    }
}
