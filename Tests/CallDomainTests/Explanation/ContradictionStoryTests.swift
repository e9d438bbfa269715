import CallDomain
import Testing

@Suite("How contradictions ended")
struct ContradictionStoryTests {
    private static let completed = Receipt.webhook(.completed, updated: 10, at: 11)
    private static let behind = Receipt.read(.inProgress, updated: 9, sent: 100)

    private func story(_ receipts: [Receipt]) throws -> (ContradictionStory, CallExplanation) {
        let explanation = DossierMaker(receipts).explained()
        #expect(explanation.contradictions.count == 1)
        return (try #require(explanation.contradictions.first), explanation)
    }

    @Test("One that stands says what would settle it")
    func stands() throws {
        let (story, explanation) = try story([Self.completed, Self.behind])
        #expect(story.ending == .stands && story.settledAt == nil)
        #expect(
            explanation.sentence(for: story)
                == "completed (step 1) against in-progress (step 2), by rule read-behind, since 00:01:41: it stands; "
                + "two reads that agree would settle it.")
    }

    @Test("A second read that agrees with the first withdraws what stood")
    func withdrawn() throws {
        let again = Receipt.read(.inProgress, updated: 9, sent: 200)
        let (story, explanation) = try story([Self.completed, Self.behind, again])
        let first = try #require(Self.behind.read)
        let second = try #require(again.read)
        #expect(story.ending == .standingWithdrawn(.reads(first: first, second: second)))
        #expect(story.settledAt == Timestamp(second: 201))
        #expect(
            explanation.sentence(for: story)
                == "completed (step 1) against in-progress (step 2), by rule read-behind, since 00:01:41: ended at "
                + "00:03:21, completed was withdrawn: two reads agreed against it, sent at 00:01:40 and 00:03:20.")
    }

    @Test("A ruling can withdraw the statement that disagreed")
    func ruled() throws {
        let ruling = Receipt.ruling(nil, withdraws: [Self.behind], at: 150)
        let (story, explanation) = try story([Self.completed, Self.behind, ruling])
        #expect(story.ending == .againstWithdrawn(.ruling(ruling.observation.key)))
        #expect(explanation.sentence(for: story).hasSuffix("in-progress was withdrawn: by the ruling of step 3."))
    }

    @Test("A read that agrees with what stood confirms it")
    func confirmed() throws {
        let busy = Receipt.webhook(.busy, updated: 10, at: 11)
        let completed = Receipt.webhook(.completed, updated: 12, at: 13)
        let read = Receipt.read(.completed, updated: 12, fields: [.agentID: .text("a")], sent: 100)
        let (story, explanation) = try story([busy, completed, read])
        #expect(story.ending == .confirmed(sentAt: Timestamp(second: 100)))
        #expect(explanation.sentence(for: story).hasSuffix("a read sent at 00:01:40 agreed with completed."))
    }

    @Test("A later attempt ends it")
    func laterAttempt() throws {
        let finals = [
            Receipt.webhook(.busy, updated: 10, at: 11), .webhook(.failed, updated: 12, at: 13),
            .webhook(.queued, updated: 20, at: 21),
        ]
        let (story, explanation) = try story(finals)
        #expect(story.ending == .laterAttempt)
        #expect(explanation.sentence(for: story).hasSuffix("ended at 00:00:21, when a later attempt began."))
    }

    @Test("A read that has caught up ends it")
    func overtaken() throws {
        let (story, explanation) = try story([
            .webhook(.callDisconnected, updated: 10, at: 11), Self.behind,
            .read(.completed, updated: 30, sent: 200),
        ])
        #expect(story.ending == .overtaken)
        #expect(explanation.sentence(for: story).hasSuffix("overtaken by other statements."))
    }
}
