import ArgumentParser
import BolnaWire
import CallDomain
import Foundation
import GatewayHTTP
import WebhookTrust

/// What can be said of an account on the command line; secrets come from files or standard input, never as options.
struct AccountOptions: ParsableArguments {
    @Option(help: "What people call it.")
    var label: String?
    @Option(help: "A file with the API key of the Bolna organization.")
    var tokenFile: String?
    @Flag(help: "Reads the API key of the Bolna organization from standard input.")
    var tokenStdin = false
    @Flag(help: "Takes the token away: nothing is read, no call is placed.")
    var noToken = false
    @Option(help: "A file with the secret (HS256) of the tokens of the account's own application.")
    var tokenSecretFile: String?
    @Option(help: "on or off: whether overdue calls are read, and unknown ones looked for.")
    var polls: Switch?
    @Option(help: "apply, hint or refuse: what a webhook may do that only comes from an address of the list.")
    var addressed: String?
    @Option(help: "hint or refuse: what a webhook may do that nothing speaks for.")
    var none: String?
    @Option(help: "The addresses and CIDR blocks that webhooks come from, separated by commas; bolna for Bolna's own.")
    var sourceAddresses: String?
    @OptionGroup var agents: AgentOptions
    @Option(help: "How long raw bodies are kept: \(RetentionText.expected).")
    var retentionBodies: String?
    @Option(help: "How long transcripts are kept.")
    var retentionTranscripts: String?
    @Option(help: "How long calls are kept.")
    var retentionCalls: String?
    @Option(help: "How long the audit is kept.")
    var retentionAudit: String?

    /// On or off.
    enum Switch: String, CaseIterable, ExpressibleByArgument {
        /// On.
        case on
        /// Off.
        case off
    }

    /// The request that says the same; with the account's name where it adds one.
    func wish(id: AccountID?) throws -> [UInt8] {
        let (token, tokenSecret) = (
            try token(), try tokenSecretFile.map { try Self.secret(in: $0, "--token-secret-file") }
        )
        let retention = try retention()
        var json = JSONWriter()
        try json.object { json in
            if let id { json.member("id", id.rawValue) }
            if let label { json.member("label", label) }
            if let polls { json.member("polls", polls == .on) }
            if let token {
                json.member("token", token)
            } else if noToken {
                json.key("token")
                json.null()
            }
            if let tokenSecret { json.member("tokenSecret", tokenSecret) }
            if addressed != nil || none != nil {
                json.key("trust")
                json.object { json in
                    if let addressed { json.member("addressed", addressed) }
                    if let none { json.member("none", none) }
                }
            }
            if let sourceAddresses {
                json.key("sourceAddresses")
                if sourceAddresses == "bolna" {
                    json.null()
                } else {
                    json.array { json in for part in sourceAddresses.split(separator: ",") { json.value(String(part)) }
                    }
                }
            }
            if !retention.isEmpty {
                json.key("retentionDays")
                json.object { json in for (name, days) in retention { json.member(name, days) } }
            }
            if !agents.isEmpty {
                json.key("settings")
                try agents.write(into: &json)
            }
        }
        return json.bytes
    }

    private func token() throws -> String? {
        guard [tokenFile != nil, tokenStdin, noToken].count(where: { $0 }) < 2 else {
            throw ValidationError("give one of --token-file, --token-stdin and --no-token")
        }
        if let tokenFile { return try Self.secret(in: tokenFile, "--token-file") }
        return tokenStdin ? try Self.secretFromInput() : nil
    }

    private func retention() throws -> [(name: String, days: Int64?)] {
        try [
            ("bodies", retentionBodies), ("transcripts", retentionTranscripts), ("calls", retentionCalls),
            ("audit", retentionAudit),
        ].compactMap { name, text -> (name: String, days: Int64?)? in
            guard let text else { return nil }
            guard let kept = RetentionText.kept(text) else {
                throw ValidationError("--retention-\(name): expected \(RetentionText.expected)")
            }
            return (name, kept.time.map { $0.components.seconds / 86_400 })
        }
    }

    /// The secret in a file that others cannot open.
    static func secret(in path: String, _ option: String) throws -> String {
        if let openness = SecretFile.openness(of: path) { throw ValidationError("\(option): expected \(openness)") }
        guard let text = SettingsFile.text(at: path) else {
            throw ValidationError("\(option): expected the path of a readable text file")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The secret in the first line of standard input.
    static func secretFromInput() throws -> String {
        guard let line = readLine(), !line.isEmpty else {
            throw ValidationError("expected a secret in the first line of standard input")
        }
        return line.trimmingCharacters(in: .whitespaces)
    }
}

/// What is known of agents, on the command line.
struct AgentOptions: ParsableArguments {
    @Option(help: "Statuses that agents send no webhook for, such as ringing,in-progress; or none.")
    var suppressedStatuses: String?
    @Option(help: "Which artefacts calls have, such as recording:yes,extraction:no.")
    var artefacts: String?
    @Option(help: "First deadlines, such as talking:30m,ended:20m.")
    var deadlines: String?

    var isEmpty: Bool { suppressedStatuses == nil && artefacts == nil && deadlines == nil }

    /// The request that says this of one agent, and nothing else of it.
    func wish(agent: String) throws -> [UInt8] {
        var json = JSONWriter()
        try json.object { json in
            json.key("agents")
            try json.object { json in
                json.key(agent)
                try write(into: &json, isWhole: true)
            }
        }
        return json.bytes
    }

    /// Writes the settings; where they are `whole`, what was not named is taken away.
    func write(into json: inout JSONWriter, isWhole: Bool = false) throws {
        let statuses = try suppressedStatuses.map { text in
            try read(text, "--suppressed-statuses", "statuses of Bolna, or none", AgentSettingsText.statuses)
        }
        let artefacts = try (artefacts ?? (isWhole ? "" : nil)).map { text in
            try read(text, "--artefacts", "such as recording:yes,cost:no", AgentSettingsText.artefacts)
        }
        let deadlines = try (deadlines ?? (isWhole ? "" : nil)).map { text in
            try read(text, "--deadlines", "such as talking:30m,ended:20m", AgentSettingsText.deadlines)
        }
        json.object { json in
            if let statuses {
                json.key("suppressedStatuses")
                json.array { json in for word in statuses.map(\.word).sorted() { json.value(word) } }
            } else if isWhole {
                json.key("suppressedStatuses")
                json.null()
            }
            if let artefacts {
                json.key("artefacts")
                json.object { json in
                    for (artefact, isProvided) in artefacts { json.member(artefact.settingName, isProvided) }
                }
            }
            if let deadlines {
                json.key("deadlinesMs")
                json.object { json in
                    for (rule, deadline) in deadlines {
                        json.member(rule.settingName, deadline.microseconds / 1_000)
                    }
                }
            }
        }
    }

    private func read<Value>(
        _ text: String, _ option: String, _ expected: String, _ parse: (String) -> Value?
    ) throws -> Value {
        guard let value = parse(text) else { throw ValidationError("\(option): expected \(expected)") }
        return value
    }
}
