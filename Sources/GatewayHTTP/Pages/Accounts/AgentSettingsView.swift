import CallDomain

/// What is set for one agent, or for all of an account, as templates take it.
struct AgentSettingsView {
    let settings: AgentSettings
    /// Whether it is about a single agent, which otherwise goes by what holds for all.
    let isOfOne: Bool
    /// What was typed into a form that is shown again; nil where what is set is shown.
    var typed: QueryParameters?

    /// The form's fields with what was typed, else with what is set now.
    var view: PageView {
        let sends = text("sends", settings.suppressedStatuses.map { $0.isEmpty ? "all" : "some" })
        return [
            "sends": [
                choice("", isOfOne ? "as all agents of the account" : "every status", sends.isEmpty),
                choice("all", "every status", sends == "all"),
                choice("some", "every status but those below", sends == "some"),
            ].filter { isOfOne || $0["value"] as? String != "all" },
            "statuses": CallStatus.known.map { status in
                [
                    "word": status.word, "text": PageText.words(status.word),
                    "checked": typed?.contains("silent-\(status.word)")
                        ?? settings.suppressedStatuses?.contains(status) ?? false,
                ] as PageView
            },
            "artefacts": Artefact.allCases.map { artefact in
                let set = text(
                    "artefact-\(artefact.settingName)", settings.artefacts[artefact].map { $0 ? "yes" : "no" })
                return [
                    "name": artefact.settingName, "title": PageText.words(artefact.settingName),
                    "choices": [
                        choice("", isOfOne ? "as all agents" : "learned", set.isEmpty),
                        choice("yes", "comes with every call", set == "yes"),
                        choice("no", "never comes", set == "no"),
                    ],
                ] as PageView
            },
            "deadlines": ExpectationRule.settable.map { rule in
                [
                    "name": rule.settingName, "title": PageText.words(rule.settingName),
                    "value": text("due-\(rule.settingName)", settings.deadlines[rule].map(AgentSettingsView.seconds)),
                ] as PageView
            },
        ]
    }

    /// What is set, in words; empty where nothing is.
    var words: String {
        var words: [String] = []
        if let statuses = settings.suppressedStatuses {
            words.append(
                statuses.isEmpty
                    ? "sends every status"
                    : "sends no " + statuses.map { PageText.words($0.word) }.sorted().joined(separator: ", "))
        }
        words += settings.artefacts.map { "\($0.key.settingName) \($0.value ? "comes" : "never comes")" }.sorted()
        words += settings.deadlines.map { "\($0.key.settingName) due after \($0.value.words)" }.sorted()
        return words.joined(separator: "; ")
    }

    /// A field as it was typed, else as it is set; empty where it is not.
    private func text(_ name: String, _ set: String?) -> String { (typed.map { $0.text(name) } ?? set) ?? "" }

    private func choice(_ value: String, _ text: String, _ isSelected: Bool) -> PageView {
        ["value": value, "text": text, "selected": isSelected]
    }

    /// Seconds as a form writes them, with what there is of milliseconds.
    private static func seconds(_ duration: Duration) -> String {
        let (seconds, rest) = (duration.microseconds / 1_000).quotientAndRemainder(dividingBy: 1_000)
        return rest == 0 ? "\(seconds)" : "\(seconds).\(String(1_000 + rest).dropFirst())"
    }
}
