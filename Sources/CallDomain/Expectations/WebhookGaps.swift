/// Measures how long webhooks of one call are apart, for learned deadlines: a value that takes what was told.
///
/// A gap begins when a webhook tells a status, and ends when the webhook itself arrives that tells the next, also where
/// a read told it first. What is no gap between two neighbouring statuses is no sample: a status in between was lost or
/// is still on its way. What is under way at a restart is no sample either, since its webhook may have come unheard.
package struct WebhookGaps: Hashable, Sendable {
    /// How late a webhook may come after the change it tells; a later one is a delivery of another time.
    package let patience: Duration
    private var recent: [CallID: Started] = [:]
    private var older: [CallID: Started] = [:]

    /// So many calls are followed at once, twice; the least recently heard of give way.
    package static let mostCalls = 4_096

    /// A gap that has begun.
    private struct Started: Hashable, Sendable {
        var attempt: Int
        var status: CallStatus
        var at: Timestamp
        /// Counts how often the health of the call's path has changed.
        var era: Int
        /// When a read first told what comes after it.
        var overtakenAt: Timestamp?
    }

    /// What was told about a call.
    package struct Told: Hashable, Sendable {
        /// The call.
        package var call: CallID
        /// The attempt it is about.
        package var attempt: Int
        /// The status it claims itself, whatever the call's is now.
        package var status: CallStatus
        /// Whether the call is in that status now; else it has been told to be further.
        package var isCurrent: Bool
        /// Where it came from.
        package var source: Source
        /// When it had been received.
        package var at: Timestamp
        /// `updated_at`, where it was stated.
        package var updatedAt: Timestamp?

        /// Puts it together.
        package init(
            call: CallID, attempt: Int, status: CallStatus, isCurrent: Bool, source: Source, at: Timestamp,
            updatedAt: Timestamp?
        ) {
            self.call = call
            self.attempt = attempt
            self.status = status
            self.isCurrent = isCurrent
            self.source = source
            self.at = at
            self.updatedAt = updatedAt
        }
    }

    /// A gap that has ended.
    package struct Gap: Hashable, Sendable {
        /// What it started from.
        package var topic: LearnedTopic
        /// How long it was.
        package var length: Duration
    }

    /// Follows nothing yet; the patience of 15 minutes is multiplied by `scale` (`expectations.scale`).
    package init(scale: Double = 1) { patience = Duration.seconds(900).scaled(by: scale) }

    /// Something was told while the path was healthy; the gap that its webhook ended, if it did.
    package mutating func heard(_ told: Told, era: Int) -> Gap? {
        let started = recent[told.call] ?? older[told.call]
        guard told.source == .webhook || told.source == .dial else {
            if told.source.isFullRead { noteRead(told, started) }
            return nil
        }
        if let started, isBehind(told, started) { return nil }
        let isLate = isLate(told, started)
        if isLate || !told.isCurrent || !Self.starts(told.status, by: told.source) {
            forget(told.call)
        } else {
            follow(told.call, Started(attempt: told.attempt, status: told.status, at: told.at, era: era))
        }
        guard let started, !isLate, told.source == .webhook, started.era == era, started.attempt == told.attempt,
            Self.isNext(told.status, after: started.status), let step = started.status.step,
            let topic = LearnedTopic(step: step)
        else { return nil }
        let length = told.at.duration(since: started.at)
        return length >= .zero && length <= Self.longest ? Gap(topic: topic, length: length) : nil
    }

    /// The call's path is not healthy: what it tells now teaches nothing.
    package mutating func forget(_ call: CallID) {
        recent[call] = nil
        older[call] = nil
    }

    /// A longer gap is no gap between webhooks: waiting ends after a day.
    private static let longest = Duration.seconds(86_400)

    /// A read that tells a later status overtakes the webhook; only the first that does counts.
    private mutating func noteRead(_ told: Told, _ started: Started?) {
        guard var started, started.overtakenAt == nil, started.attempt == told.attempt,
            let step = told.status.step, let held = started.status.step, step > held
        else { return }
        started.overtakenAt = told.at
        follow(told.call, started)
    }

    /// Whether it tells nothing after what the gap started from: a repeat, or one that was overtaken on its way.
    private func isBehind(_ told: Told, _ started: Started) -> Bool {
        if told.attempt != started.attempt { return told.attempt < started.attempt }
        if told.status == started.status { return true }
        guard let step = told.status.step, let held = started.status.step else { return false }
        return step < held
    }

    /// Whether the change was known, or made, so long before that this is a delivery of another time.
    private func isLate(_ told: Told, _ started: Started?) -> Bool {
        if let updatedAt = told.updatedAt, told.at.duration(since: updatedAt) > patience { return true }
        guard let overtakenAt = started?.overtakenAt else { return false }
        return told.at.duration(since: overtakenAt) > patience
    }

    private mutating func follow(_ call: CallID, _ started: Started) {
        if recent[call] == nil, recent.count >= Self.mostCalls {
            older = recent
            recent = [:]
        }
        older[call] = nil
        recent[call] = started
    }

    /// Whether a gap begins with this status. A dial's answer begins one from `queued`, since it is the first to tell
    /// it; scheduled calls wait for a time of their own.
    private static func starts(_ status: CallStatus, by source: Source) -> Bool {
        switch status {
        case .queued: true
        case .initiated, .ringing, .inProgress, .callDisconnected: source == .webhook
        default: false
        }
    }

    /// Whether a webhook with this status follows the other without one in between.
    private static func isNext(_ status: CallStatus, after earlier: CallStatus) -> Bool {
        switch earlier {
        case .queued: status == .initiated
        case .initiated: status == .ringing
        case .ringing: [.inProgress, .busy, .noAnswer, .failed, .error, .canceled, .stopped].contains(status)
        case .inProgress: status == .callDisconnected
        case .callDisconnected: status == .completed
        default: false
        }
    }
}
