import HTTPTypes

/// The columns of the list of calls; people choose, and the choice stays in a cookie.
enum CallColumn: String, CaseIterable, Sendable {
    case status, number, direction, from, name, agent, started, duration, cost, recording, source, id

    /// Those that are always there.
    static let fixed: Set<CallColumn> = [.status, .number]
    /// Those that are there unless people choose otherwise.
    static let usual: Set<CallColumn> = [
        .status, .number, .direction, .agent, .started, .duration, .cost, .recording, .source,
    ]

    private static let cookie = "__Host-gateway-columns"
    private static let year = 365 * 86_400

    /// The heading.
    var title: String {
        switch self {
        case .status: "Status"
        case .number: "Number"
        case .direction: "Direction"
        case .from: "Our number"
        case .name: "Name"
        case .agent: "Agent"
        case .started: "Started"
        case .duration: "Duration"
        case .cost: "Cost"
        case .recording: "Recording"
        case .source: "Source"
        case .id: "Bolna id"
        }
    }

    /// Whether numbers stand in it.
    var isNumeric: Bool { self == .duration || self == .cost }

    /// The parameter of addresses that names columns: an open page goes on asking for its own, whatever is chosen in
    /// another window meanwhile.
    static let parameter = "columns"

    /// What an address names, else what a browser has chosen.
    static func chosen(by request: RouteRequest) -> Set<CallColumn> {
        guard let text = request.query.text(parameter) ?? RequestCookies.value(of: cookie, in: request.head) else {
            return usual
        }
        return fixed.union(text.split(separator: ".").compactMap { CallColumn(rawValue: String($0)) })
    }

    /// Columns in one word, as addresses and cookies name them.
    static func word(_ columns: Set<CallColumn>) -> String {
        allCases.filter(columns.contains).map(\.rawValue).joined(separator: ".")
    }

    /// Has a browser keep a choice.
    static func cookie(_ columns: Set<CallColumn>) -> String {
        "\(cookie)=\(word(columns)); Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=\(year)"
    }

    /// The columns as the template takes them.
    static func view(_ chosen: Set<CallColumn>) -> [PageView] {
        allCases.map { column in
            [
                "word": column.rawValue, "text": column.title, "shown": chosen.contains(column),
                "choosable": !fixed.contains(column), "numeric": column.isNumeric,
            ]
        }
    }
}
