extension ReconciliationReport {
    /// Numbers over time, in steps of one length from the window's start.
    package struct Series: Hashable, Sendable {
        /// The length of a step.
        package var step: Duration
        /// Changes that webhooks told first.
        package var byWebhook: [Int]
        /// Changes that reads told first.
        package var byRead: [Int]
        /// Changes that something else told first: the answer to placing a call, an import, a ruling.
        package var byOther: [Int]
        /// Requests to Bolna's API; empty where they cannot be told for the query.
        package var requests: [Int]
        /// The same by ``RequestBudget/allCases``, the budget they are paid from.
        package var requestsByBudget: [[Int]] = []
        /// Changes that a read told first though their webhook had been due.
        package var missed: [Int] = []
        /// Calls with a change in the step that a read told and no webhook.
        package var healed: [Int] = []
        /// How long webhooks took; nil for a step without any.
        package var latency: [Latency?] = []
        /// Changes by agent: those with the most, at most ``mostAgents``.
        package var agents: [Agent] = []

        /// The most agents of a series.
        package static let mostAgents = 24

        /// The latencies of a step, in milliseconds.
        package struct Latency: Hashable, Sendable {
            /// The median.
            package var p50: Int
            /// Nine of ten took no longer.
            package var p90: Int

            /// Puts a latency together.
            package init(p50: Int, p90: Int) {
                self.p50 = p50
                self.p90 = p90
            }

            /// Of recorded latencies; nil without any.
            package init?(_ histogram: LatencyHistogram) {
                guard let p50 = histogram.quantile(0.5), let p90 = histogram.quantile(0.9) else { return nil }
                self.init(p50: Int(p50.microseconds / 1_000), p90: Int(p90.microseconds / 1_000))
            }
        }

        /// The changes of an agent's calls.
        package struct Agent: Hashable, Sendable {
            /// The agent; nil for calls whose agent is not known.
            package var agent: AgentID?
            /// Changes that webhooks told first.
            package var byWebhook: [Int]
            /// Changes that reads told first.
            package var byRead: [Int]

            /// Puts an agent's changes together.
            package init(agent: AgentID?, byWebhook: [Int], byRead: [Int]) {
                self.agent = agent
                self.byWebhook = byWebhook
                self.byRead = byRead
            }

            /// All changes.
            package var total: Int { byWebhook.reduce(0, +) + byRead.reduce(0, +) }
        }

        /// Puts a series together.
        package init(step: Duration, byWebhook: [Int], byRead: [Int], byOther: [Int], requests: [Int]) {
            self.step = step
            self.byWebhook = byWebhook
            self.byRead = byRead
            self.byOther = byOther
            self.requests = requests
        }
    }
}

extension ReportQuery {
    /// The most steps of a series: few enough for a page to show several series and their numbers.
    package static let mostSteps = 36

    /// The length of a step in a series over this window: the shortest of a fixed set that makes at most
    /// ``mostSteps``.
    package var step: Duration {
        let minutes: [Int64] = [1, 2, 5, 15, 30, 60, 180, 360, 720, 1_440]
        let steps = minutes.map { Duration.seconds($0 * 60) }
        let window = to.duration(since: from)
        return steps.first { self.steps(of: $0, in: window) <= Self.mostSteps } ?? .seconds(3 * 86_400)
    }

    /// The number of steps.
    package var steps: Int { steps(of: step, in: to.duration(since: from)) }

    private func steps(of step: Duration, in window: Duration) -> Int {
        let (count, rest) = window.microseconds.quotientAndRemainder(dividingBy: step.microseconds)
        return Int(count) + (rest > 0 ? 1 : 0)
    }
}
