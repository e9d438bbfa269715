import CallDomain
import Testing

@testable import GatewayService

@Suite(.timeLimit(.minutes(10))) struct ChangeFeedTests {
    /// Lets so many changes of one call happen.
    private func change(_ gateway: TestGateway, _ range: Range<Int>) async {
        for number in range {
            await gateway.webhook(CallBody(id: "exec-\(number)", status: "ringing"))
        }
    }

    private func cursors(_ stream: ChangeStream, count: Int) async -> [Int64] {
        var cursors: [Int64] = []
        for await event in stream {
            if case .change(let change) = event { cursors.append(change.cursor.sequence) }
            if cursors.count == count { break }
        }
        return cursors
    }

    @Test("A subscriber with a cursor gets what came after it, then what comes, without gap or repeat")
    func replay() async throws {
        let gateway = try TestGateway()
        await change(gateway, 0..<300)
        let all = try #require(
            try gateway.store.changes(account: .default, after: ChangeCursor(sequence: 0), limit: 1_000))
        #expect(all.count == 300)
        let stream = try await gateway.feed.subscribe(account: .default, after: all[9].cursor)
        async let writing: Void = change(gateway, 300..<400)
        let seen = await cursors(stream, count: 390)
        await writing
        let expected = try #require(
            try gateway.store.changes(account: .default, after: all[9].cursor, limit: 1_000))
        #expect(seen == expected.map(\.cursor.sequence))
    }

    @Test("A subscriber without a cursor hears from now on")
    func live() async throws {
        let gateway = try TestGateway()
        await change(gateway, 0..<3)
        let stream = try await gateway.feed.subscribe(account: .default, after: nil)
        await change(gateway, 3..<5)
        var iterator = stream.makeAsyncIterator()
        for number in 3..<5 {
            guard case .change(let change)? = await iterator.next() else {
                Issue.record("it must be a change")
                return
            }
            #expect(change.execution.rawValue == "exec-\(number)")
            #expect(change.status == .ringing)
        }
    }

    @Test("What a commit stored that was reported as failed is told all the same, once")
    func unclear() async throws {
        let gateway = try TestGateway()
        let stream = try await gateway.feed.subscribe(account: .default, after: nil)
        gateway.store.lie(StoreError(kind: .io, message: "the sync failed"))
        await change(gateway, 0..<1)
        gateway.store.lie(nil)
        await change(gateway, 1..<2)
        #expect(await cursors(stream, count: 2) == [1, 2])
    }

    @Test("Of other accounts' changes nothing is heard")
    func accounts() async throws {
        let gateway = try TestGateway()
        let stream = try await gateway.feed.subscribe(account: AccountID(rawValue: "other"), after: nil)
        let feed = gateway.feed
        async let first = stream.first { _ in true }
        try await eventually("it is asleep") { feed.subscribers == 1 }
        await change(gateway, 0..<3)
        feed.end()
        #expect(await first == nil)
    }

    @Test("A cursor that is not known is told to load anew, and goes on from the newest change")
    func resync() async throws {
        let gateway = try TestGateway()
        await change(gateway, 0..<3)
        let stream = try await gateway.feed.subscribe(account: .default, after: ChangeCursor(sequence: 9_999))
        var iterator = stream.makeAsyncIterator()
        #expect(await iterator.next() == .resync(try gateway.store.latestCursor(account: .default)))
        await change(gateway, 3..<4)
        guard case .change(let change)? = await iterator.next() else {
            Issue.record("it must be a change")
            return
        }
        #expect(change.execution.rawValue == "exec-3")
    }

    @Test("A subscriber that does not keep up is ended; others go on")
    func slow() async throws {
        let gateway = try TestGateway(mostWaiting: 4)
        let slow = try await gateway.feed.subscribe(account: .default, after: nil)
        let quick = try await gateway.feed.subscribe(account: .default, after: nil)
        var slowIterator = slow.makeAsyncIterator()
        var quickIterator = quick.makeAsyncIterator()
        await change(gateway, 0..<1)
        // The first event shows that both have caught up: from here on changes wait for them.
        #expect(await slowIterator.next() != nil)
        #expect(await quickIterator.next() != nil)
        for number in 1..<7 {
            await change(gateway, number..<(number + 1))
            #expect(await quickIterator.next() != nil)
        }
        #expect(await slowIterator.next() == nil)
        #expect(gateway.feed.subscribers == 1)
    }

    @Test("A change that no statement made is told, too")
    func withoutStatement() async throws {
        let gateway = try TestGateway()
        await change(gateway, 0..<1)
        let stream = try await gateway.feed.subscribe(account: .default, after: ChangeCursor(sequence: 0))
        var iterator = stream.makeAsyncIterator()
        guard case .change(let first)? = await iterator.next() else {
            Issue.record("it must be a change")
            return
        }
        // The second event shows that it has caught up: from here on it hears what is published.
        await change(gateway, 1..<2)
        #expect(await iterator.next() != nil)
        let call = try #require(try gateway.record("exec-0")?.call)
        let profile = ScopeProfile(path: .healthy)
        let failed = FailedRead(
            account: .default, call: call, at: .at(80), retryAt: .at(140), isNotFound: true, profile: profile)
        _ = try await gateway.context.submit([
            .readFailed(failed),
            .listed(account: .default, call: call, profile: profile, sentAt: .at(200), receivedAt: .at(200)),
            .recompute(account: .default, call: call, profile: ScopeProfile(path: .degraded), now: .at(201)),
        ])
        await change(gateway, 2..<3)
        let stored = try #require(try gateway.store.changes(account: .default, after: first.cursor, limit: 10))
        #expect(stored.filter { $0.call == call }.count == 3)
        for change in stored.dropFirst() { #expect(await iterator.next() == .change(change)) }
    }

    @Test("When its stream is gone, a subscription is gone")
    func gone() async throws {
        let gateway = try TestGateway()
        do {
            let stream = try await gateway.feed.subscribe(account: .default, after: nil)
            #expect(gateway.feed.subscribers == 1)
            _ = stream
        }
        try await eventually("it is gone") { gateway.feed.subscribers == 0 }
    }

    @Test("A nudged subscriber hears of it once, of what comes then all the same, and another one of nothing")
    func nudges() async throws {
        let gateway = try TestGateway()
        let stream = try await gateway.feed.subscribe(account: .default, after: nil)
        let other = try await gateway.feed.subscribe(account: .default, after: nil)
        stream.nudge()
        stream.nudge()
        #expect(await stream.next() == [])
        await change(gateway, 0..<1)
        #expect(await stream.next()?.count == 1)
        #expect(await other.next()?.count == 1)
        async let asleep = stream.next()
        stream.nudge()
        #expect(await asleep == [])
    }

    @Test("Of what waits a few changes are told at once")
    func several() async throws {
        let gateway = try TestGateway()
        let stream = try await gateway.feed.subscribe(account: .default, after: ChangeCursor(sequence: 0))
        await change(gateway, 0..<40)
        var sizes: [Int] = []
        while sizes.reduce(0, +) < 40, let events = await stream.next() { sizes.append(events.count) }
        #expect(sizes == [16, 16, 8])
    }

    @Test("Only commits that change how calls look without a change to tell count as editions")
    func editions() async throws {
        let gateway = try TestGateway()
        await change(gateway, 0..<1)
        let before = gateway.feed.edition
        await change(gateway, 1..<3)
        #expect(gateway.feed.edition == before)
        let call = try #require(try gateway.record("exec-0")?.call)
        _ = try await gateway.context.submit([.erase(Erasure(account: .default, calls: [call], at: gateway.now))])
        #expect(gateway.feed.edition > before)
    }

    @Test("After the end a subscription ends at once")
    func ended() async throws {
        let gateway = try TestGateway()
        gateway.feed.end()
        let stream = try await gateway.feed.subscribe(account: .default, after: nil)
        #expect(await stream.first { _ in true } == nil)
    }
}
