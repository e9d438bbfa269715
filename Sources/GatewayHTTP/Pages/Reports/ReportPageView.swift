import CallDomain

/// A report beside the one of the window before, as the template takes it.
struct ReportPageView {
    let report: ReconciliationReport
    /// Nil where it lies before what reports reach back to.
    let earlier: ReconciliationReport?
    let agents: [String]
    /// What they are called.
    let names: [AgentID: String]

    private var query: ReportQuery { report.query }

    private var charts: ReportCharts { ReportCharts(report: report, names: names) }

    /// The windows people choose most.
    private static let windows = [
        ("-1h", "Last hour"), ("-24h", "Last 24 hours"), ("-7d", "Last 7 days"), ("-30d", "Last 30 days"),
    ]

    /// `window` and `until` are what the address asks for.
    func view(window: String?, until: String?) -> PageView {
        let agent = query.agent?.rawValue
        return [
            "coverage": (report.coverage + report.leftOut).map { PageText.sentence($0) },
            "isComplete": report.isComplete, "from": PageText.time(query.from), "to": PageText.time(query.to),
            "fromValue": PageText.formValue(query.from), "toValue": PageText.formValue(query.to),
            "position": ReportText.grouped(Int(report.position)),
            "asOf": report.asOf.map(PageText.time).orAbsent,
            "windows": Self.windows.map { word, title in
                let isCurrent = until == nil && (window ?? "-24h") == word
                let parameters = [("from", word)] + (agent.map { [("agent", $0)] } ?? [])
                return ["href": PageText.address("/reports", parameters), "text": title, "current": isCurrent]
                    as PageView
            },
            "agents": CallFilters.agents(agents + [agent].compactMap(\.self), names: names).prefix(200).map {
                id, text in
                ["value": id, "text": text, "selected": id == agent] as PageView
            },
            "beforeNote": beforeNote.orAbsent,
            "csv": ReportAddress.path(query, format: .csv), "json": ReportAddress.path(query, format: .json),
            "tiles": tiles, "charts": charts.view.orAbsent, "paths": charts.paths.orAbsent,
            "hasPaths": !report.series.agents.isEmpty, "groups": groups, "spreads": spreads.orAbsent,
            "strips": strips.orAbsent, "incidents": incidents.orAbsent, "names": newNames.orAbsent,
            "command": command,
        ]
    }

    // MARK: The figures at the top

    /// What the journal holds of the window before, where that is not all of it.
    private var beforeNote: String? {
        guard let earlier else { return "of which nothing is recorded any more" }
        return switch earlier.reach {
        case .whole: nil
        case .part: "of which only a part is recorded"
        case .nothing: "of which nothing was recorded"
        }
    }

    /// The report of the window before, where anything of it was recorded.
    private var recorded: ReconciliationReport? { earlier?.reach == .nothing ? nil : earlier }

    private var tiles: [PageView] {
        let byWebhook = report.value(.changesBySource, part: Source.webhook.word)
        let beforeByWebhook = earlier?.value(.changesBySource, part: Source.webhook.word)
        let p90 = FigureID(.webhookLatency, part: "p90")
        var tiles = [
            tile(
                "Told by webhook first", ReportText.share(byWebhook, of: report.value(.changes)),
                before: ReportText.share(beforeByWebhook, of: earlier?.value(.changes)),
                figure: FigureID(.changesBySource, part: Source.webhook.word)),
            tile("Missed webhooks", .missedWebhooks), tile("Healed calls", .healed), tile("Overdue now", .overdue),
            tile("Calls", .calls), tile("Contradictions", .contradictions), tile("Quarantined", .quarantined),
        ]
        if let p90 {
            tiles.insert(
                tile(
                    "Latency p90", ReportText.value(report.value(p90), unit: p90.unit),
                    before: ReportText.value(earlier?.value(p90), unit: p90.unit), figure: p90), at: 1)
        }
        if report.value(.requests) != nil { tiles.append(tile("API requests", .requests)) }
        return tiles
    }

