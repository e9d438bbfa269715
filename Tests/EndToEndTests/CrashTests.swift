import AsyncHTTPClient
import Foundation
import GRDB
import Synchronization
import Testing

@Suite("kill -9 under load", .serialized) struct CrashTests {
    /// How many times the gateway is killed; `GATEWAY_CRASH_ROUNDS` asks for more.
    static let rounds = ProcessInfo.processInfo.environment["GATEWAY_CRASH_ROUNDS"].flatMap { Int($0) } ?? 3
    /// How many answers are waited for before the kill; `GATEWAY_CRASH_ACKS` asks for more.
    static let acknowledgements = ProcessInfo.processInfo.environment["GATEWAY_CRASH_ACKS"].flatMap { Int($0) } ?? 300
    /// How many clients post at once.
    static let clients = 16

    @Test("Every acknowledged webhook is in the database after a kill, and the database is sound")
    func acknowledgedSurvives() async throws {
        let folder = try TemporaryFolder()
        let environment = ServeFixture.environment
        let template = try Payloads.text("02-lifecycle-1-queued.json")
        let acknowledged = Acknowledged()
        for round in 1...Self.rounds {
            let fixture = try await ServeFixture.start(in: folder, environment: environment)
            let target = acknowledged.ids.count + Self.acknowledgements
            await withTaskGroup(of: Void.self) { group in
                for client in 0..<Self.clients {
                    group.addTask {
                        for number in 0..<100_000 {
                            let id = "crash-\(round)-\(client)-\(number)"
                            let body = template.replacing("f54886af-64c6-5dec-8a52-c3f9ab4af601", with: id)
                            guard let answer = try? await fixture.poster.post(signed: Array(body.utf8)),
                                (200..<300).contains(answer.status)
                            else { return }
                            if acknowledged.insert(id) >= target { fixture.gateway.signal(SIGKILL) }
                        }
                    }
                }
            }
            let end = await fixture.gateway.end()
            #expect(end.code == -SIGKILL)
            try await fixture.poster.client.shutdown()
        }

        let restarted = try await ServeFixture.start(in: folder, environment: environment)
        restarted.gateway.signal(SIGTERM)
        #expect(await restarted.gateway.end().code == 0)
        try await restarted.poster.client.shutdown()

        var configuration = Configuration()
        configuration.readonly = true
        let database = try DatabaseQueue(
            path: folder.url.appending(path: "data/gateway.db").path, configuration: configuration)
        let (integrity, stored) = try await database.read { database in
            (
                try String.fetchAll(database, sql: "PRAGMA integrity_check"),
                try String.fetchSet(
                    database,
                    sql: """
                        SELECT calls.execution FROM calls JOIN observations ON observations.call = calls.id
                        """)
            )
        }
        #expect(integrity == ["ok"])
        let lost = acknowledged.ids.subtracting(stored)
        #expect(lost.isEmpty, "\(lost.count) acknowledged webhooks are not in the database")
        #expect(stored.count >= Self.rounds * Self.acknowledgements)
    }
}

/// The ids of what was answered 2xx.
private final class Acknowledged: Sendable {
    private let known = Mutex<Set<String>>([])

    var ids: Set<String> { known.withLock { $0 } }

    /// Adds one and returns how many there are.
    func insert(_ id: String) -> Int {
        known.withLock { known in
            known.insert(id)
            return known.count
        }
    }
}
