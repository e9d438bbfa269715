import CallDomain

extension CallFilters {
    /// The form, the chips and the usual choices, as the template takes them.
    func view(agents: [String], names: [AgentID: String]) -> PageView {
        [
            "search": search ?? "", "chips": chips(names).orAbsent, "hasChips": !values.isEmpty, "clear": "/calls",
            "views": views,
            "isOpen": values.keys.contains { !["q", "status", "overdue", "recording"].contains($0) },
            "statuses": options(
                "status",
                Self.groups.map { ($0.word, $0.title) } + CallStatus.known.map { ($0.word, PageText.words($0.word)) }),
            "agents": options("agent", Self.agents(agents + [agent].compactMap(\.self), names: names)),
            "directions": options("direction", [("outbound", "Outbound"), ("inbound", "Inbound")]),
            "sources": options("source", Source.allCases.map { ($0.word, $0.word) }),
            "times": options("time", Self.spans.map { ($0.word, $0.title) }),
            "from": from.map(PageText.formValue) ?? "", "to": to.map(PageText.formValue) ?? "",
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
    private func chips(_ names: [AgentID: String]) -> [PageView] {
        parameters.map { name, value in
            let time = name == "from" ? from : name == "to" ? to : nil
            let text = name == "agent" ? "agent: \(PageText.agentLabel(value, names: names))" : Self.words(name, value)
            return [
                "text": text, "time": time.map(PageText.time).orAbsent, "href": address(changing: [name: nil]),
            ]
        }
    }

    /// Agents as a form offers them, by what people read.
    static func agents(_ ids: [String], names: [AgentID: String]) -> [(String, String)] {
        Set(ids).map { ($0, PageText.agentLabel($0, names: names)) }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    }

    private static func words(_ name: String, _ value: String) -> String {
        switch name {
        case "status":
            let words = value.split(separator: ",").map { word in
                groups.first { $0.word == word }?.title.lowercased() ?? PageText.words(String(word))
            }
            return "status: " + words.joined(separator: " or ")
        case "time": return spans.first { $0.word == value }?.title.lowercased() ?? value
        case "from": return "from "
        case "to": return "before "
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
