import Foundation
import Testing

@Suite("Live changes") struct LiveChangeTests {
    @Test("A waiting client sees a posted change, and resumes after it without gap or repeat")
    func changeIsSeen() async throws {
        let folder = try TemporaryFolder()
        let fixture = try await ServeFixture.start(in: folder)
        var stream = try await fixture.events(after: nil)
        let started = ContinuousClock.now
        _ = try await fixture.poster.post(signed: Array(try Payloads.text("02-lifecycle-1-queued.json").utf8))
        let posted = ContinuousClock.now
        let first = try await stream.next()
        print(
            "change seen \(ContinuousClock.now - posted) after the answer to the webhook, \(ContinuousClock.now - started) after its sending"
        )
        #expect(first?.data.contains("queued") == true)

        _ = try await fixture.poster.post(signed: Array(try Payloads.text("03-lifecycle-2-initiated.json").utf8))
        var resumed = try await fixture.events(after: first?.id)
        let second = try await resumed.next()
        #expect(second?.data.contains("initiated") == true)
        #expect(second?.id != first?.id)
        stream.close()
        resumed.close()
        #expect(try await fixture.stop() == 0)
    }
}
