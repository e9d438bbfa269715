import CallDomain
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import GatewayService

@Suite(.timeLimit(.minutes(10))) struct JournalWriterTests {
    @Test("Nothing is acknowledged before its commit has ended")
    func acknowledgement() async throws {
        let gateway = try TestGateway()
        gateway.store.close()
        async let outcome = gateway.webhook(CallBody(status: "ringing"))
        try await eventually("the commit begins") { gateway.store.entered == 1 }
        #expect(gateway.context.writer.load == 1)
        #expect(gateway.context.writer.oldestWait != nil)
        #expect(gateway.registry.exposition().contains("result=\"stored\",source=\"webhook\"} 0\n"))
        gateway.store.open()
        #expect(await outcome == .stored(new: 1, duplicates: 0))
        #expect(gateway.context.writer.oldestWait == nil)
        #expect(try gateway.status() == .ringing)
    }

    @Test("Submissions during a commit share the next one")
    func groupCommit() async throws {
        let gateway = try TestGateway()
        gateway.store.close()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await gateway.context.writer.submit([.heartbeat(at: .start)]) }
            try await eventually("the first commit begins") { gateway.store.entered == 1 }
            for second in 1...10 {
                group.addTask { _ = try await gateway.context.writer.submit([.heartbeat(at: .at(Double(second)))]) }
            }
            try await eventually("all wait") { gateway.context.writer.load == 11 }
            gateway.store.open()
            try await group.waitForAll()
        }
        #expect(gateway.store.batches == [1, 10])
    }

    @Test("Submitters of one place are told together, once their commit has ended, and those of no place at once")
    func places() async throws {
        let gateway = try TestGateway()
        let told = Told()
        gateway.store.close()
        let writer = gateway.context.writer
        writer.submit([.heartbeat(at: .start)]) { _ in told.note("alone") }
        try await eventually("the first commit begins") { gateway.store.entered == 1 }
        let places = ["a", "b"].map { name in
            AnswerPlace { body in
                told.note(name); body()
            }
        }
        for second in 1...6 {
            writer.submit([.heartbeat(at: .at(Double(second)))], at: places[second % 2]) { outcome in
                told.note((try? outcome.get().count) == 1 ? "stored" : "not stored")
            }
        }
        #expect(told.all.isEmpty)
        gateway.store.open()
        try await eventually("all are told") { told.all.count == 9 }
        #expect(told.all == ["alone", "b", "stored", "stored", "stored", "a", "stored", "stored", "stored"])
        writer.submit([], at: places[0]) { _ in told.note("nothing to store") }
        #expect(told.all.last == "nothing to store")
    }

    @Test("A commit that fails is told to every submitter, and a later one succeeds")
    func failure() async throws {
        let gateway = try TestGateway()
        let error = StoreError(kind: .full, message: "the disk is full")
        gateway.store.fail(error)
        gateway.store.close()
        await withTaskGroup(of: JournalError?.self) { group in
            for second in 0..<5 {
                group.addTask {
                    do throws(JournalError) {
                        _ = try await gateway.context.writer.submit([.heartbeat(at: .at(Double(second)))])
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            try? await eventually("all wait") { gateway.context.writer.load == 5 }
            gateway.store.open()
            for await told in group { #expect(told == .unavailable(error)) }
        }
        gateway.store.fail(nil)
        _ = try await gateway.context.writer.submit([.heartbeat(at: .start)])
        #expect(gateway.registry.exposition().contains("gw_store_errors_total{kind=\"full\"}"))
    }

    @Test("A full queue refuses, and a webhook is answered busy")
    func busy() async throws {
        let gateway = try TestGateway(limits: JournalLimits(mostEntries: 1, retryAfter: .seconds(7)))
        gateway.store.close()
        async let first = gateway.webhook(CallBody(status: "queued"))
        try await eventually("the first commit begins") { gateway.store.entered == 1 }
        #expect(await gateway.webhook(CallBody(status: "ringing")) == .busy(retryAfter: .seconds(7)))
        gateway.store.open()
        #expect(await first == .stored(new: 1, duplicates: 0))
    }

    @Test("While a commit hangs, what comes once it has taken longer than senders wait is refused at once")
    func hanging() async throws {
        let gateway = try TestGateway()
        let (store, clock) = (gateway.store, ManualClock())
        let writer = JournalWriter(
            store: store, changes: gateway.feed, metrics: gateway.context.metrics, logger: gateway.context.logger,
            clock: clock)
        let told = Told()
        store.close()
        writer.submit([.heartbeat(at: .start)]) { _ in told.note("first") }
        try await eventually("the first commit begins") { store.entered == 1 }
        clock.advance(by: .seconds(5))
        writer.submit([.heartbeat(at: .start)]) { _ in told.note("second") }
        #expect(told.all.isEmpty)
        clock.advance(by: .seconds(1))
        #expect(writer.refusal(entries: 1, bytes: 0) == .queueFull(retryAfter: .seconds(2)))
        writer.submit([.heartbeat(at: .start)]) { if case .failure = $0 { told.note("refused") } }
        #expect(told.all == ["refused"])
        store.open()
        try await eventually("the others are told") { told.all.count == 3 }
        #expect(writer.refusal(entries: 1, bytes: 0) == nil)
    }

    @Test("At the shutdown what was submitted is committed, and what comes later is refused")
    func shutdown() async throws {
        let gateway = try TestGateway()
        let group = ServiceGroup(
            services: [gateway.context.writer], logger: Logger(label: "test") { _ in gateway.log })
        gateway.store.close()
        async let run: Void = group.run()
        async let outcome = gateway.webhook(CallBody(status: "queued"))
        try await eventually("the commit begins") { gateway.store.entered == 1 }
        await group.triggerGracefulShutdown()
        gateway.store.open()
        #expect(await outcome == .stored(new: 1, duplicates: 0))
        try await run
        #expect(try gateway.status() == .queued)
        await #expect(throws: JournalError.stopping) {
            _ = try await gateway.context.writer.submit([.heartbeat(at: .start)])
        }
    }
}

/// Collects words, from any thread.
private final class Told: Sendable {
    private let words = Mutex<[String]>([])

    var all: [String] { words.withLock { $0 } }

    func note(_ word: String) { words.withLock { $0.append(word) } }
}
