import CallDomain
import Foundation
import GatewayService
import Testing

@testable import GatewayCommands

@Suite("PolicyFile") struct PolicyFileTests {
    private static let agent = AgentID(rawValue: "agent-1")

    /// Reads the text of a file on top of settings.
    private func policy(_ yaml: String, over settings: GatewaySettings = GatewaySettings()) throws -> PolicyFile {
        let file = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try yaml.write(to: file, atomically: true, encoding: .utf8)
        return PolicyFile(path: file.path, over: settings)
    }

    private func row(
        _ status: CallStatus, _ second: Int64, stated: Int64? = nil, _ fields: [CallField: FieldValue] = [:]
    ) -> JournalRow {
        let time = Timestamp(seconds: 1_760_000_000 + second)
        let statedAt = Timestamp(seconds: 1_760_000_000 + (stated ?? second))
        var set = FieldSet()
        for (field, value) in fields { set[field] = value }
        let statement = Statement(
            executionID: ExecutionID(rawValue: "e"), status: status, updatedAt: statedAt, fields: set)
        let key = ObservationKey(
            source: .webhook, trust: .signed, standing: .applied,
            digest: ContentDigest(words: (UInt64(second), 1, 2, 3)))
        return JournalRow(
            position: second, observation: Observation(key: key, receivedAt: time, statement: statement),
            decision: Decision(outcome: .advanced, rule: .behind), count: 1, lastReceivedAt: time, body: nil)
    }

    /// A call whose ringing is told late; it talks, and never gets its recording.
    private var call: ReplayedCall {
        ReplayedCall(
            call: CallID(rawValue: "c"), execution: ExecutionID(rawValue: "e"), agent: Self.agent,
            journal: CallJournal(
                rows: [
                    row(.initiated, 10), row(.ringing, 200, stated: 20), row(.inProgress, 230),
                    row(.callDisconnected, 290), row(.completed, 300, [.conversationDuration: .number(60)]),
                ], reads: []))
    }

    /// Whether other reads would be made, or reads would tell of other missed webhooks.
    private func differs(_ settings: GatewaySettings) -> Bool {
        let reads = PolicyComparison(
            present: GatewaySettings().policy, given: settings.policy,
            end: Timestamp(seconds: 1_760_000_000 + 20_000)
        ).compare(call).reads
        return reads.differs || reads.presentMissed != reads.givenMissed
    }

    @Test(
        "What a policy states of agents changes the reads of their calls",
        arguments: [
            ("suppressedStatuses", "ringing"), ("suppressedStatusesByAgent", "agent-1=ringing"),
            ("providedArtefacts", "recording:no,transcript:no,cost:no"),
            ("providedArtefactsByAgent", "agent-1=recording:no,transcript:no,cost:no"),
            ("deadlinesByAgent", "agent-1=initiated:5m"),
        ])
    func agents(key: String, value: String) throws {
        let file = try policy("expectations:\n  \(key): \"\(value)\"\n")
        #expect(file.mistakes == [])
        #expect(differs(file.settings))
        let other = try policy("expectations:\n  \(key): \"\(value.replacing("agent-1", with: "agent-2"))\"\n")
        #expect(differs(other.settings) == !key.hasSuffix("ByAgent"))
    }

    @Test("An agent's own statement fills in what is stated of all, of the file and of the settings")
    func together() throws {
        var settings = GatewaySettings()
        settings.usualAgent.suppressedStatuses = [.ringing]
        settings.usualAgent.artefacts = [.recording: true]
        let file = try policy(
            "expectations:\n  providedArtefactsByAgent: \"agent-1=extraction:yes\"\n", over: settings)
        let profile = file.settings.policy.profile(of: Self.agent)
        #expect(profile.suppressedStatuses == [.ringing])
        #expect(profile.statedArtefacts == [.recording: true, .extraction: true])
        #expect(file.settings.policy.profile(of: nil).statedArtefacts == [.recording: true])
    }

    @Test("Every mistake is told with its place")
    func mistakes() throws {
        let file = try policy("trust:\n  addressed: maybe\nlisten:\n  port: 1\nexpectations:\n  ringin: 5s\n")
        #expect(file.mistakes.count == 3)
        #expect(file.mistakes.contains { $0.contains("yaml:2") && $0.contains("webhook.trust.addressed") })
        #expect(file.mistakes.contains { $0.contains("yaml:4") && $0.contains("no part of a policy") })
        #expect(file.mistakes.contains { $0.contains("yaml:6") && $0.contains("ringin") })
        #expect(try policy("").mistakes.count == 1)
        #expect(PolicyFile(path: "/nowhere/at/all", over: GatewaySettings()).mistakes.count == 1)
    }
}
