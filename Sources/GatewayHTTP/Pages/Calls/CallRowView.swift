import BolnaWire
import CallDomain

extension VisibleCall {
    /// A row of the list as the template takes it. `address` is the call's page.
    func row(
        at now: Timestamp, columns: Set<CallColumn>, names: [AgentID: String], address: String, isOpen: Bool
    ) -> PageView {
        let freshness = Freshness(state: state, ledger: record.ledger, unverified: record.unverifiedStatus)
        var cells = PageView()
        for column in CallColumn.allCases { cells["has-\(column.rawValue)"] = columns.contains(column) }
        let row: PageView = [
            "id": record.call.rawValue, "href": address, "current": isOpen, "at": startedAt.rawValue,
            "version": record.cursor.text, "status": statusView(at: now), "number": otherNumber ?? "unknown number",
            "isInbound": isInbound, "direction": text(.direction) ?? "–", "from": ownNumber ?? "–",
            "name": recipientData.callerName ?? "–",
            "agent": text(.agentID).map { PageText.agent($0, names: names) }.orAbsent,
            "started": PageText.time(startedAt), "duration": duration.map(PageText.duration) ?? "–",
            "cost": cost.orAbsent, "recording": recordingView(at: now), "source": freshness.source.word,
            "asOf": PageText.time(freshness.asOf), "isVerified": freshness.isVerified,
            "execution": record.execution.rawValue,
        ]
        return row.merging(cells) { own, _ in own }
    }

    /// The status with its phase, in words, and what is doubtful about it.
    func statusView(at now: Timestamp) -> PageView {
        [
            "word": state.status.word, "text": PageText.words(state.status.word), "look": state.status.look,
            "overdue": record.ledger.open.map { $0.due <= now } ?? false,
            "unverified": record.unverifiedStatus.map { PageText.words($0.word) }.orAbsent,
            "attempt": state.current.number > 0 ? state.current.number as Any : false,
        ]
    }

    /// When Bolna made the call, else when the gateway first heard of it.
    var startedAt: Timestamp {
        if case .time(let time)? = state[.createdAt] { time } else { record.createdAt }
    }

    /// Whether somebody called us.
    var isInbound: Bool { text(.direction)?.lowercased() == "inbound" }

    /// The number of the other side.
    var otherNumber: String? { text(isInbound ? .fromNumber : .toNumber) }

    /// The number on our side.
    var ownNumber: String? { text(isInbound ? .toNumber : .fromNumber) }

    /// What the call cost.
    var cost: PageView? {
        if case .number(let cents)? = state[.totalCost] { PageText.money(cents: cents) } else { nil }
    }

    /// How the recording stands.
    func recordingView(at now: Timestamp) -> PageView {
        let word = recordingState
        return [
            "isReady": word == .ready, "isProcessing": word == .processing, "text": word.text,
            "isAbsent": word != .ready && word != .processing,
        ]
    }

    /// How a recording stands.
    enum RecordingState {
        case ready, processing, later, missing, notProvided, none

        /// In a word or two.
        var text: String {
            switch self {
            case .ready: "ready"
            case .processing: "processing"
            case .later: "after the call"
            case .missing: "missing"
            case .notProvided: "not provided"
            case .none: "none"
            }
        }
    }

    /// How the recording stands.
    var recordingState: RecordingState {
        if state[.recordingURL] != nil { return .ready }
        switch record.ledger.artefacts?[.recording]?.state {
        case .expected?: return .processing
        case .arrived?: return .ready
        case .missing?: return .missing
        case .notProvided?: return .notProvided
        case nil: return state.status.isFinal ? .none : .later
        }
    }
}

extension CallStatus {
    /// The sign a status has on pages: its phase, and for final ones how they ended.
    var look: String {
        switch self {
        case .completed: "completed"
        case .failed, .error, .balanceLow: "failed"
        case .busy, .noAnswer, .canceled, .stopped: "unanswered"
        default: phase?.word ?? "unknown"
        }
    }
}
