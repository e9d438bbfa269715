/// What happened in a window of time, in figures; one model for command line, API and pages.
///
/// It is a function of the query and of the journal up to ``position``: the same window as of the same position is the
/// same report, also after the journal has grown.
package struct ReconciliationReport: Hashable, Sendable {
    /// What was asked for; its ``ReportQuery/asOf`` is ``position``.
    package var query: ReportQuery
    /// The journal position the report was computed at.
    package var position: Int64
    /// The gateway's time at that position; nil before its first heartbeat.
    package var asOf: Timestamp?
    /// What the report could not see, in sentences; one sentence that says so where nothing is known to be missing.
    package var coverage: [String]
    /// Whether nothing is known to be missing.
    package var isComplete: Bool
    /// How much of the window the journal reaches.
    package var reach: Reach
    /// The figures, in the order of ``FigureID/all``; those that cannot be told for the query are left out.
    package var figures: [Figure]
    /// Which figures are left out and why, in sentences.
    package var leftOut: [String]
    /// The latencies behind the figures of that kind.
    package var latencies: [Latency]
    /// Changes and requests over time.
    package var series: Series
    /// How webhooks fared and what the gateway could not see, oldest first: incidents that overlap the window.
    package var incidents: [Incident]
    /// Names seen for the first time in the window, by kind, then by their first appearance.
    package var names: [NewName]

    /// How much of a window the journal holds, whatever happened in it.
    package enum Reach: Hashable, Sendable {
        /// It had begun before.
        case whole
        /// It begins within.
        case part
        /// It begins after it, or is empty: figures of zero say nothing.
        case nothing
    }

    /// One figure.
    package struct Figure: Hashable, Sendable {
        /// Which figure.
        package var id: FigureID
        /// Its value in the figure's unit; nil where there is nothing to take it from, such as a quantile of nothing.
        package var value: Int?

        /// Puts a figure together.
        package init(id: FigureID, value: Int?) {
            self.id = id
            self.value = value
        }
    }

    /// Durations behind figures.
    package struct Latency: Hashable, Sendable {
        /// The figures' kind.
        package var kind: FigureID.Kind
        /// The durations.
        package var histogram: LatencyHistogram

        /// Puts a latency together.
        package init(kind: FigureID.Kind, histogram: LatencyHistogram) {
            self.kind = kind
            self.histogram = histogram
        }
    }

    /// A name that was seen for the first time.
    package struct NewName: Hashable, Sendable {
        /// What it names.
        package var kind: Tally.Kind
        /// The name.
        package var name: String
        /// When it was seen first.
        package var firstSeenAt: Timestamp
        /// How often it was seen in the window.
        package var count: Int

        /// Puts a name together.
        package init(kind: Tally.Kind, name: String, firstSeenAt: Timestamp, count: Int) {
            self.kind = kind
            self.name = name
            self.firstSeenAt = firstSeenAt
            self.count = count
        }
    }

    /// Puts a report together.
    package init(
        query: ReportQuery, position: Int64, asOf: Timestamp?, coverage: ReportCoverage, figures: [Figure],
        leftOut: [String], latencies: [Latency], series: Series, incidents: [Incident], names: [NewName]
    ) {
        self.query = query
        self.query.asOf = position
        self.position = position
        self.asOf = asOf
        self.coverage = coverage.sentences
        isComplete = coverage.isComplete
        reach = coverage.reach
        self.figures = figures
        self.leftOut = leftOut
        self.latencies = latencies
        self.series = series
        self.incidents = incidents
        self.names = names
    }

    /// The value of a figure; nil where the report has none.
    package func value(_ id: FigureID) -> Int? { figures.first { $0.id == id }?.value }

    /// The value of a figure that stands for itself.
    package func value(_ kind: FigureID.Kind) -> Int? { value(FigureID(kind)) }

    /// The value of a part.
    package func value(_ kind: FigureID.Kind, part: String) -> Int? {
        FigureID(kind, part: part).flatMap { value($0) }
    }
}

/// One thing that a figure counts: what stands behind a value, listed.
package struct ReportItem: Hashable, Sendable {
    /// Bolna's id of the call; nil where it is about none.
    package var execution: ExecutionID?
    /// The gateway's id of the call; nil where it is about none.
    package var call: CallID?
    /// When it happened, or was received.
    package var at: Timestamp
    /// Where in the journal it stands.
    package var position: Int64
    /// What it was, in a word or two: a status, a rule, a reason, a duration; nil where the figure says all.
    package var detail: String?
    /// How many the item stands for: 1, but for what is counted in sums.
    package var count: Int

    /// Puts an item together.
    package init(
        execution: ExecutionID?, call: CallID?, at: Timestamp, position: Int64, detail: String?, count: Int
    ) {
        self.execution = execution
        self.call = call
        self.at = at
        self.position = position
        self.detail = detail
        self.count = count
    }
}

/// Where in the list of a figure to go on, and at which position of the journal the list is read.
package struct ReportCursor: Hashable, Sendable {
    /// The journal position of the list: all pages are of one state.
    package var asOf: Int64
    /// The time of the last item of the page before.
    package var at: Timestamp
    /// Its position.
    package var position: Int64
    /// Its number among those of the same time and position.
    package var number: Int64

    /// Puts a cursor together.
    package init(asOf: Int64, at: Timestamp, position: Int64, number: Int64) {
        self.asOf = asOf
        self.at = at
        self.position = position
        self.number = number
    }

    /// Reads a client's text; nil where it is none of ours.
    package init?(text: String) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false).map { Int64($0) }
        guard parts.count == 4, let asOf = parts[0], let at = parts[1], let position = parts[2], let number = parts[3]
        else { return nil }
        self.init(asOf: asOf, at: Timestamp(rawValue: at), position: position, number: number)
    }

    /// The text that clients see and give back.
    package var text: String { "\(asOf)_\(at.rawValue)_\(position)_\(number)" }
}

/// One page of what a figure counts, oldest first.
package struct ReportPage: Hashable, Sendable {
    /// The position of the journal that the list is read at.
    package var position: Int64
    /// The items.
    package var items: [ReportItem]
    /// Where to go on; nil on the last page.
    package var next: ReportCursor?

    /// The most items of one page.
    package static let mostItems = 1_000

    /// Puts a page together.
    package init(position: Int64, items: [ReportItem], next: ReportCursor?) {
        self.position = position
        self.items = items
        self.next = next
    }
}

/// How a contradiction ended, as far as the journal up to a position tells.
package enum ContradictionEnd: String, Hashable, CaseIterable, Sendable {
    /// It stands.
    case standing
    /// Two full reads agreed.
    case reads = "two-reads-agreed"
    /// A person ruled.
    case ruling
    /// Later statements left nothing to disagree about.
    case overtaken

    /// What the rule that decided the settling entry makes of it.
    package init(settledBy rule: ReconciliationRule) {
        switch rule {
        case .twoReadsWithdraw: self = .reads
        case .ruling: self = .ruling
        default: self = .overtaken
        }
    }
}
