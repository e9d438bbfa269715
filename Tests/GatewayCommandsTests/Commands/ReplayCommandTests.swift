import CallDomain
import Foundation
import SQLiteStore
import Testing

@testable import GatewayCommands

@Suite struct ReplayCommandTests {
    private static let acme = AccountID(rawValue: "acme")
    private static let agent = AgentID(rawValue: "agent-1")

    private func withStore(_ body: (SQLiteStore) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("replay-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let store = try SQLiteStore(path: directory.appendingPathComponent("gateway.sqlite").path)
        try body(store)
        try store.close()
    }

    @Test("A stored account's calls are compared with that account's own policy, on which the file is laid")
    func ownPolicy() throws {
        let account = StoredAccount(
            id: Self.acme, createdAt: Timestamp(seconds: 1_790_000_000), trust: TrustPolicy(addressed: .apply),
            settings: AgentSettings(deadlines: [.talking: .seconds(1_800)]),
            agents: [Self.agent: AgentSettings(suppressedStatuses: [.ringing])])
        var settings = GatewaySettings()
        settings.trustPolicy = TrustPolicy(none: .hint)
        settings.suppressedStatusesByAgent = [AgentID(rawValue: "another"): [.busy]]
        settings.reopening.pause = .seconds(90)
        try withStore { store in
            _ = try store.apply([.account(.put(account))])
            let own = try ReplayCommand.settings(settings, of: Self.acme, in: store).policy
            #expect(own.trust == TrustPolicy(addressed: .apply))
            #expect(own.profile(of: nil).statedDeadlines == [.talking: .seconds(1_800)])
            #expect(own.profile(of: Self.agent).suppressedStatuses == [.ringing])
            #expect(own.agents.keys.map(\.rawValue) == ["agent-1"])
            #expect(own.reconciler == settings.policy.reconciler, "the rules of all accounts")
            #expect(try ReplayCommand.settings(settings, of: .default, in: store).policy == settings.policy)
            #expect(throws: GatewayFailure.self) {
                try ReplayCommand.settings(settings, of: AccountID(rawValue: "nobody"), in: store)
            }
        }
    }
}
