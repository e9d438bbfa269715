import CallDomain
import Testing

@Suite("The stored call compared with its journal")
struct JournalComparisonTests {
    private static let receipts: [Receipt] = [
        .webhook(.ringing, updated: 10, fields: [.agentID: .text("a"), .totalCost: .number(1)], at: 11),
        .webhook(.completed, updated: 20, fields: [.totalCost: .number(3)], at: 21),
    ]

    private func differences(_ change: (inout CallDossier, inout CallState) -> Void) throws -> JournalComparison {
        var dossier = DossierMaker(Self.receipts).dossier
        guard case .state(var state) = dossier.stored.state else { throw NoState() }
        change(&dossier, &state)
        if case .state = dossier.stored.state { dossier.stored.state = .state(state) }
        return dossier.compared()
    }

    private struct NoState: Error {}

    @Test("Nothing differs where nothing was touched")
    func equal() throws {
        let comparison = try differences { _, _ in }
        #expect(comparison.isEqual)
        #expect(comparison.sentence == "What is stored equals what the journal makes (rules version 1).")
    }

    @Test("Each part that was touched is named, and no value of it")
    func named() throws {
        func check(_ name: String, _ change: @escaping (inout CallDossier, inout CallState) -> Void) throws {
            let comparison = try differences(change)
            #expect(comparison.differences == [name])
            #expect(
                comparison.sentence
                    == "What is stored differs from what the journal makes in: \(name). "
                    + "What the journal makes is told here.")
        }
        try check("executionId") { $1.executionID = ExecutionID(rawValue: "secret") }
        try check("agentId") { $1.shared.values[.agentID] = .text("secret") }
        try check("agentId winner") { $1.shared.winners[.agentID] = $1.frontier }
        try check("attempt 0 status") { $1.attempts[0].status = .busy }
        try check("attempt 0 status winner") { $1.attempts[0].statusWinner.step = 4 }
        try check("attempt 0 status time") { $1.attempts[0].statusAsOf = Timestamp(second: 1) }
        try check("attempt 0 retry policy") { $1.attempts[0].retryPolicy = RetryPolicy(isEnabled: true) }
        try check("attempt 0 totalCost") { $1.attempts[0].fields.values[.totalCost] = .number(4) }
        try check("attempts") { $1.attempts.append(contentsOf: [$1.attempts[0]].map { $0.numbered(3) }) }
        try check("withdrawn") { $1.withdrawn = [$1.frontier.observation] }
        try check("contradictions") { $1.contradictions = [Self.contradiction($1)] }
        try check("frontier") { $1.frontier.generation = 9 }
        try check("fold context") { $1.context.countedAttempt = 9 }
        try check("list status") { dossier, _ in dossier.stored.status = "busy" }
        try check("list agentId") { dossier, _ in dossier.stored.agent = AgentID(rawValue: "secret") }
        try check("list recording") { dossier, _ in dossier.stored.hasRecording = true }
        try check("list observations") { dossier, _ in dossier.stored.observations = 7 }
        try check("list createdAt") { dossier, _ in dossier.stored.createdAt = Timestamp(second: 1) }
        try check("list unverified") { dossier, _ in dossier.stored.unverified = "busy" }
    }

    @Test("A state that cannot be read, is missing, or should not be there differs")
    func states() throws {
        let unreadable = try differences { dossier, _ in dossier.stored.state = .unreadable }
        #expect(unreadable.differences == ["state (cannot be read)"])
        let missing = try differences { dossier, _ in dossier.stored.state = .none }
        #expect(missing.differences == ["state (missing)"])
        let groundless = try differences { dossier, _ in
            dossier.rows = []
            dossier.stored.observations = 0
            dossier.stored.status = nil
            dossier.stored.agent = nil
        }
        #expect(groundless.differences == ["state (the journal makes none)"])
    }

    @Test("What other rules made is not compared but folded anew, and it says so")
    func otherRules() throws {
        let older = try differences { dossier, state in
            dossier.stored.edition = 0
            state.attempts[0].status = .busy
        }
        #expect(older.isEqual && older.isFoldedAnew && older.madeByVersion == 0)
        #expect(
            older.sentence
                == "What is stored was made by rules version 0; it is folded anew from the journal by version 1.")
        let otherBounds = try differences { dossier, _ in
            dossier.stored.edition = Reconciler(policy: ReopeningPolicy(pause: .seconds(1))).edition
        }
        #expect(otherBounds.isFoldedAnew && otherBounds.madeByVersion == Reconciler.version)
        #expect(otherBounds.sentence.contains("under other bounds of reopening"))
    }

    @Test("Editions tell versions and bounds apart")
    func editions() {
        let usual = Reconciler().edition
        #expect(Reconciler.version(of: usual) == Reconciler.version)
        #expect(usual != Reconciler(policy: ReopeningPolicy(pause: .seconds(61))).edition)
        #expect(usual != Reconciler(policy: ReopeningPolicy(window: .seconds(86_401))).edition)
        #expect(usual == Reconciler(policy: ReopeningPolicy(pause: .seconds(60), window: .seconds(86_400))).edition)
    }

    @Test("A long list of differences is cut in sentences, not in the answer")
    func cut() throws {
        let comparison = try differences { _, state in
            for field in CallField.allCases { state.attempts[0].fields.values[field] = .text("secret") }
        }
        #expect(comparison.differences.count > 12)
        #expect(comparison.named.hasSuffix("and \(comparison.differences.count - 12) more"))
    }

    private static func contradiction(_ state: CallState) -> Contradiction {
        Contradiction(
            rule: .twoFinals, attempt: 0, standing: state.frontier.observation, against: state.frontier.observation,
            standingStatus: .completed, againstStatus: .busy, since: Timestamp(second: 1))
    }
}

extension Attempt {
    fileprivate func numbered(_ number: Int) -> Attempt {
        var copy = self
        copy.number = number
        return copy
    }
}
