import CallDomain

extension CallFilters {
    /// The form, the chips and the usual choices, as the template takes them.
    func view(agents: [String]) -> PageView {
        [
            "search": search ?? "", "chips": chips.orAbsent, "hasChips": !chips.isEmpty, "clear": "/calls",
            "views": views,
            "isOpen": values.keys.contains { !["q", "status", "overdue", "recording"].contains($0) },
            "statuses": options(
                "status",
                Self.groups.map { ($0.word, $0.title) } + CallStatus.known.map { ($0.word, PageText.words($0.word)) }),
            "agents": options("agent", Set(agents + [agent].compactMap(\.self)).sorted().map { ($0, $0) }),
            "directions": options("direction", [("outbound", "Outbound"), ("inbound", "Inbound")]),
            "sources": options("source", Source.allCases.map { ($0.word, $0.word) }),
            "times": options("time", Self.spans.map { ($0.word, $0.title) }),
            "from": values["from"] ?? "", "to": values["to"] ?? "",
            "recordings": options("recording", [("yes", "With recording")]),
            "overdues": options("overdue", [("yes", "Overdue")]),
        ]
    }

    /// The choices people make most, as links.
    private var views: [PageView] {
        let choices: [(String, [String: String])] = [
            ("All", [:]), ("Live", ["status": "live"]), ("Overdue", ["overdue": "yes"]),
            ("Not answered", ["status": "unanswered"]), ("Failed", ["status": "failing"]),
            ("With recording", ["recording": "yes"]),
        ]
        let own = ["status", "overdue", "recording"]
        return choices.map { title, chosen in
            let changes = Dictionary(uniqueKeysWithValues: own.map { ($0, chosen[$0]) })
            let isCurrent = own.allSatisfy { values[$0] == chosen[$0] }
            return ["href": address(changing: changes), "text": title, "current": isCurrent]
        }
    }

    /// What is set, in words, each with the address without it.
    private var chips: [PageView] {
        parameters.map { name, value in
            ["text": Self.words(name, value), "href": address(changing: [name: nil])]
        }
    }

    private static func words(_ name: String, _ value: String) -> String {
        switch name {
        case "status":
            let words = value.split(separator: ",").map { word in
                groups.first { $0.word == word }?.title.lowercased() ?? PageText.words(String(word))
            }
            return "status: " + words.joined(separator: " or ")
        case "time": return spans.first { $0.word == value }?.title.lowercased() ?? value
        case "from": return "from \(value)"
        case "to": return "before \(value)"
        case "recording": return "with recording"
        case "overdue": return "overdue"
        case "q": return "“\(value)”"
        default: return "\(name): \(value)"
        }
    }

    private func options(_ name: String, _ options: [(String, String)]) -> [PageView] {
        let known = options.contains { $0.0 == values[name] }
        let typed = known ? [] : values[name].map { [($0, $0)] } ?? []
        return (options + typed).map { ["value": $0.0, "text": $0.1, "selected": values[name] == $0.0] }
    }
}
