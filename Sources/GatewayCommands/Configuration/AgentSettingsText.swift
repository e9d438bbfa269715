import CallDomain
import GatewayHTTP

/// What is known of agents, as people write it: `AGENT=VALUE;AGENT=VALUE`, where one agent is any text without blanks,
/// `=`, `;` and `,`.
enum AgentSettingsText {
    /// The most agents that are named in one setting.
    static let mostAgents = 1_000

    /// Reads `AGENT=VALUE;AGENT=VALUE` with values that `read` understands; nil for anything else. Empty text is none.
    static func agents<Value>(_ text: String, _ read: (String) -> Value?) -> [AgentID: Value]? {
        guard !text.isEmpty else { return [:] }
        var agents: [AgentID: Value] = [:]
        for part in text.split(separator: ";", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, let value = read(trimmed(sides[1])) else { return nil }
            let agent = trimmed(sides[0])
            guard !agent.isEmpty, !agent.contains(where: { $0.isWhitespace || $0 == "," }),
                agents.updateValue(value, forKey: AgentID(rawValue: agent)) == nil, agents.count <= mostAgents
            else { return nil }
        }
        return agents
    }

    /// Writes what ``agents(_:_:)`` reads, ordered by agent.
    static func text<Value>(_ agents: [AgentID: Value], _ write: (Value) -> String) -> String {
        agents.sorted { $0.key < $1.key }.map { "\($0.key.rawValue)=\(write($0.value))" }.joined(separator: ";")
    }

    /// Known statuses, separated by commas; `none` is no status.
    static func statuses(_ text: String) -> Set<CallStatus>? {
        if text == "none" { return [] }
        var statuses: Set<CallStatus> = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let status = CallStatus(spelling: trimmed(word)), status.step != nil else { return nil }
            statuses.insert(status)
        }
        return statuses
    }

    /// Writes what ``statuses(_:)`` reads.
    static func text(_ statuses: Set<CallStatus>) -> String {
        statuses.isEmpty ? "none" : statuses.map(\.word).sorted().joined(separator: ",")
    }

    /// Artefacts, each with `yes` or `no`, such as `recording:yes,extraction:no`; empty text is none.
    static func artefacts(_ text: String) -> [Artefact: Bool]? {
        pairs(text) { name, value in
            guard let artefact = Artefact.allCases.first(where: { $0.settingName == name }) else { return nil }
            return switch value {
            case "yes": (artefact, true)
            case "no": (artefact, false)
            default: nil
            }
        }
    }

    /// Writes what ``artefacts(_:)`` reads.
    static func text(_ artefacts: [Artefact: Bool]) -> String {
        artefacts.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key.settingName):\($0.value ? "yes" : "no")" }.joined(separator: ",")
    }

    /// Deadlines, such as `talking:30m,ended:20m`.
    static func deadlines(_ text: String) -> [ExpectationRule: Duration]? {
        pairs(text) { name, value in
            guard let rule = ExpectationRule.settable.first(where: { $0.settingName == name }),
                let duration = SettingText.duration(value),
                (Duration.milliseconds(1)...(.seconds(90 * 86_400))).contains(duration)
            else { return nil }
            return (rule, duration)
        }
    }

    /// Writes what ``deadlines(_:)`` reads.
    static func text(_ deadlines: [ExpectationRule: Duration]) -> String {
        deadlines.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key.settingName):\(SettingText.duration($0.value))" }.joined(separator: ",")
    }

    private static func pairs<Key, Value>(
        _ text: String, _ read: (String, String) -> (Key, Value)?
    ) -> [Key: Value]? {
        guard !text.isEmpty else { return [:] }
        var values: [Key: Value] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, let (key, value) = read(trimmed(sides[0]), trimmed(sides[1])),
                values.updateValue(value, forKey: key) == nil
            else { return nil }
        }
        return values
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }
}

extension SettingKey {
    /// What is known of the account's agents that the gateway cannot see for itself.
    static let agents: [SettingKey] = [
        SettingKey(
            name: "expectations.suppressedStatuses",
            expected: "statuses of Bolna, separated by commas, such as ringing,in-progress; or none",
            read: { text, settings in
                guard let statuses = AgentSettingsText.statuses(text) else { return false }
                settings.usualAgent.suppressedStatuses = statuses
                return true
            },
            show: { AgentSettingsText.text($0.usualAgent.suppressedStatuses ?? []) }),
        SettingKey(
            name: "expectations.suppressedStatusesByAgent",
            expected: "AGENT=ringing,in-progress;AGENT=none: statuses that single agents do not send",
            read: { text, settings in
                guard let agents = AgentSettingsText.agents(text, AgentSettingsText.statuses) else { return false }
                settings.suppressedStatusesByAgent = agents
                return true
            },
            show: { AgentSettingsText.text($0.suppressedStatusesByAgent, AgentSettingsText.text).nonEmpty }),
        SettingKey(
            name: "expectations.providedArtefacts",
            expected: "recording, transcript, extraction and cost, each with yes or no, such as recording:yes,cost:no",
            read: { text, settings in
                guard let artefacts = AgentSettingsText.artefacts(text) else { return false }
                settings.usualAgent.artefacts = artefacts
                return true
            },
            show: { AgentSettingsText.text($0.usualAgent.artefacts).nonEmpty }),
        SettingKey(
            name: "expectations.providedArtefactsByAgent",
            expected: "AGENT=recording:yes,extraction:no;AGENT=recording:no",
            read: { text, settings in
                guard let agents = AgentSettingsText.agents(text, AgentSettingsText.artefacts) else { return false }
                settings.artefactsByAgent = agents
                return true
            },
            show: { AgentSettingsText.text($0.artefactsByAgent, AgentSettingsText.text).nonEmpty }),
        SettingKey(
            name: "expectations.deadlinesByAgent",
            expected: "AGENT=talking:30m,ended:20m;AGENT=ringing:2m, with the names of the deadlines above",
            read: { text, settings in
                guard let agents = AgentSettingsText.agents(text, AgentSettingsText.deadlines) else { return false }
                settings.deadlinesByAgent = agents
                return true
            },
            show: { AgentSettingsText.text($0.deadlinesByAgent, AgentSettingsText.text).nonEmpty }),
    ]
}

extension GatewaySettings {
    /// What is known of single agents.
    var agentSettings: [AgentID: AgentSettings] {
        let agents = Set(suppressedStatusesByAgent.keys).union(artefactsByAgent.keys).union(deadlinesByAgent.keys)
        return agents.reduce(into: [:]) { settings, agent in
            settings[agent] = AgentSettings(
                suppressedStatuses: suppressedStatusesByAgent[agent], artefacts: artefactsByAgent[agent] ?? [:],
                deadlines: deadlinesByAgent[agent] ?? [:])
        }
    }
}

extension String {
    /// Nil where it is empty.
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
