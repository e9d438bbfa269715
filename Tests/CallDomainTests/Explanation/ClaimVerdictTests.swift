import CallDomain
import Testing

@Suite("What a claim lost by")
struct ClaimVerdictTests {
    private static let cost = StatedField.field(.totalCost)

    /// Two statements of which the second stands, and the part of the order that decides.
    private static let duels: [(LosingReason, [Receipt])] = [
        (
            .laterAttempt,
            [
                .webhook(.busy, updated: 10, fields: [.agentID: .text("a")], at: 11),
                .webhook(.queued, updated: 20, retry: 1, fields: [.agentID: .text("b")], at: 21),
            ]
        ),
        (
            .laterStep,
            [
                .webhook(.ringing, updated: 10, fields: [.agentID: .text("a")], at: 11),
                .webhook(.inProgress, updated: 9, fields: [.agentID: .text("b")], at: 12),
            ]
        ),
        (
            .laterGeneration,
            [
                .webhook(.completed, updated: 50, fields: [.agentID: .text("a")], at: 11),
                .read(.completed, updated: 40, fields: [.agentID: .text("b")], sent: 20),
            ]
        ),
        (
            .laterUpdate,
            [
                .webhook(.completed, updated: 10, fields: [.agentID: .text("a")], at: 12),
                .webhook(.completed, updated: 11, fields: [.agentID: .text("b")], at: 11),
            ]
        ),
        (
            .moreTrust,
            [
                .of(
                    Receipt.statement(.completed, updated: 10, fields: [.agentID: .text("a")]), trust: .authenticated,
                    at: 11),
                .of(
                    Receipt.statement(.completed, updated: 10, fields: [.agentID: .text("b")]), trust: .signed, at: 12),
            ]
        ),
    ]

    @Test("Each part of the canonical order is named where it decides", arguments: duels)
    func reasons(reason: LosingReason, receipts: [Receipt]) {
        let explanation = DossierMaker(receipts).explained()
        let loser = explanation.verdict(.field(.agentID), of: explanation.step(of: receipts[0].observation.key) ?? 0)
        #expect(loser == .loses(reason, to: receipts[1].observation.key, isSameValue: false))
        let winner = explanation.verdict(.field(.agentID), of: explanation.step(of: receipts[1].observation.key) ?? 0)
        #expect(winner == .wins)
    }

    @Test("Where nothing else sets two statements apart, it is the digest; same bytes from two sources, the source")
    func ties() {
        let one = Receipt.webhook(.completed, updated: 10, fields: [.agentID: .text("a")], at: 11)
        let other = Receipt.webhook(.completed, updated: 10, fields: [.agentID: .text("b")], at: 11)
        let (low, high) = one.observation.key < other.observation.key ? (one, other) : (other, one)
        let explanation = DossierMaker([high, low]).explained()
        #expect(
            explanation.verdict(.field(.agentID), of: explanation.step(of: low.observation.key) ?? 0)
                == .loses(.greaterDigest, to: high.observation.key, isSameValue: false))

