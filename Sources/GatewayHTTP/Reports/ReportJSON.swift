import BolnaWire
import CallDomain

/// Reports as JSON.
///
/// A report: `account`, `agent` (or null), `from`, `to`, `position`, `asOf` (the gateway's time at that position),
/// `isComplete`, `coverage` (sentences), `leftOut` (sentences), `figures`, `latencies`, `series`, `incidents`, `newNames`.
///
/// - A figure: `id`, `group`, `title`, `explanation`, `value` (null where there is none), `unit`, `partOf` (the id of the
///   figure it divides, or null), `calls` (the address of its list).
/// - A latency: `id`, `count`, `buckets` of `{overMs, upToMs, count}` (`upToMs` null: no end).
/// - The series: `stepSeconds`, and for each step from `from` on a number in `changesByWebhook`, `changesByRead`,
///   `changesByOther`, `missedWebhooks`, `callsHealed`, `requests` (empty where they cannot be told), and null or a number
///   of milliseconds in `latencyP50Ms`, `latencyP90Ms`; `agents` of `{agentId, changesByWebhook, changesByRead}`, those with
///   the most changes.
/// - An incident: `kind`, `cause`, `agentId`, `callId`, `from`, `to` (null while it goes on), `detail`.
/// - A new name: `kind` (`status`, `field`, `address`), `name`, `firstSeenAt`, `count` in the window.
///
/// A list: `figure`, `from`, `to`, `agent`, `position`, `data` of `{executionId, callId, at, position, detail, count}`,
/// `next` (the address of the next page, or null).
enum ReportJSON {
    static func write(_ report: ReconciliationReport) -> String {
        var json = JSONWriter(reserving: 32_768)
        json.object { json in
            head(report.query, position: report.position, &json)
            json.member("asOf", report.asOf)
            json.member("isComplete", report.isComplete)
            sentences("coverage", report.coverage, &json)
            sentences("leftOut", report.leftOut, &json)
            json.key("figures")
            json.array { json in
                for figure in report.figures { write(figure, query: report.query, &json) }
            }
            json.key("latencies")
            json.array { json in
                for latency in report.latencies { write(latency, &json) }
            }
            json.key("series")
            write(report.series, &json)
            json.key("incidents")
            json.array { json in
                for incident in report.incidents { write(incident, &json) }
            }
            json.key("newNames")
            json.array { json in
                for name in report.names {
                    json.object { json in
                        json.member("kind", name.kind.rawValue)
                        json.member("name", name.name)
                        json.member("firstSeenAt", name.firstSeenAt)
                        json.member("count", name.count)
                    }
                }
            }
        }
        return json.text
    }

    static func head(of list: FigureList) -> String {
        var json = JSONWriter()
        json.object { json in
            json.member("figure", list.figure.rawValue)
            head(list.query, position: list.position, &json)
        }
        return json.text.dropLast() + ",\"data\":["
    }

    static func rows(_ items: [ReportItem], isFirst: Bool) -> String {
        var text = ""
        for (number, item) in items.enumerated() {
            var json = JSONWriter()
            json.object { json in
                json.member("executionId", item.execution?.rawValue)
                json.member("callId", item.call?.rawValue)
                json.member("at", item.at)
                json.member("position", item.position)
                json.member("detail", item.detail)
                json.member("count", item.count)
            }
            text += (isFirst && number == 0 ? "" : ",") + json.text
        }
        return text
    }

    static func tail(of list: FigureList) -> String {
        var json = JSONWriter()
        json.object { json in
            json.member(
                "next", list.next.map { ReportAddress.path(list.query, figure: list.figure, cursor: $0) })
        }
        return "]," + json.text.dropFirst()
    }

    private static func head(_ query: ReportQuery, position: Int64, _ json: inout JSONWriter) {
        json.member("account", query.account.rawValue)
        json.member("agent", query.agent?.rawValue)
        json.member("from", query.from)
        json.member("to", query.to)
        json.member("position", position)
    }

    private static func sentences(_ name: String, _ sentences: [String], _ json: inout JSONWriter) {
        json.key(name)
        json.array { json in
            for sentence in sentences { json.value(sentence) }
        }
    }

    private static func write(
        _ figure: ReconciliationReport.Figure, query: ReportQuery, _ json: inout JSONWriter
    ) {
        json.object { json in
            json.member("id", figure.id.rawValue)
            json.member("group", figure.id.group.rawValue)
            json.member("title", figure.id.title)
            json.member("explanation", figure.id.explanation)
            json.member("value", figure.value)
            json.member("unit", figure.id.unit.rawValue)
            json.member("partOf", figure.id.total?.rawValue)
            json.member("calls", ReportAddress.path(query, figure: figure.id))
        }
    }

    private static func write(_ latency: ReconciliationReport.Latency, _ json: inout JSONWriter) {
        json.object { json in
            json.member("id", latency.kind.rawValue)
            json.member("count", latency.histogram.count)
            json.key("buckets")
            json.array { json in
                for bar in latency.histogram.plot {
                    json.object { json in
                        json.member("overMs", bar.from.microseconds / 1_000)
                        json.member("upToMs", bar.upTo.map { $0.microseconds / 1_000 })
                        json.member("count", bar.count)
                    }
                }
            }
        }
    }

    private static func write(_ series: ReconciliationReport.Series, _ json: inout JSONWriter) {
        json.object { json in
            json.member("stepSeconds", series.step.components.seconds)
            for (name, numbers) in [
                ("changesByWebhook", series.byWebhook), ("changesByRead", series.byRead),
                ("changesByOther", series.byOther), ("missedWebhooks", series.missed), ("callsHealed", series.healed),
                ("requests", series.requests),
            ] {
                write(name, numbers, &json)
            }
            write("latencyP50Ms", series.latency.map { $0?.p50 }, &json)
            write("latencyP90Ms", series.latency.map { $0?.p90 }, &json)
            json.key("agents")
            json.array { json in
                for agent in series.agents {
                    json.object { json in
                        json.member("agentId", agent.agent?.rawValue)
                        write("changesByWebhook", agent.byWebhook, &json)
                        write("changesByRead", agent.byRead, &json)
                    }
                }
            }
        }
    }

    private static func write(_ name: String, _ numbers: [Int?], _ json: inout JSONWriter) {
        json.key(name)
        json.array { json in
            for number in numbers {
                if let number { json.value(number) } else { json.null() }
            }
        }
    }

    private static func write(_ incident: Incident, _ json: inout JSONWriter) {
        json.object { json in
            json.member("kind", incident.kind.rawValue)
            json.member("cause", incident.cause?.rawValue)
            json.member("agentId", incident.agent?.rawValue)
            json.member("callId", incident.call?.rawValue)
            json.member("from", incident.from)
            json.member("to", incident.to)
            json.member("detail", incident.detail)
        }
    }
}
