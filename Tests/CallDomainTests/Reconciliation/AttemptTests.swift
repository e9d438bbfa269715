import CallDomain
import Testing

@Suite struct AttemptTests {
    /// Statements in the order of their dates (10 s apart), each with its `retry_count` and the attempt it belongs to.
    struct Life: CustomTestStringConvertible {
        var testDescription: String
        var statements: [(status: CallStatus, retry: Int?, attempt: Int)]
        var retriesVoicemail = false
    }

    static let lives: [Life] = [
        Life(
            testDescription: "a waiting statement after a retryable final begins the next attempt",
            statements: [
                (.queued, nil, 0), (.ringing, nil, 0), (.busy, nil, 0), (.scheduled, nil, 1), (.ringing, nil, 1),
                (.noAnswer, nil, 1), (.queued, nil, 2), (.inProgress, nil, 2), (.completed, nil, 2),
            ]),
        Life(
            testDescription: "a dialling statement does so, too",
            statements: [(.failed, nil, 0), (.initiated, nil, 1), (.error, nil, 1), (.ringing, nil, 2)]),
        Life(
            testDescription: "finals that nothing separates end one attempt together",
            statements: [(.busy, nil, 0), (.noAnswer, nil, 0), (.failed, nil, 0), (.scheduled, nil, 1)]),
        Life(
            testDescription: "completed, canceled, stopped and balance-low are not retried",
            statements: [
                (.completed, nil, 0), (.queued, nil, 0), (.canceled, nil, 0), (.queued, nil, 0), (.stopped, nil, 0),
                (.queued, nil, 0), (.balanceLow, nil, 0), (.queued, nil, 0),
            ]),
        Life(
            testDescription: "completed is retried where voicemail is",
            statements: [(.queued, nil, 0), (.completed, nil, 0), (.scheduled, nil, 1)], retriesVoicemail: true),
        Life(
            testDescription: "what talks, ends or is unknown begins no attempt",
            statements: [(.busy, nil, 0), (.inProgress, nil, 0), (.unknown("x"), nil, 0), (.queued, nil, 1)]),
        Life(
            testDescription: "the larger of retry_count and the count holds",
            statements: [(.busy, 0, 0), (.scheduled, 0, 1), (.busy, 2, 2), (.scheduled, 2, 3), (.ringing, 7, 7)]),
        Life(
            testDescription: "what Bolna dated later belongs to no earlier attempt",
            statements: [(.scheduled, 1, 1), (.initiated, nil, 1), (.completed, nil, 1)]),
    ]

    @Test("Each statement belongs to its attempt, in whatever order they come", arguments: lives)
    func attempts(life: Life) throws {
        let policy = life.retriesVoicemail ? RetryPolicy(isEnabled: true, retriesVoicemail: true) : nil
        let receipts = life.statements.enumerated().map { index, entry in
            Receipt.of(
                Receipt.statement(
                    entry.status, updated: 10 * (index + 1), retry: entry.retry, policy: index == 0 ? policy : nil),
                at: 10 * (index + 1) + 1)
        }
        var expected: [Int: CallStatus] = [:]
        for attempt in Set(life.statements.map(\.attempt)) {
            let last = life.statements.enumerated().filter { $0.element.attempt == attempt }
                .max { left, right in
                    (left.element.status.step ?? 11, left.offset) < (right.element.status.step ?? 11, right.offset)
                }
            expected[attempt] = last?.element.status
        }
        for order in [receipts, receipts.reversed()] {
            let state = try #require(StoredCall(order).state)
            #expect(state.attempts.map(\.number) == expected.keys.sorted())
            for attempt in state.attempts { #expect(attempt.status == expected[attempt.number]) }
        }
    }

    @Test("A statement without a date belongs to the attempt it names, else to the first")
    func undated() throws {
        let state = try #require(
            StoredCall([
                .webhook(.busy, updated: 10, at: 11), .webhook(.scheduled, updated: 20, at: 21),
                .webhook(.inProgress, at: 22), .webhook(.inProgress, retry: 2, at: 23),
            ]).state)
        #expect(state.attempts.map(\.number) == [0, 1, 2])
        #expect(state.attempts.map(\.status) == [.busy, .scheduled, .inProgress])
    }

    @Test("At equal dates what may begin an attempt goes before the final, and what names the higher attempt first")
    func equalDates() throws {
        let busy = Receipt.webhook(.busy, updated: 10, at: 11)
        let scheduled = Receipt.webhook(.scheduled, updated: 10, at: 12)
        for order in [[busy, scheduled], [scheduled, busy]] {
            let state = try #require(StoredCall(order).state)
            #expect(state.attempts.map(\.number) == [0])
            #expect(state.status == .busy)
        }
        let talking = Receipt.webhook(.inProgress, updated: 10, fields: [.summary: .text("s")], at: 11)
        let ended = Receipt.webhook(.callDisconnected, updated: 10, retry: 1, at: 12)
        for order in [[talking, ended], [ended, talking]] {
            let state = try #require(StoredCall(order).state)
            #expect(state.attempts.map(\.number) == [1])
            #expect(state[.summary] == .text("s"))
        }
    }

    @Test("A retry_count beyond belief is cut", arguments: [(-3, 0), (100, 100), (Int.max, 100)])
    func absurdCounts(stated: Int, attempt: Int) {
        #expect(StoredCall([.webhook(.ringing, updated: 5, retry: stated, at: 6)]).state?.current.number == attempt)
    }

    @Test("A new attempt starts with its own fields and policy empty; those of the call go on")
    func fields() throws {
        let policy = RetryPolicy(isEnabled: true, mostRetries: 2)
        let first = Receipt.statement(
            .busy, updated: 10, policy: policy, fields: [.agentID: .text("a"), .hangupReason: .text("busy")])
        let state = try #require(StoredCall([.of(first, at: 11), .webhook(.scheduled, updated: 20, at: 21)]).state)
        #expect(state[.agentID] == .text("a"))
        #expect(state[.hangupReason] == nil)
        #expect(state.current.retryPolicy == nil)
        #expect(state.attempts.first?.retryPolicy == policy)
        #expect(state.attempts.first?.fields.values[.hangupReason] == .text("busy"))
    }

    @Test("An unknown status stands half a step above what is known of its attempt and dated no later")
    func unknown() throws {
        let unknown = Receipt.webhook(.unknown("on-hold"), updated: 30, at: 100)
        let early = Receipt.webhook(.ringing, updated: 20, at: 101)
        let late = Receipt.webhook(.inProgress, updated: 31, at: 102)
        let other = Receipt.webhook(.completed, updated: 5, retry: 0, at: 103)
        func step(_ receipts: [Receipt]) -> Int? {
            let all = Reconciler().fold(StoredCall(receipts).evidence)
            return all?.current.status.step == nil ? all?.current.statusWinner.step : nil
        }
        #expect(step([unknown]) == -1)
        #expect(step([unknown, early]) == 5)
        #expect(step([unknown, early, late]) == nil)
        #expect(StoredCall([unknown, early, late]).state?.status == .inProgress)
        #expect(step([unknown, early, late, other]) == 11)
    }
}
