import Foundation

/// Reads settings from defaults, then a file, then the environment, then flags, and reports every mistake at once.
struct SettingsLoader {
    /// The file that is read where none is named, if it is there.
    static let defaultFile = "config/gateway.yaml"

    /// What was read.
    struct Outcome {
        /// The settings; defaults stand where a value was wrong.
        var settings = GatewaySettings()
        /// Where each value that is not a default came from, by the key's name.
        var origins: [String: String] = [:]
        /// Every mistake, each a sentence with the key, where it stands, and what was expected.
        var mistakes: [String] = []
        /// What is not wrong but worth knowing.
        var warnings: [String] = []
        /// The names of the keys with a wrong value.
        var wrongKeys: Set<String> = []

        /// Every key with its value, secrets masked, and where it came from.
        var rows: [(key: String, value: String, origin: String)] {
            SettingKey.all.map { key in
                let value = key.show(settings).map { key.isSecret ? "(set)" : $0 } ?? "(not set)"
                return (key.name, value, origins[key.name] ?? "default")
            }
        }
    }

    /// The environment.
    var environment: [String: String]
    /// The file that was named; nil: ``defaultFile``, where it is there.
    var file: String?
    /// `--set key=value` and flags of their own, in order.
    var flags: [(key: String, value: String)]

    /// Reads everything.
    func load() -> Outcome {
        var outcome = Outcome()
        readFile(into: &outcome)
        readEnvironment(into: &outcome)
        readFlags(into: &outcome)
        for rule in SettingRule.all where outcome.wrongKeys.isDisjoint(with: rule.keys) {
            guard !rule.holds(outcome.settings), let key = rule.keys.first else { continue }
            outcome.mistakes.append("\(key) (\(outcome.origins[key] ?? "default")): expected \(rule.expected)")
        }
        return outcome
    }

    private func readFile(into outcome: inout Outcome) {
        let path = file ?? Self.defaultFile
        guard FileManager.default.fileExists(atPath: path) else {
            if file != nil { outcome.mistakes.append("--config \(path): there is no such file") }
            return
        }
        guard let text = SettingsFile.text(at: path) else {
            outcome.mistakes.append("\(path): expected a readable text file of at most 1 MiB")
            return
        }
        let entries: [SettingsFile.Entry]
        do {
            entries = try SettingsFile(yaml: text).entries
        } catch {
            outcome.mistakes.append("\(path)\(error.line.map { ":\($0)" } ?? ""): \(error.sentence)")
            return
        }
        var holdsSecret = false
        for entry in entries {
            let origin = "\(path):\(entry.line)"
            if let key = SettingKey.all.first(where: { $0.name == entry.name }) {
                holdsSecret = holdsSecret || key.isSecret
                if key.isSecret, entries.contains(where: { $0.name == key.fileName }) {
                    refuseBoth(key.name, key.fileName, key, in: path, &outcome)
                } else {
                    take(entry.value, for: key, from: origin, into: &outcome)
                }
            } else if let key = SettingKey.all.first(where: { $0.isSecret && $0.fileName == entry.name }) {
                takeFile(entry.value, named: entry.name, for: key, from: origin, into: &outcome)
            } else {
                let names = SettingKey.all.flatMap { $0.isSecret ? [$0.name, $0.fileName] : [$0.name] }
                let nearest = NearestName.suggestion(for: entry.name, among: names)
                outcome.mistakes.append("\(origin): there is no key \(SettingText.quoted(entry.name))\(nearest)")
            }
        }
        if holdsSecret, let openness = SecretFile.openness(of: path) {
            outcome.mistakes.append("\(path) holds a secret: expected \(openness)")
        }
    }

    private func readEnvironment(into outcome: inout Outcome) {
        // A variable that is set to nothing is one that is not set: that is how shells and units unset them.
        let environment = environment.filter { !$0.value.isEmpty }
        var known: Set<String> = []
        for key in SettingKey.all {
            let name = key.environmentName
            let fileName = key.fileEnvironmentName
            known.insert(name)
            if key.isSecret { known.insert(fileName) }
            switch (environment[name], key.isSecret ? environment[fileName] : nil) {
            case (_?, _?):
                refuseBoth(name, fileName, key, in: "environment", &outcome)
            case (let value?, nil):
                take(value, for: key, from: "environment \(name)", into: &outcome)
            case (nil, let path?):
                takeFile(path, named: fileName, for: key, from: "environment \(fileName)", into: &outcome)
            case (nil, nil):
                break
            }
        }
        for name in environment.keys.sorted() where name.hasPrefix("GATEWAY_") && !known.contains(name) {
            let nearest = NearestName.suggestion(for: name, among: known.sorted())
            outcome.warnings.append("\(name) in the environment is no setting of the gateway\(nearest)")
        }
    }

    private func readFlags(into outcome: inout Outcome) {
        for (name, value) in flags {
            guard let key = SettingKey.all.first(where: { $0.name == name }) else {
                let nearest = NearestName.suggestion(for: name, among: SettingKey.all.map(\.name))
                outcome.mistakes.append("--set \(SettingText.quoted(name)): there is no such key\(nearest)")
                continue
            }
            guard !key.isSecret else {
                // Every user of the machine can read a command line.
                refuse(
                    key, "flag",
                    "expected a secret in \(key.environmentName), \(key.fileEnvironmentName) or the file, never as a flag",
                    &outcome)
                continue
            }
            take(value, for: key, from: "flag", into: &outcome)
        }
    }

    private func take(_ value: String, for key: SettingKey, from origin: String, into outcome: inout Outcome) {
        guard value.isEmpty || !key.read(value, &outcome.settings) else {
            return outcome.origins[key.name] = origin
        }
        let found = key.isQuoted ? ", found \(SettingText.quoted(value))" : ""
        refuse(key, origin, "expected \(key.expected)\(found)", &outcome)
    }

    private func takeFile(
        _ path: String, named name: String, for key: SettingKey, from origin: String, into outcome: inout Outcome
    ) {
        guard let text = SettingsFile.text(at: path) else {
            refuse(
                key, origin, "expected the path of a readable text file in \(name), found \(SettingText.quoted(path))",
                &outcome)
            return
        }
        if let openness = SecretFile.openness(of: path) {
            refuse(key, origin, "expected \(openness)", &outcome)
            return
        }
        let secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
        take(secret, for: key, from: "file named by \(origin)", into: &outcome)
    }

    private func refuseBoth(
        _ name: String, _ fileName: String, _ key: SettingKey, in place: String, _ outcome: inout Outcome
    ) {
        refuse(key, place, "expected \(name) or \(fileName), found both", &outcome)
    }

    private func refuse(_ key: SettingKey, _ origin: String, _ reason: String, _ outcome: inout Outcome) {
        outcome.wrongKeys.insert(key.name)
        outcome.mistakes.append("\(key.name) (\(origin)): \(reason)")
    }
}
