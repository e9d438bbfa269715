/// A page of an agent's listing that stands for single reads of several due calls.
package struct ListRead: Hashable, Sendable {
    /// The account.
    package var account: AccountID
    /// The agent.
    package var agent: AgentID
    /// The page to ask for: window of `created_at`, status filter, page number.
    package var window: BolnaRequest.ListWindow
    /// The due calls that were not seen yet.
    package var calls: [DueCall]

    /// The most pages that are asked for.
    package static let mostPages = 4
    /// The most rows on a page (docs: api-reference/executions).
    package static let rowsPerPage = 50
    /// The longest window of `created_at` (docs: api-reference/executions).
    package static let longestWindow = Duration.seconds(7 * 86_400)
    /// Fewer due calls are read singly.
    package static let leastCalls = 5
    /// How far the window reaches beyond the calls' times, where those are first receipts instead of `created_at`.
    package static let margin = Duration.seconds(300)

    /// One row of the answer, as far as it matters here.
    package struct Row: Hashable, Sendable {
        /// The call.
        package var execution: ExecutionID
        /// Its status; nil where the row has none.
        package var status: CallStatus?
        /// `retry_count`; nil where the row, being trimmed, has none.
        package var retryCount: Int?
        /// `updated_at`; nil where the row, being trimmed, has none.
        package var updatedAt: Timestamp?

        /// Puts a row together.
        package init(
            execution: ExecutionID, status: CallStatus?, retryCount: Int? = nil, updatedAt: Timestamp? = nil
        ) {
            self.execution = execution
            self.status = status
            self.retryCount = retryCount
            self.updatedAt = updatedAt
        }

        /// Whether it shows the call as it is held. The same status of a later attempt is a change: the row's retry
        /// count tells, else, for the statuses that an attempt begins with, a later `updated_at`; a row that has
        /// neither cannot tell attempts apart.
        func shows(_ call: DueCall) -> Bool {
            guard let status, status == call.status else { return false }
            if let retryCount { return retryCount <= call.ledger.position?.attempt ?? 0 }
            switch status.phase {
            case .waiting, .dialling:
                guard let updatedAt, let held = call.lastUpdatedAt else { return true }
                return updatedAt <= held
            case .talking, .ended, .final, nil: return true
            }
        }
    }

    /// What an answered page says.
    package struct Verdict: Hashable, Sendable {
        /// Calls whose status had not changed when the page was asked for.
        package var unchanged: [DueCall]
        /// Calls to read singly: their row shows another status, or no page showed them.
        package var toRead: [DueCall]
        /// The next page to ask for; nil when done.
        package var next: ListRead?
    }

    /// Puts a read together.
    package init(account: AccountID, agent: AgentID, window: BolnaRequest.ListWindow, calls: [DueCall]) {
        self.account = account
        self.agent = agent
        self.window = window
        self.calls = calls
    }

    /// Judges an answered page. Rows move between pages while calls run, and a call that left the status of the filter
    /// is on no page: what was not seen when the pages end is read singly.
    package func verdict(rows: [Row], hasMore: Bool) -> Verdict {
        var shown: [ExecutionID: Row] = [:]
        for row in rows { shown[row.execution] = row }
        var verdict = Verdict(unchanged: [], toRead: [], next: nil)
        var unseen: [DueCall] = []
        for call in calls {
            guard let row = shown[call.execution] else {
                unseen.append(call)
                continue
            }
            if row.shows(call) {
                verdict.unchanged.append(call)
            } else {
                verdict.toRead.append(call)
            }
        }
        guard !unseen.isEmpty else { return verdict }
        guard hasMore, !rows.isEmpty, window.page < Self.mostPages else {
            verdict.toRead += unseen
            return verdict
        }
        var next = self
        next.window.page += 1
        next.calls = unseen
        verdict.next = next
        return verdict
    }

    /// Splits due calls of one account into list reads and those that are read singly.
    ///
    /// A list row tells a status and nothing else, so it can stand for a read only where a change of a known status is
    /// expected: hints, contradictions and artefacts need the call in full.
    static func grouping(_ calls: [DueCall]) -> [PlannedRead] {
        var reads: [PlannedRead] = []
        var groups: [Group: [DueCall]] = [:]
        for call in calls {
            if let agent = call.agent, let status = call.status, status.step != nil, isListable(call) {
                groups[Group(agent: agent, status: status), default: []].append(call)
            } else {
                reads.append(.single(call))
            }
        }
        for (group, calls) in groups {
            for window in windows(of: calls) {
                guard window.count >= leastCalls, let first = window.first, let last = window.last else {
                    reads += window.map(PlannedRead.single)
                    continue
                }
                let listed = BolnaRequest.ListWindow(
                    from: first.createdAt.advanced(by: .zero - margin), to: last.createdAt.advanced(by: margin),
                    size: rowsPerPage, status: group.status)
                reads.append(
                    .listPage(ListRead(account: first.account, agent: group.agent, window: listed, calls: window)))
            }
        }
        return reads
    }

    private struct Group: Hashable {
        var agent: AgentID
        var status: CallStatus
    }

    private static func isListable(_ call: DueCall) -> Bool {
        switch call.ledger.open?.what {
        case .initiated, .queuedOrInitiated, .ringing, .answerOrFinal, .callDisconnected, .completed, .retry: true
        case .artefacts, .anything, .verification, .settlement, nil: false
        }
    }

    /// Cuts calls, by creation, into runs that fit one window and its pages.
    private static func windows(of calls: [DueCall]) -> [[DueCall]] {
        let longest = longestWindow - margin * 2
        var runs: [[DueCall]] = []
        for call in calls.sorted(by: { ($0.createdAt, $0.call) < ($1.createdAt, $1.call) }) {
            if let run = runs.last, let first = run.first, run.count < rowsPerPage * mostPages,
                call.createdAt.duration(since: first.createdAt) <= longest
            {
                runs[runs.count - 1].append(call)
            } else {
                runs.append([call])
            }
        }
        return runs
    }
}
