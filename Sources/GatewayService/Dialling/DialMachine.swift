package import BolnaWire
package import CallDomain

/// Decides how intents that Bolna did not answer are resolved. It reads no clock, sends nothing, and never dials.
///
/// A webhook that carries an intent's key settles it in the store. Until then the agent's calls created around the
/// sending are listed, and each that is not known is read once: its full body carries the key, if it is the one.
package struct DialMachine: Sendable {
    private let end: Duration
    private var asking: Set<String> = []
    private var examined: [Agent: Set<ExecutionID>] = [:]

    /// How long before its sending a call may have been created by Bolna's clock.
    package static let before: Duration = .seconds(5)
    /// How long after its sending a call may be created.
    package static let after: Duration = .seconds(120)
    /// When nothing was heard for this long, the outcome stays unknown; scaled.
    package static let end: Duration = .seconds(600)
    /// The most open intents that are looked at in one tick.
    package static let mostOpen = 256
    /// The most pages that are listed for one agent in one tick.
    package static let mostPages = 4

    /// An agent of an account.
    package struct Agent: Hashable, Comparable, Sendable {
        /// The account.
        package var account: AccountID
        /// The agent.
        package var agent: AgentID

        /// By account, then agent.
        package static func < (left: Self, right: Self) -> Bool {
            (left.account, left.agent) < (right.account, right.agent)
        }
    }

    /// What to do for open intents.
    package enum Action: Hashable, Sendable {
        /// List the agent's calls of this window.
        case list(Agent, BolnaRequest.ListWindow)
        /// Store that nothing was heard.
        case giveUp(DialIntent)
    }

    /// Starts with nothing open.
    package init(settings: ExpectationSettings) { end = Self.end.scaled(by: settings.scale) }

    /// Bolna is being asked: the intent is not looked after until it has answered, or has not.
    package mutating func began(_ key: String) { asking.insert(key) }

    /// Bolna answered, or did not.
    package mutating func ended(_ key: String) { asking.remove(key) }

    /// The intents that are open in the store now; several of one agent share one listing.
    package mutating func tick(open: [DialRecord], now: Timestamp) -> [Action] {
        let intents = open.map(\.intent).filter { !asking.contains($0.correlationKey) }
        let (given, waiting) = (intents.filter { isOver($0, at: now) }, intents.filter { !isOver($0, at: now) })
        let byAgent = Dictionary(grouping: waiting) { Agent(account: $0.account, agent: $0.agent) }
        examined = examined.filter { byAgent[$0.key] != nil }
        let lists = byAgent.sorted { $0.key < $1.key }.compactMap { agent, intents -> Action? in
            let times = intents.map(\.createdAt)
            guard let first = times.min(), let last = times.max() else { return nil }
            return .list(
                agent,
                BolnaRequest.ListWindow(
                    from: first.advanced(by: .zero - Self.before), to: last.advanced(by: Self.after)))
        }
        return given.map(Action.giveUp) + lists
    }

    private func isOver(_ intent: DialIntent, at now: Timestamp) -> Bool {
        intent.createdAt.advanced(by: end).hasCome(at: now, setAtMost: end)
    }

    /// A page was listed: the calls to read, and the next page, if any. A call that is known with a status has told
    /// its key when it came to be known.
    package mutating func listed(
        _ agent: Agent, _ window: BolnaRequest.ListWindow, page: ListPage, known: [ExecutionID: CallStatus?]
    ) -> (toRead: [ExecutionID], next: BolnaRequest.ListWindow?) {
        let toRead = page.rows.map(\.id).filter { id in
            (known[id] ?? nil) == nil && examined[agent]?.contains(id) != true
        }
        guard page.hasMore, !page.rows.isEmpty, window.page < Self.mostPages else { return (toRead, nil) }
        var next = window
        next.page += 1
        return (toRead, next)
    }

    /// A call was read in full: whatever it told, it need not be read again.
    package mutating func examined(_ execution: ExecutionID, of agent: Agent) {
        examined[agent, default: []].insert(execution)
    }
}

/// What Bolna's answer to `POST /call` means.
package enum CallAnswer: Hashable, Sendable {
    /// Bolna took the call.
    case placed(Statement, body: [UInt8])
    /// No call came of it.
    case refused(status: Int, message: String)
    /// Whether a call came of it is not known; in words of a closed set.
    case unanswered(detail: String)

    /// Judges an answer. Only what was surely not taken counts as refused: Bolna's own refusals (4xx), and requests that
    /// were never sent.
    package init(_ outcome: BolnaAnswer.Outcome) {
        switch outcome {
        case .response(let status, _, let body):
            switch status {
            case 200..<300:
                guard let statement = try? BolnaDecoder.decodeDialAnswer(body) else {
                    self = .unanswered(detail: "an answer that could not be read")
                    return
                }
                self = .placed(statement, body: body)
            case 408: self = .unanswered(detail: "status 408")
            case 400..<500: self = .refused(status: status, message: BolnaDecoder.decodeErrorBody(body))
            default: self = .unanswered(detail: "status \(status)")
            }
        case .failed(let failure):
            switch failure.kind {
            case .dns, .connect, .tls, .noToken:
                self = .refused(status: 502, message: "Bolna could not be reached; nothing was sent.")
            case .timeout, .tooLarge, .broken, .cancelled: self = .unanswered(detail: failure.kind.rawValue)
            }
        }
    }
}
