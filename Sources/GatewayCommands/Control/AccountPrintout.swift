import Foundation

/// An account as it is printed.
struct AccountPrintout: Decodable {
    struct Page: Decodable {
        var data: [AccountPrintout]

        /// A line for each account.
        var table: String {
            Columns.text(
                [["account", "label", "state", "token", "polls", "secrets"]]
                    + data.map { account in
                        [
                            account.id, account.label ?? "", account.state, account.hasToken ? "yes" : "no",
                            account.polls ? "on" : "off", "\(account.activeSecrets.count)",
                        ]
                    })
        }
    }

    struct Secret: Decodable {
        var label: String
        var kind: String
        var createdAt: String?
        var retiredAt: String?
        var lastUsedAt: String?
    }

    struct Trust: Decodable {
        var addressed: String
        var none: String
    }

    struct Settings: Decodable {
        var suppressedStatuses: [String]?
        var artefacts: [String: Bool]
        var deadlinesMs: [String: Int64]

        /// In the words of the options.
        var words: String {
            var parts: [String] = []
            if let suppressedStatuses {
                let list = suppressedStatuses.joined(separator: ",")
                parts.append("no webhooks for \(list.isEmpty ? "none" : list)")
            }
            parts += artefacts.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value ? "yes" : "no")" }
            parts += deadlinesMs.sorted { $0.key < $1.key }
                .map { "\($0.key):\(SettingText.duration(.milliseconds($0.value)))" }
            return parts.isEmpty ? "as usual" : parts.joined(separator: " ")
        }
    }

    struct Retention: Decodable {
        var bodies: Int64?
        var transcripts: Int64?
        var calls: Int64?
        var audit: Int64?

        var words: String {
            [("bodies", bodies), ("transcripts", transcripts), ("calls", calls), ("audit", audit)]
                .map { name, days in "\(name) \(days.map { "\($0)d" } ?? RetentionText.forever)" }
                .joined(separator: ", ")
        }
    }

    var id: String
    var isOfSettings: Bool
    var label: String?
    var createdAt: String?
    var disabledAt: String?
    var polls: Bool
    var hasToken: Bool
    var trust: Trust
    var retentionDays: Retention
    var sourceAddresses: [String]?
    var settings: Settings?
    var agents: [String: Settings]?
    var secrets: [Secret]

    private var state: String {
        if isOfSettings { return "of the settings" }
        return disabledAt == nil ? "active" : "disabled"
    }

    private var activeSecrets: [Secret] { secrets.filter { $0.kind == "webhook" && $0.retiredAt == nil } }

    /// All that is known of it, secrets by their labels.
    var text: String {
        var rows = [["account", id], ["label", label ?? ""], ["state", state]]
        if let createdAt { rows.append(["added", createdAt]) }
        if let disabledAt { rows.append(["disabled", disabledAt]) }
        rows += [
            ["token", hasToken ? "set" : "none: nothing is read from Bolna"], ["polls", polls ? "on" : "off"],
            ["trust", "addressed: \(trust.addressed), none: \(trust.none)"], ["kept", retentionDays.words],
        ]
        if !isOfSettings {
            rows.append(["addresses", sourceAddresses?.joined(separator: ",") ?? "Bolna's"])
            rows.append(["agents", settings?.words ?? ""])
            rows += (agents ?? [:]).sorted { $0.key < $1.key }.map { ["", "\($0.key): \($0.value.words)"] }
        }
        return Columns.text(rows) + "\n" + secretTable
    }

    /// The secrets, a line each.
    var secretTable: String {
        guard !secrets.isEmpty else { return "There are no secrets: no webhook can be verified by one." }
        return Columns.text(
            [["secret", "kind", "state", "last used"]]
                + secrets.map { secret in
                    [
                        secret.label, secret.kind, secret.retiredAt.map { "retired \($0)" } ?? "active",
                        secret.kind == "webhook" ? secret.lastUsedAt ?? "never" : "",
                    ]
                })
    }

    /// Prints an answer as it is, or as a table of what it says.
    static func write<Document: Decodable>(
        _ body: [UInt8], as output: OutputFormat, table: (Document) -> String
    ) throws {
        switch output {
        case .json: StandardOutput.write(String(decoding: body, as: UTF8.self))
        case .table: StandardOutput.write(table(try JSONDecoder().decode(Document.self, from: Data(body))))
        }
    }
}

/// A key as it is printed.
struct KeyPrintout: Decodable {
    struct Page: Decodable {
        var data: [KeyPrintout]

        /// A line for each key.
        var table: String {
            guard !data.isEmpty else { return "There are no keys beside that of the settings." }
            return Columns.text(
                [["key", "label", "state", "scopes", "a minute", "expires", "last used"]]
                    + data.map { key in
                        [
                            key.id, key.label, key.state, key.scopes.joined(separator: ","), "\(key.perMinute)",
                            key.expiresAt ?? "never", key.lastUsedAt ?? "never",
                        ]
                    })
        }
    }

    var id: String
    var label: String
    var state: String
    var scopes: [String]
    var perMinute: Int
    var expiresAt: String?
    var lastUsedAt: String?
}

/// Text in columns.
enum Columns {
    /// Rows whose columns begin below each other; characters that could steer a terminal are replaced.
    static func text(_ rows: [[String]]) -> String {
        let rows = rows.map { $0.map(clean) }
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.compactMap { $0.indices.contains(column) ? $0[column].count : nil }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, text in
                column == row.count - 1 ? text : text + String(repeating: " ", count: widths[column] - text.count + 2)
            }
            return String(cells.joined().reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    private static func clean(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "\u{FFFD}" : scalar
                }))
    }
}
