/// What a report could not see, in words.
package struct ReportCoverage: Hashable, Sendable {
    /// The sentences.
    package var sentences: [String]
    /// Whether nothing is known to be missing.
    package var isComplete: Bool
    /// How much of the window the journal reaches.
    package var reach: ReconciliationReport.Reach

    /// What coverage follows from.
    package struct Facts: Hashable, Sendable {
        /// The window and the account.
        package var query: ReportQuery
        /// The gateway's time at the report's position; nil before its first heartbeat.
        package var asOf: Timestamp?
        /// The first time the journal knows of; nil for an empty one.
        package var journalBegins: Timestamp?
        /// The incidents that overlap the window.
        package var incidents: [Incident]
        /// When in the window the account had no token for Bolna's API; nil where it always had one.
        package var withoutToken: ClosedRange<Timestamp>?
        /// Changes of status that were told in the window.
        package var changes: Int
        /// Webhooks that were stored in the window.
        package var deliveries: Int
        /// Whether the journal has anything of the account.
        package var isAccountKnown: Bool
        /// The kinds of which incidents are no longer kept, with when the latest of those began.
        package var forgotten: [Incident.Kind: Timestamp]
        /// The last time at which something was told that has been deleted with its call, since their time was over;
        /// nil where nothing was.
        package var deletedThrough: Timestamp?

        /// Puts facts together.
        package init(
            query: ReportQuery, asOf: Timestamp?, journalBegins: Timestamp?, incidents: [Incident],
            withoutToken: ClosedRange<Timestamp>?, changes: Int, deliveries: Int,
            isAccountKnown: Bool = true, forgotten: [Incident.Kind: Timestamp] = [:]
        ) {
            self.forgotten = forgotten
            self.query = query
            self.asOf = asOf
            self.journalBegins = journalBegins
            self.incidents = incidents
            self.withoutToken = withoutToken
            self.changes = changes
            self.deliveries = deliveries
            self.isAccountKnown = isAccountKnown
        }
    }

    /// Says what the facts mean.
    package init(_ facts: Facts) {
        let gaps =
            Self.edges(facts) + Self.deletions(facts) + Self.forgotten(facts) + Self.incidents(facts)
            + Self.token(facts) + Self.silence(facts)
        isComplete = gaps.isEmpty
        let begins = facts.journalBegins ?? .distantFuture
        reach = begins >= facts.query.to ? .nothing : begins > facts.query.from ? .part : .whole
        sentences =
            gaps.isEmpty
            ? [
                "Nothing is known to be missing: the gateway ran throughout, its listings were complete, "
                    + "and webhooks and reads both worked."
            ] : gaps
    }

    private static func edges(_ facts: Facts) -> [String] {
        guard let begins = facts.journalBegins, let end = facts.asOf else {
            return ["The journal was empty: nothing is known of this window."]
        }
        guard facts.isAccountKnown else {
            return ["Nothing is known of this account: the journal has neither calls nor deliveries of it."]
        }
        var sentences: [String] = []
        if begins > facts.query.from {
            sentences.append("The journal begins at \(text(begins)): nothing is known of the time before.")
        }
        // Beats come every ten seconds, so a window that ends now always ends a little after the last.
        if facts.query.to > end.advanced(by: .seconds(60)) {
            sentences.append("The report knows of nothing after \(text(end)), but its window goes on.")
        }
        return sentences
    }

    private static func forgotten(_ facts: Facts) -> [String] {
        Incident.Kind.allCases.compactMap { kind in
            guard let last = facts.forgotten[kind], last >= facts.query.from else { return nil }
            return "There were more incidents \(kind.rawValue) than are kept: of those that began until "
                + "\(text(last)) some are no longer told."
        }
    }

    private static func deletions(_ facts: Facts) -> [String] {
        guard let through = facts.deletedThrough, through >= facts.query.from else { return [] }
        return [
            "Calls have been deleted since their time was over: what was told about them, until \(text(through)), is not "
                + "counted any more."
        ]
    }

    private static func incidents(_ facts: Facts) -> [String] {
        let kinds: [Incident.Kind] = [.outage, .tokenRefused, .truncatedListing, .pathUnproven, .pathDegraded]
        return kinds.compactMap { kind in
            let all = facts.incidents.filter { $0.kind == kind }
            guard let first = all.first else { return nil }
            let spans = all.map { span(of: $0, in: facts) }
            let total = length(of: spans)
            let times = all.count == 1 ? "once" : "\(all.count) times"
            switch kind {
            case .outage:
                return "The gateway was out \(times), \(words(total)) in all, first from \(text(spans[0].lowerBound)); "
                    + "what it missed was looked for in Bolna's listings afterwards."
            case .tokenRefused:
                return "Bolna refused the account's token \(times), \(words(total)) in all, first from "
                    + "\(text(spans[0].lowerBound)): nothing could be read in that time."
            case .truncatedListing:
                return "A listing was longer than could be read \(times), first at \(text(first.from)): calls that no "
                    + "webhook told of may be missing."
            default:
                let agents = Set(all.compactMap(\.agent)).count
                let whose = agents == 0 ? "" : agents == 1 ? " of one agent" : " of \(agents) agents"
                guard kind != .pathUnproven else {
                    return "No webhook\(whose) has ever come, as far as is known, for \(words(total)), first from "
                        + "\(text(spans[0].lowerBound)): all that is known of it comes from reads."
                }
                return "Webhooks\(whose) did not come as they should for \(words(total)), first from "
                    + "\(text(spans[0].lowerBound)): reads stood in for them."
            }
        }
    }

    private static func token(_ facts: Facts) -> [String] {
        guard let times = facts.withoutToken else { return [] }
        return [
            "The account had no token for Bolna's API, at least from \(text(times.lowerBound)) to "
                + "\(text(times.upperBound)): only webhooks were heard."
        ]
    }

    private static func silence(_ facts: Facts) -> [String] {
        guard facts.changes > 0, facts.deliveries == 0 else { return [] }
        return ["No webhook was stored in this window: all that is known comes from reads."]
    }

    /// The part of an incident that lies in the window and before the report's position.
    private static func span(of incident: Incident, in facts: Facts) -> Range<Timestamp> {
        let start = max(incident.from, facts.query.from)
        let end = min(incident.to ?? facts.asOf ?? facts.query.to, facts.query.to)
        return start..<max(start, end)
    }

    /// How long any of the spans lasts; where they overlap, once.
    private static func length(of spans: [Range<Timestamp>]) -> Duration {
        var total = Duration.zero
        var reached = Timestamp.distantPast
        for span in spans.sorted(by: { $0.lowerBound < $1.lowerBound }) where span.upperBound > reached {
            let start = max(span.lowerBound, reached)
            total += span.upperBound.duration(since: start)
            reached = span.upperBound
        }
        return total
    }

    private static func text(_ time: Timestamp) -> String {
        let text = time.iso8601(fractionDigits: 0)
        return "\(text.prefix(10)) \(text.dropFirst(11).dropLast()) UTC"
    }

    /// A duration in the largest unit that fits, and the next.
    package static func words(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        return switch seconds {
        case ..<60: "\(max(seconds, 0)) s"
        case ..<3_600: "\(seconds / 60) min \(seconds % 60) s"
        case ..<86_400: "\(seconds / 3_600) h \(seconds % 3_600 / 60) min"
        default: "\(seconds / 86_400) d \(seconds % 86_400 / 3_600) h"
        }
    }
}
