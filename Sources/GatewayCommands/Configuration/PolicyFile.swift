import CallDomain

/// A file with other rules than those in force: the sections `webhook.trust` (or `trust` alone), `reopen` and
/// `expectations` of `config/gateway.yaml`. What it does not name stays as it is.
struct PolicyFile {
    /// The settings with the file's values in place.
    private(set) var settings: GatewaySettings
    /// Every mistake, each a sentence with the key, where it stands, and what was expected.
    private(set) var mistakes: [String] = []

    /// The beginnings of the keys that a policy consists of.
    private static let sections = ["webhook.trust.", "reopen.", "expectations."]

    /// Reads a file on top of the settings in force.
    init(path: String, over settings: GatewaySettings) {
        self.settings = settings
        guard let text = SettingsFile.text(at: path) else {
            mistakes = ["--policy \(path): expected a readable text file of at most 1 MiB"]
            return
        }
        do {
            try read(SettingsFile(yaml: text).entries, from: path)
        } catch {
            mistakes = ["\(path)\(error.line.map { ":\($0)" } ?? ""): \(error.sentence)"]
        }
    }

    private mutating func read(_ entries: [SettingsFile.Entry], from path: String) throws(SettingsFile.Mistake) {
        guard !entries.isEmpty else {
            throw SettingsFile.Mistake(
                sentence: "expected at least one value of webhook.trust, reopen or expectations")
        }
        let keys = SettingKey.all.filter { key in Self.sections.contains { key.name.hasPrefix($0) } }
        var wrong: Set<String> = []
        var lines: [String: Int] = [:]
        for entry in entries {
            let name = entry.name.hasPrefix("trust.") ? "webhook.\(entry.name)" : entry.name
            guard let key = keys.first(where: { $0.name == name }) else {
                let isOther = SettingKey.all.contains { $0.name == name }
                let nearest = NearestName.suggestion(for: name, among: keys.map(\.name))
                mistakes.append(
                    "\(path):\(entry.line): "
                        + (isOther
                            ? "\(name) is no part of a policy; expected keys of webhook.trust, reopen, expectations"
                            : "there is no key \(SettingText.quoted(entry.name))\(nearest)"))
                continue
            }
            lines[name] = entry.line
            if !key.read(entry.value, &settings) {
                wrong.insert(name)
                let found = key.isQuoted ? ", found \(SettingText.quoted(entry.value))" : ""
                mistakes.append("\(name) (\(path):\(entry.line)): expected \(key.expected)\(found)")
            }
        }
        for rule in SettingRule.all where wrong.isDisjoint(with: rule.keys) && !rule.holds(settings) {
            guard let name = rule.keys.first(where: { lines[$0] != nil }), let line = lines[name] else { continue }
            mistakes.append("\(rule.keys.first ?? name) (\(path):\(line)): expected \(rule.expected)")
        }
    }
}