        let statement = Receipt.statement(.completed, updated: 10, fields: [.agentID: .text("a")])
        let webhook = Receipt.of(statement, at: 11)
        let imported = Receipt.of(statement, from: .import, at: 11)
        let same = DossierMaker([imported, webhook]).explained()
        #expect(
            same.verdict(.field(.agentID), of: same.step(of: webhook.observation.key) ?? 0)
                == .loses(.otherSource, to: imported.observation.key, isSameValue: true))
    }

    @Test("What two reads withdraw names both of them; what a ruling withdraws names the ruling")
    func withdrawals() throws {
        let final = Receipt.webhook(.completed, updated: 10, fields: [.totalCost: .number(3)], at: 11)
        let reads = [100, 200].map { Receipt.read(.inProgress, updated: 9, sent: $0) }
        let read = try #require(reads[0].read)
        let again = try #require(reads[1].read)
        let taken = Withdrawal.reads(first: read, second: again)
        let byReads = DossierMaker([final] + reads).explained()
        #expect(byReads.steps[0].standing == .withdrawn(taken))
        #expect(byReads.verdict(Self.cost, of: 1) == .isNotFolded(.withdrawn(taken)))
        #expect(byReads.verdict(.status, of: 1) == .isNotFolded(.withdrawn(taken)))
        #expect(byReads.steps.count == 3, "the second read brought the same bytes, and took the call back")
        #expect(byReads.steps[2].isReadAgain && byReads.steps[2].arrival.outcome == .reopened)

        let ruling = Receipt.ruling(nil, withdraws: [final], at: 50)
        let byRuling = DossierMaker([.webhook(.ringing, updated: 5, at: 6), final, ruling]).explained()
        #expect(byRuling.verdict(Self.cost, of: 2) == .isNotFolded(.withdrawn(.ruling(ruling.observation.key))))
        #expect(byRuling.steps[2].withdraws == [2])
        #expect(byRuling.steps[2].standing == .onlyWithdraws)
    }

    @Test("Hints, statements without a status and early zeros take no part, each for its reason")
    func exclusions() {
        let explanation = DossierMaker([
            .webhook(.completed, updated: 10, fields: [.totalCost: .number(3)], at: 11),
            .of(
                Receipt.statement(.failed, fields: [.totalCost: .number(5)]), trust: .addressed, standing: .hint, at: 12
            ),
            .of(Receipt.statement(nil, fields: [.totalCost: .number(5)]), at: 13),
            .webhook(.ringing, updated: 4, fields: [.totalCost: .number(0)], at: 14),
        ]).explained()
        #expect(explanation.verdict(Self.cost, of: 2) == .isNotFolded(.hintOnly))
        #expect(explanation.verdict(Self.cost, of: 3) == .isNotFolded(.noStatus))
        #expect(explanation.verdict(Self.cost, of: 4) == .isNotFolded(.zeroBeforeFinal))
        #expect(explanation.steps[1].standing == .openHint)
        let cleared = DossierMaker([
            .of(Receipt.statement(.failed), trust: .addressed, standing: .hint, at: 12),
            .read(.completed, updated: 10, sent: 20),
        ]).explained()
        #expect(cleared.steps[0].standing == .clearedHint)
    }

    @Test("A field that later statements leave empty says how many did")
    func emptyNeverErases() throws {
        let explanation = DossierMaker([
            .webhook(.inProgress, updated: 10, fields: [.transcript: .text("words"), .agentID: .text("a")], at: 11),
            .webhook(.callDisconnected, updated: 20, at: 21),
            .webhook(.completed, updated: 30, fields: [.agentID: .text("a")], at: 31),
        ]).explained()
        let transcript = try #require(explanation.winners.first { $0.claim == .field(.transcript) })
        #expect(transcript.step == 1 && transcript.emptyLater == 2)
        #expect(
            explanation.sentence(for: transcript)
                == "transcript: told by step 1, webhook (signed); 2 later statements leave it empty, and empty never erases."
        )
        let agent = try #require(explanation.winners.first { $0.claim == .field(.agentID) })
        #expect(agent.step == 3 && agent.emptyLater == 0)
        #expect(explanation.sentence(for: agent) == "agentId: told by step 3, webhook (signed).")
    }

    @Test("An earlier attempt's word stands for that attempt; each attempt says why there is one")
    func attempts() {
        let counted = DossierMaker([
            .webhook(.busy, updated: 10, fields: [.totalCost: .number(3)], at: 11),
            .webhook(.queued, updated: 20, at: 21),
        ]).explained()
        #expect(counted.verdict(Self.cost, of: 1) == .winsEarlierAttempt)
        #expect(counted.verdict(.status, of: 1) == .winsEarlierAttempt)
        #expect(counted.verdict(.status, of: 2) == .wins)
        #expect(counted.attempts.map(\.why) == [.first, .counted])
        let stated = DossierMaker([.webhook(.queued, updated: 20, retry: 2, at: 21)]).explained()
        #expect(stated.attempts.map(\.why) == [.stated])
        #expect(stated.attempts.map(\.number) == [2])
    }

    @Test("A further read that changes nothing is counted, not told as a step")
    func countedReads() {
        let explanation = DossierMaker([
            .webhook(.ringing, updated: 10, at: 11), .read(.completed, updated: 20, sent: 30),
            .read(.completed, updated: 20, sent: 50),
        ]).explained()
        #expect(explanation.steps.map(\.count) == [1, 2])
        #expect(explanation.steps.last?.lastReceivedAt == Timestamp(second: 51))
        #expect(
            explanation.notes(on: explanation.steps[1]) == ["Read 2 times with the same bytes, last at 00:00:51."])
    }
}
