import Foundation

/// The limits of the listeners are told in one table: every setting with its default and the tests that cross it.
enum LimitRules {
    /// Where it is written.
    static let page = "Sources/GatewayHTTP/GatewayHTTP.docc/Limits.md"
    /// Where the settings and their defaults are.
    static let settings = "config/gateway.yaml"

    /// A row of the table.
    struct Row: Equatable {
        var setting: String
        var value: String
        var suites: Set<String>
    }

    /// The rows of the table.
    static func rows(in page: String) -> [Row] {
        page.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 4, cells[0].hasPrefix("`limits.") else { return nil }
            let setting = cells[0].trimmingCharacters(in: ["`"])
            return Row(setting: setting, value: cells[1], suites: ThreatModelRules.suites(in: cells[3]))
        }
    }

    /// The settings below `limits`, with their defaults.
    static func defaults(in yaml: String) -> [String: String] {
        let lines = yaml.split(separator: "\n").drop { $0 != "limits:" }.dropFirst().prefix { $0.hasPrefix("  ") }
        let pairs = lines.filter { !$0.contains("#") }.compactMap { line -> (String, String)? in
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            return parts.count == 2 ? ("limits.\(parts[0])", parts[1]) : nil
        }
        return Dictionary(pairs) { first, _ in first }
    }

    /// What the table lacks, has too much, or says wrongly.
    static func faults(rows: [Row], defaults: [String: String]) -> [String] {
        let told = Dictionary(rows.map { ($0.setting, $0) }) { first, _ in first }
        let names = Set(told.keys).union(defaults.keys)
        return names.sorted().compactMap { name in
            guard let row = told[name] else { return "\(name) is not in the table" }
            guard let value = defaults[name] else { return "\(name) is no setting" }
            if row.value != value { return "\(name) is \(value) unless told otherwise" }
            return row.suites.isEmpty ? "\(name) has no test" : nil
        }
    }
}