    private func tile(_ name: String, _ kind: FigureID.Kind) -> PageView {
        let figure = FigureID(kind)
        return tile(
            name, ReportText.value(report.value(figure), unit: figure.unit),
            before: ReportText.value(earlier?.value(figure), unit: figure.unit), figure: figure)
    }

    private func tile(_ name: String, _ value: String, before: String, figure: FigureID?) -> PageView {
        [
            "name": name, "value": value.isEmpty ? "–" : value, "before": before.isEmpty ? "–" : before,
            "isRecorded": recorded != nil,
            "href": figure.flatMap { hasList($0) ? ReportLink.figure(query, $0) : nil }.orAbsent,
        ]
    }

    // MARK: Spreads

    private var spreads: [PageView] {
        report.latencies.compactMap { latency in
            let bars = latency.histogram.plot
            let most = bars.map(\.count).max() ?? 0
            guard most > 0 else { return nil }
            return [
                "title": latency.kind.title,
                "bars": bars.map { bar in
                    [
                        "end": bar.upTo.map { "≤ \(ReportText.short($0))" } ?? "> \(ReportText.short(bar.from))",
                        "svg": ReportPlots.share(bar.count, of: most), "count": ReportText.grouped(bar.count),
                    ] as PageView
                },
            ]
        }
    }

    // MARK: All figures

    private var groups: [PageView] {
        FigureID.Group.allCases.compactMap { group in
            let rows = FigureRow.rows(of: report, in: group)
            guard !rows.isEmpty else { return nil }
            return ["title": group.rawValue, "rows": rows.map(row)]
        }
    }

    /// Whether there is a list of what a figure counts: not by agent where it is counted by account.
    private func hasList(_ figure: FigureID) -> Bool { query.agent == nil || figure.isToldByAgent }

    private func row(_ row: FigureRow) -> PageView {
        let id = row.figure.id
        let isLatency = id.unit == .milliseconds
        return [
            "division": row.division.map { division in
                ["title": division, "note": id.total == nil ? id.explanation : ""] as PageView
            }.orAbsent,
            "isPart": row.isPart, "title": id.title, "note": row.isPart ? false : id.explanation as Any,
            "value": ReportText.value(row.figure.value, unit: id.unit),
            "share": ReportText.share(row.figure.value, of: row.whole),
            "before": ReportText.value(recorded?.value(id), unit: id.unit),
            "href": isLatency || (row.figure.value ?? 0) == 0 || !hasList(id)
                ? false : ReportLink.figure(query, id) as Any,
        ]
    }

    // MARK: Incidents

    private var strips: [PageView] {
        let end = min(report.asOf ?? query.to, query.to)
        let scopes = Dictionary(grouping: report.incidents) { incident in
            ReportText.words(incident.kind.rawValue)
                + (incident.agent.map { ", agent \(PageText.agentLabel($0.rawValue, names: names))" } ?? "")
        }
        return scopes.keys.sorted().prefix(24).map { name in
            let spans = (scopes[name] ?? []).map { (from: $0.from, to: $0.to ?? end) }
            return ["name": name, "svg": ReportPlots.spans(spans, in: query)]
        }
    }

    private var incidents: [PageView] {
        report.incidents.suffix(50).map { incident in
            [
                "from": PageText.time(incident.from),
                "to": incident.to.flatMap { $0 == incident.from ? nil : PageText.time($0) }.orAbsent,
                "isOpen": incident.to == nil, "kind": ReportText.words(incident.kind.rawValue),
                "cause": incident.cause.map { ReportText.words($0.rawValue) }.orAbsent,
                "agent": incident.agent.map { PageText.agent($0.rawValue, names: names) }.orAbsent,
                "detail": incident.detail,
            ]
        }
    }

    private var newNames: [PageView] {
        report.names.suffix(50).map { name in
            [
                "time": PageText.time(name.firstSeenAt), "kind": name.kind.rawValue, "name": name.name,
                "count": ReportText.grouped(name.count),
            ]
        }
    }

    private var command: String {
        let agent = query.agent.map { " --agent \($0.rawValue)" } ?? ""
        return
            "gateway report --from \(query.from.iso8601()) --to \(query.to.iso8601())\(agent) --as-of \(report.position)"
    }
}
