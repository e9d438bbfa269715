/// One thing that can be set: its names, how its text is read into the settings, and how it is written again.
struct SettingKey: Sendable {
    /// The name in the file and for `--set`, such as `listen.port`.
    let name: String
    /// Whether its value is masked wherever it would be shown, and may be given as a file.
    let isSecret: Bool
    /// Whether a wrong value is shown to whoever has to correct it: not where it may hold a secret or a password.
    let isQuoted: Bool
    /// What a value must look like, as the end of a sentence.
    let expected: String
    /// Reads a value; false where it is not what is expected.
    let read: @Sendable (String, inout GatewaySettings) -> Bool
    /// The value in force, as it would be written; nil where none is.
    let show: @Sendable (GatewaySettings) -> String?

    /// The name of the environment variable: `tls.privateKey` is `GATEWAY_TLS_PRIVATE_KEY`.
    var environmentName: String {
        var text = "GATEWAY_"
        var previousIsLower = false
        for character in name {
            if character == "." {
                text += "_"
            } else {
                if character.isUppercase, previousIsLower { text += "_" }
                text += character.uppercased()
            }
            previousIsLower = character.isLowercase
        }
        return text
    }

    /// The name under which a file with the value is given; secrets only.
    var fileName: String { name + "File" }
    /// The environment variable under which a file with the value is given; secrets only.
    var fileEnvironmentName: String { environmentName + "_FILE" }
}

extension SettingKey {
    init(
        name: String, isSecret: Bool = false, isQuoted: Bool? = nil, expected: String,
        read: @escaping @Sendable (String, inout GatewaySettings) -> Bool,
        show: @escaping @Sendable (GatewaySettings) -> String?
    ) {
        self.name = name
        self.isSecret = isSecret
        self.isQuoted = isQuoted ?? !isSecret
        self.expected = expected
        self.read = read
        self.show = show
    }

    /// The longest text of one value, in bytes: longer than any path or address can be.
    static let longestText = 4_096

    /// A text that `isGood` accepts.
    static func text(
        _ name: String, isQuoted: Bool? = nil, expected: String,
        _ path: any WritableKeyPath<GatewaySettings, String> & Sendable,
        where isGood: @escaping @Sendable (String) -> Bool
    ) -> SettingKey {
        SettingKey(
            name: name, isQuoted: isQuoted, expected: expected,
            read: { text, settings in
                guard isGood(text) else { return false }
                settings[keyPath: path] = text
                return true
            },
            show: { $0[keyPath: path] })
    }

    /// A text that `isGood` accepts, and that need not be set.
    static func optionalText(
        _ name: String, isSecret: Bool = false, expected: String,
        _ path: any WritableKeyPath<GatewaySettings, String?> & Sendable,
        where isGood: @escaping @Sendable (String) -> Bool
    ) -> SettingKey {
        SettingKey(
            name: name, isSecret: isSecret, expected: expected,
            read: { text, settings in
                guard isGood(text) else { return false }
                settings[keyPath: path] = text
                return true
            },
            show: { $0[keyPath: path] })
    }

    /// Several texts, separated by commas, that `isGood` accepts together; none of them empty.
    static func list(
        _ name: String, expected: String, _ path: any WritableKeyPath<GatewaySettings, [String]> & Sendable,
        where isGood: @escaping @Sendable ([String]) -> Bool
    ) -> SettingKey {
        SettingKey(
            name: name, expected: expected,
            read: { text, settings in
                let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                guard !parts.contains(""), isGood(parts) else { return false }
                settings[keyPath: path] = parts
                return true
            },
            show: { $0[keyPath: path].isEmpty ? nil : $0[keyPath: path].joined(separator: ",") })
    }

    static func number(
        _ name: String, _ range: ClosedRange<Int>, _ path: any WritableKeyPath<GatewaySettings, Int> & Sendable
    ) -> SettingKey {
        SettingKey(
            name: name, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            read: { text, settings in
                guard let number = Int(text), range.contains(number) else { return false }
                settings[keyPath: path] = number
                return true
            },
            show: { String($0[keyPath: path]) })
    }

    static func factor(
        _ name: String, _ range: ClosedRange<Double>, _ path: any WritableKeyPath<GatewaySettings, Double> & Sendable
    ) -> SettingKey {
        SettingKey(
            name: name, expected: "a number from \(range.lowerBound) to \(range.upperBound)",
            read: { text, settings in
                guard let number = Double(text), range.contains(number) else { return false }
                settings[keyPath: path] = number
                return true
            },
            show: { String($0[keyPath: path]) })
    }

    static func duration(
        _ name: String, in range: ClosedRange<Duration> = .milliseconds(1)...(.seconds(90 * 86_400)),
        _ path: any WritableKeyPath<GatewaySettings, Duration> & Sendable
    ) -> SettingKey {
        let bounds = "\(SettingText.duration(range.lowerBound)) to \(SettingText.duration(range.upperBound))"
        return SettingKey(
            name: name, expected: "a duration such as 250ms, 30s, 5m, 24h or 7d, from \(bounds)",
            read: { text, settings in
                guard let duration = SettingText.duration(text), range.contains(duration) else { return false }
                settings[keyPath: path] = duration
                return true
            },
            show: { SettingText.duration($0[keyPath: path]) })
    }

    static func size(
        _ name: String, _ range: ClosedRange<Int>, _ path: any WritableKeyPath<GatewaySettings, Int> & Sendable
    ) -> SettingKey {
        let bounds = "\(SettingText.size(range.lowerBound)) to \(SettingText.size(range.upperBound))"
        return SettingKey(
            name: name, expected: "a size such as 65536, 64KiB or 1MiB, from \(bounds)",
            read: { text, settings in
                guard let size = SettingText.size(text), range.contains(size) else { return false }
                settings[keyPath: path] = size
                return true
            },
            show: { SettingText.size($0[keyPath: path]) })
    }

    /// `true` or `false`.
    static func flag(
        _ name: String, _ path: any WritableKeyPath<GatewaySettings, Bool> & Sendable
    ) -> SettingKey {
        SettingKey(
            name: name, expected: "true or false",
            read: { text, settings in
                guard let value = Bool(text) else { return false }
                settings[keyPath: path] = value
                return true
            },
            show: { String($0[keyPath: path]) })
    }

    /// How long data is kept: a duration, or `forever`.
    static func retention(
        _ name: String, _ path: any WritableKeyPath<GatewaySettings, Duration?> & Sendable
    ) -> SettingKey {
        SettingKey(
            name: name, expected: RetentionText.expected,
            read: { text, settings in
                guard let kept = RetentionText.kept(text) else { return false }
                settings[keyPath: path] = kept.time
                return true
            },
            show: { RetentionText.text($0[keyPath: path]) })
    }

    static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
        _ name: String, among choices: [Choice] = Array(Choice.allCases),
        _ path: any WritableKeyPath<GatewaySettings, Choice> & Sendable
    ) -> SettingKey where Choice.RawValue == String {
        SettingKey(
            name: name, expected: "one of \(choices.map(\.rawValue).joined(separator: ", "))",
            read: { text, settings in
                guard let choice = choices.first(where: { $0.rawValue == text }) else { return false }
                settings[keyPath: path] = choice
                return true
            },
            show: { $0[keyPath: path].rawValue })
    }
}
