import CallDomain
import Testing

@testable import GatewayService

@Suite struct TextIndexerTests {
    private func found(_ text: String, _ fixture: PersonFixture) throws -> Int {
        var query = CallQuery()
        query.text = text
        return try fixture.gateway.store.calls(account: .default, query: query, after: nil, limit: 9).calls.count
    }

    @Test("Texts that cannot be indexed are told of")
    func failing() async throws {
        let fixture = try PersonFixture()
        await fixture.deliver(PersonFixture.body())
        fixture.gateway.clock.advance(by: TextIndexer.rest + .seconds(1))
        fixture.gateway.store.refuse(StoreError(kind: .invalid, message: "malformed"))
        await TextIndexer(context: fixture.context, clock: fixture.gateway.clock).index()
        #expect(fixture.gateway.log.lines.contains { $0.contains("Texts could not be indexed") })
    }

    @Test("Texts are indexed once they have been left alone, and are found before and after")
    func index() async throws {
        let fixture = try PersonFixture()
        let indexer = TextIndexer(context: fixture.context, clock: fixture.gateway.clock)
        await fixture.deliver(PersonFixture.body())
        await indexer.index()
        #expect(try found("this is asha", fixture) == 1)
        fixture.gateway.clock.advance(by: TextIndexer.rest + .seconds(1))
        async let run: Void = indexer.index()
        try await eventually("the pause after the one step") { fixture.gateway.clock.timers == 1 }
        fixture.gateway.clock.advance(by: TextIndexer.pause)
        await run
        #expect(try found("this is asha", fixture) == 1)
        let receipts = try await fixture.context.submit([.indexTexts(unchangedSince: fixture.context.now())])
        guard case .indexed(isDone: true)? = receipts.first else {
            Issue.record("it is indexed already")
            return
        }
    }
}
