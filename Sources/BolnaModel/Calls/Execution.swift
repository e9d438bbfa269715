/// One call as Bolna holds it, with what is to happen to it.
struct Execution: Sendable {
    let number: Int
    let id: String
    let agent: Int
    let origin: CallOrigin
    let createdAt: Moment
    let userNumber: String
    let agentNumber: String
    let recipientData: JSONValue
    let retryRule: RetryRule?

    var status: ExecutionStatus
    var updatedAt: Moment
    var scheduledAt: Moment?
    var rescheduledAt: Moment?
    var initiatedAt: Moment?
    var retryCount = 0
    var retryHistory: [RetriedAttempt] = []
    var script: AttemptScript
    var pending: ArraySlice<PlannedChange>
    /// The script that takes over when a retry is scheduled.
    var nextScript: AttemptScript?
    var nextScheduledAt: Moment?
    var costs = Costs()
    var hasTalk = false
    var hasRecording = false
    /// Raised when a plan is thrown away, so that steps of the old plan are recognized.
    var planNumber = 0
    var isWaitingForLine = false

    var changes: [StatusChange] = []
    /// Draws what concerns this call alone, so that other calls and requests leave its fate alone.
    var random: SeededGenerator
    /// Statuses before this one are not announced (some inbound calls); nil: all are.
    var silentBefore: ExecutionStatus?
    var lastDeliveryAt: Moment
    var held: WebhookDelivery?
    var told: Set<Telling> = []
    var shown: Set<Telling> = []

    struct RetriedAttempt: Sendable {
        var status: ExecutionStatus
        var at: Moment
    }

    /// A status of one attempt: what a webhook tells or a read shows.
    struct Telling: Hashable, Sendable {
        var attempt: Int
        var status: ExecutionStatus
    }

    var telling: Telling { Telling(attempt: retryCount, status: status) }

    var isInbound: Bool { origin == .inbound }

    /// Whether nothing will happen any more.
    var isSettled: Bool { pending.isEmpty && status.isFinal }

    /// Seconds of talk, as stated in bodies.
    var duration: Double { hasTalk ? script.talk : 0 }

    var isRetryDue: Bool {
        guard let retryRule, retryCount < retryRule.maximum, pending.isEmpty else { return false }
        if status == .completed { return retryRule.onVoicemail && script.outcome == .voicemail }
        return retryRule.statuses.contains(status)
    }

    mutating func apply(_ change: ExecutionStatus, at moment: Moment) {
        let isSecondCompletion = status == .completed && change == .completed
        if change == .scheduled, status.isFinal { startNextAttempt() }
        status = change
        updatedAt = moment
        switch change {
        case .initiated: initiatedAt = moment
        case .callDisconnected:
            hasTalk = script.talk > 0
            costs = Costs(talk: duration, stage: .running)
        case .completed:
            hasTalk = script.talk > 0
            hasRecording = hasTalk && (!script.hasLateRecording || isSecondCompletion)
            costs = Costs(talk: duration, stage: script.hasLateRecording && !isSecondCompletion ? .partial : .final)
        default: break
        }
        changes.append(StatusChange(call: id, status: change, attempt: retryCount, at: moment))
    }

    private mutating func startNextAttempt() {
        retryHistory.append(RetriedAttempt(status: status, at: updatedAt))
        retryCount += 1
        initiatedAt = nil
        rescheduledAt = nil
        hasTalk = false
        hasRecording = false
        costs = Costs()
        if let nextScript { script = nextScript }
        nextScript = nil
        scheduledAt = nextScheduledAt
    }
}

/// What an attempt costs, in cents, as Bolna breaks it down.
struct Costs: Sendable {
    var llm = 0.0
    var network = 0.0
    var platform = 0.0
    var synthesizer = 0.0
    var transcriber = 0.0

    enum Stage {
        /// At hang-up: the shares of network and platform are missing.
        case running
        /// Completed, while the recording is missing: so is the network's share.
        case partial
        case final
    }

    init() {}

    init(talk: Double, stage: Stage) {
        guard talk > 0 else { return }
        llm = Self.rounded(talk * 0.0026)
        synthesizer = Self.rounded(talk * 0.0776)
        transcriber = Self.rounded(talk * 0.00475)
        let minutes = (talk / 60).rounded(.up)
        if stage != .running { platform = minutes * 2 }
        if stage == .final { network = Self.rounded(minutes * 1.344) }
    }

    var total: Double {
        ((llm + network + platform + synthesizer + transcriber) * 100).rounded() / 100
    }

    private static func rounded(_ amount: Double) -> Double {
        (amount * 1000).rounded() / 1000
    }
}
