import CallDomain
import GatewayService
import Testing

@testable import GatewayCommands

@Suite struct AgentSettingsTextTests {
    private func load(_ flags: [(key: String, value: String)]) -> SettingsLoader.Outcome {
        SettingsLoader(environment: [:], file: "/dev/null", flags: flags).load()
    }

    @Test(
        "What is known of agents is written as it is read",
        arguments: [
            ("expectations.suppressedStatuses", "busy,in-progress,ringing"),
            ("expectations.suppressedStatuses", "none"),
            ("expectations.suppressedStatusesByAgent", "agent-1=in-progress,ringing;agent-2=none"),
            ("expectations.providedArtefacts", "recording:yes,transcript:no,extraction:no,cost:yes"),
            ("expectations.providedArtefactsByAgent", "agent-1=recording:yes;agent-2=recording:no,extraction:yes"),
            ("expectations.deadlinesByAgent", "agent-1=ended:20m,talking:30m;agent-2=ringing:2m"),
        ])
    func roundTrip(key: String, value: String) throws {
        let outcome = load([(key, value)])
        #expect(outcome.mistakes == [])
        let setting = try #require(SettingKey.all.first { $0.name == key })
        #expect(setting.show(outcome.settings) == value)
    }

    @Test("Blanks and spellings do not matter")
    func spelling() {
        let outcome = load([
            ("expectations.suppressedStatusesByAgent", " agent-1 = Ringing, in_progress ; agent-2 = none")
        ])
        #expect(outcome.settings.suppressedStatusesByAgent[AgentID(rawValue: "agent-1")] == [.ringing, .inProgress])
        #expect(outcome.settings.suppressedStatusesByAgent[AgentID(rawValue: "agent-2")] == [])
    }

    @Test(
        "What cannot be meant is refused",
        arguments: [
            ("expectations.suppressedStatuses", "ringin"), ("expectations.suppressedStatuses", "ringing,"),
            ("expectations.suppressedStatusesByAgent", "agent-1"),
            ("expectations.suppressedStatusesByAgent", "=ringing"),
            ("expectations.suppressedStatusesByAgent", "agent-1=ringing;"),
            ("expectations.suppressedStatusesByAgent", "agent-1=ringing;agent-1=busy"),
            ("expectations.suppressedStatusesByAgent", "agent 1=ringing"),
            ("expectations.providedArtefacts", "recording"), ("expectations.providedArtefacts", "recording:maybe"),
            ("expectations.providedArtefacts", "recording:yes,recording:no"),
            ("expectations.providedArtefactsByAgent", "agent-1=photo:yes"),
            ("expectations.deadlinesByAgent", "agent-1=talking:soon"),
            ("expectations.deadlinesByAgent", "agent-1=talking:0s"),
            ("expectations.deadlinesByAgent", "agent-1=hint:1m"),
        ])
    func refused(key: String, value: String) {
        #expect(load([(key, value)]).mistakes.count == 1)
    }

    @Test("An agent's own words stand before those of the account")
    func together() {
        let settings = load([
            ("expectations.suppressedStatuses", "ringing"), ("expectations.providedArtefacts", "recording:yes,cost:no"),
            ("expectations.suppressedStatusesByAgent", "agent-1=none"),
            ("expectations.providedArtefactsByAgent", "agent-2=recording:no"),
            ("expectations.deadlinesByAgent", "agent-2=talking:30m"),
        ]).settings
        let account = GatewayAccount(
            id: .default, hasToken: true, settings: settings.usualAgent, agents: settings.agentSettings)
        let first = account.settings(for: AgentID(rawValue: "agent-1"))
        #expect(first.suppressedStatuses == [])
        #expect(first.artefacts == [.recording: true, .finalCost: false])
        let second = account.settings(for: AgentID(rawValue: "agent-2"))
        #expect(second.suppressedStatuses == [.ringing])
        #expect(second.artefacts == [.recording: false, .finalCost: false])
        #expect(second.deadlines == [.talking: .seconds(1_800)])
        #expect(account.settings(for: nil).suppressedStatuses == [.ringing])
        #expect(account.settings(for: AgentID(rawValue: "agent-3")).deadlines == [:])
    }
}
