import BolnaClient
import CallDomain
import Testing

@Suite("BolnaClient: many at once, and the end")
struct BolnaClientConcurrencyTests {
    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    @Test("64 requests run at once, and later ones use their connections again", .timeLimit(.minutes(10)))
    func manyAtOnce() async throws {
        try await ClientFixture.run(script: { $0.line.contains("/wait-") ? .hold : .answer("200 OK") }) { fixture in
            await withTaskGroup(of: Int?.self) { group in
                for number in 0..<64 {
                    group.addTask {
                        await fixture.send(.execution(ExecutionID(rawValue: "wait-\(number)"))).status
                    }
                }
                // None is answered before all have come: so all run at the same time.
                for _ in 0..<64 { _ = await fixture.server.nextRequest() }
                fixture.server.releaseHeld(Self.answer)
                for await status in group { #expect(status == 200) }
            }
            #expect(fixture.server.connections == 64)

            await withTaskGroup(of: Int?.self) { group in
                for _ in 0..<256 { group.addTask { await fixture.send(.me).status } }
                for await status in group { #expect(status == 200) }
            }
            #expect(fixture.server.connections == 64)
            #expect(fixture.server.lines.count == 320)
        }
    }

    @Test("Requests one after another share one connection")
    func oneConnection() async throws {
        try await ClientFixture.run(script: { _ in .answer("200 OK") }) { fixture in
            for _ in 0..<10 { #expect(await fixture.send(.me).status == 200) }
            #expect(fixture.server.connections == 1)
        }
    }

    @Test("Requests beyond those that may wait are refused at once, and nothing of them is sent")
    func boundedQueue() async throws {
        let limits: (inout BolnaClientSettings) -> Void = {
            $0.mostConcurrent = 1
            $0.mostWaiting = 1
        }
        try await ClientFixture.run(settings: limits, script: { _ in .hold }) { fixture in
            async let first = fixture.send(.me)
            _ = await fixture.server.nextRequest()
            await withTaskGroup(of: BolnaAnswer.self) { group in
                for _ in 0..<4 { group.addTask { await fixture.send(.agents) } }
                // One waits for the first; only the other three can be answered now.
                for _ in 0..<3 { #expect(await group.next()?.failure?.kind == .connect) }
                fixture.server.releaseHeld(Self.answer)
                _ = await fixture.server.nextRequest()
                fixture.server.releaseHeld(Self.answer)
                #expect(await group.next()?.status == 200)
            }
            #expect(await first.status == 200)
            #expect(fixture.server.lines.count == 2)
        }
    }

    @Test("A cancelled task gets its answer at once, and its connection is closed")
    func cancelledWhileRunning() async throws {
        try await ClientFixture.run(script: { _ in .hold }) { fixture in
            let task = Task { await fixture.send(.me) }
            _ = await fixture.server.nextRequest()
            task.cancel()
            #expect(await task.value.failure?.kind == .cancelled)
            await fixture.server.nextClose()
        }
    }

    @Test("A cancelled task that still waits for others is answered, and nothing of it is sent")
    func cancelledWhileWaiting() async throws {
        try await ClientFixture.run(settings: { $0.mostConcurrent = 1 }, script: { _ in .hold }) { fixture in
            async let first = fixture.send(.me)
            _ = await fixture.server.nextRequest()
            let second = Task { await fixture.send(.agents) }
            second.cancel()
            #expect(await second.value.failure?.kind == .cancelled)
            fixture.server.releaseHeld(Self.answer)
            #expect(await first.status == 200)
            #expect(fixture.server.lines.count == 1)
        }
    }

    @Test("A task that was cancelled before it asked is answered as cancelled")
    func cancelledBefore() async throws {
        try await ClientFixture.run(script: { _ in .hold }) { fixture in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await fixture.send(.me)
            }
            #expect(await task.value.failure?.kind == .cancelled)
        }
    }

    @Test("Shutting down cancels what runs and what waits, closes connections and refuses what comes later")
    func shutdown() async throws {
        try await ClientFixture.run(settings: { $0.mostConcurrent = 1 }, script: { _ in .hold }) { fixture in
            await withTaskGroup(of: BolnaAnswer.self) { group in
                for _ in 0..<3 { group.addTask { await fixture.send(.me) } }
                _ = await fixture.server.nextRequest()
                await fixture.client.shutdown()
                for await answer in group { #expect(answer.failure?.kind == .cancelled) }
            }
            await fixture.server.nextClose()
            #expect(await fixture.send(.me).failure?.kind == .cancelled)
            await fixture.client.shutdown()
        }
    }

    @Test("A client that is dropped without a word ends its thread and closes its connections")
    func dropped() async throws {
        let authority = try TestAuthority()
        try await ScriptedServer.with(tls: try authority.serverConfiguration(), script: { _ in .answer("200 OK") }) {
            server in
            var settings = BolnaClientSettings(
                baseURL: try BolnaBaseURL(validating: "https://127.0.0.1:\(server.port)"), caFile: authority.file)
            settings.userAgent = "dropped"
            var client: BolnaClient? = try BolnaClient(
                settings: settings, credentials: ClientFixture.credentials(), now: TickingTime().now)
            let status = await client?.send(BolnaRequest(account: ClientFixture.account, endpoint: .me)).status
            #expect(status == 200)
            client = nil
            await server.nextClose()
            #expect(client == nil)
        }
    }
}
