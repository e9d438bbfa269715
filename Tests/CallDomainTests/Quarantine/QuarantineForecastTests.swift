import Testing

@testable import CallDomain

@Suite("QuarantineForecast") struct QuarantineForecastTests {
    private static let reconciler = Reconciler()

    /// A statement as it would come out of quarantine.
    private func incoming(_ receipt: Receipt) -> IncomingObservation {
        IncomingObservation(
            account: .default, key: receipt.observation.key, receivedAt: receipt.observation.receivedAt,
            sentAt: receipt.read?.sentAt, body: [], statement: receipt.observation.statement,
            profile: ScopeProfile(path: .healthy), proposedCallID: CallID(rawValue: "new"),
            replayedAt: Timestamp(second: 10_000))
    }

    private func forecast(knowing receipts: [Receipt]) -> QuarantineForecast {
        var forecast = QuarantineForecast(reconciler: Self.reconciler)
        let evidence = Evidence(observations: receipts.map(\.observation), reads: receipts.compactMap(\.read))
        forecast.learn(evidence, of: Receipt.execution)
        return forecast
    }

    @Test("It says what storing would do, whatever is known already and in whichever order", arguments: 0..<4)
    func equalsStoring(known: Int) {
        let receipts: [Receipt] = [
            .webhook(.queued, updated: 1, at: 2), .webhook(.ringing, updated: 5, at: 6),
            .read(.ringing, updated: 5, sent: 20), .webhook(.completed, updated: 30, at: 31),
            .webhook(.busy, updated: 29, at: 33),
            .of(Receipt.statement(.failed), trust: .addressed, standing: .hint, at: 40),
        ]
        let (before, after) = (Array(receipts.prefix(known)), receipts.dropFirst(known).reversed())
        var forecast = forecast(knowing: before)
        var call = StoredCall(before)
        for receipt in after {
            let stored = call.take(receipt)?.decision
            let foretold = forecast.decide(incoming(receipt))
            #expect(foretold == stored)
            #expect(foretold != nil)
        }
    }

    @Test("What is known already would be a duplicate, unless it was received earlier")
    func duplicates() {
        let receipt = Receipt.webhook(.ringing, updated: 5, fields: [.provider: .text("b")], at: 60)
        let read = Receipt.read(.ringing, updated: 1, fields: [.provider: .text("a")], sent: 30)
        var forecast = forecast(knowing: [receipt, read])
        let outcomes = [60, 70, 10, 20].map { second in
            forecast.decide(incoming(receipt.received(at: second)))?.outcome
        }
        // At 10 it was received before the read was sent, which then wins; after that, this receipt is known.
        #expect(outcomes == [.duplicate, .duplicate, .refined, .duplicate])
    }

    @Test("A call without room takes no further statement")
    func noRoom() {
        let full = (0..<Evidence.mostObservations).map { Receipt.webhook(.ringing, updated: $0, at: $0) }
        var forecast = forecast(knowing: full)
        let further = forecast.decide(incoming(.webhook(.completed, updated: 9_000, at: 9_000)))
        let known = forecast.decide(incoming(full[0]))
        #expect(further == nil)
        #expect(known?.outcome == .duplicate)
    }

    @Test("A call with as many hints as are kept takes no further hint, but statements")
    func noRoomForHints() {
        func hint(_ number: Int) -> Receipt {
            .of(Receipt.statement(.ringing, updated: number), trust: .addressed, standing: .hint, at: number)
        }
        var forecast = forecast(knowing: (0..<Evidence.mostHints).map(hint))
        let further = forecast.decide(incoming(hint(500)))
        let statement = forecast.decide(incoming(.webhook(.completed, updated: 900, at: 900)))
        #expect(further == nil)
        #expect(statement?.outcome == .created)
    }

    @Test("A call that is forgotten is as one that was never known")
    func forgetting() {
        var forecast = forecast(knowing: [.webhook(.ringing, updated: 5, at: 6)])
        #expect(forecast.knows(Receipt.execution))
        forecast.forget(Receipt.execution)
        #expect(!forecast.knows(Receipt.execution))
        let decision = forecast.decide(incoming(.webhook(.queued, updated: 1, at: 2)))
        #expect(decision?.outcome == .created)
    }

    @Test("Each reason says what happened and what to do, in words of its own")
    func sentences() {
        let reasons = QuarantineReason.allCases
        #expect(Set(reasons.map(\.sentence)).count == reasons.count)
        for reason in reasons {
            #expect(reason.sentence.hasSuffix("."))
            #expect(reason.advice.hasSuffix("."))
        }
    }

    @Test("The words of resolutions are all different")
    func resolutions() {
        #expect(Set(QuarantineResolution.allCases.map(\.words)).count == QuarantineResolution.allCases.count)
    }
}
