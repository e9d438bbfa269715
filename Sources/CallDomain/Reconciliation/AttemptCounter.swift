/// Tells to which attempt statements belong that are fed to it in the order of ``order(_:_:)``.
///
/// A waiting or dialling statement after a retryable final begins the next attempt; finals that no such statement
/// separates end one attempt together. No statement belongs to an earlier attempt than one that Bolna dated before it.
struct AttemptCounter {
    /// The attempt that the statements so far have led to.
    var attempt = 0
    /// Whether a retryable final has been stated since the last waiting or dialling statement.
    var hasOpenRetryableFinal = false
    /// Whether completed is retryable, since a call that a voicemail answered is tried again.
    let retriesVoicemail: Bool

    /// The attempt of the next statement, which has an `updated_at` not before those fed so far.
    mutating func count(_ statement: Statement) -> Int {
        guard let status = statement.status else { return attempt }
        if Self.opensAttempt(status), hasOpenRetryableFinal {
            attempt += 1
            hasOpenRetryableFinal = false
        }
        attempt = max(attempt, Self.stated(statement))
        if isRetryable(status) { hasOpenRetryableFinal = true }
        return attempt
    }

    /// The attempt that a statement names by itself: all there is to go by where it has no `updated_at`.
    static func stated(_ statement: Statement) -> Int {
        min(max(statement.retryCount ?? 0, 0), Statement.mostRetries)
    }

    /// Whether `left` is to be counted before `right`: by `updated_at`; at the same time what may begin an attempt
    /// goes first, then what names the higher attempt, so that the rest follows it.
    static func order(_ left: Statement, _ right: Statement) -> Bool {
        let leftTime = left.updatedAt ?? .distantPast
        let rightTime = right.updatedAt ?? .distantPast
        if leftTime != rightTime { return leftTime < rightTime }
        let leftOpens = left.status.map(opensAttempt) ?? false
        let rightOpens = right.status.map(opensAttempt) ?? false
        if leftOpens != rightOpens { return leftOpens }
        return stated(left) > stated(right)
    }

    /// Whether Bolna may try again after this status.
    private func isRetryable(_ status: CallStatus) -> Bool {
        switch status {
        case .busy, .noAnswer, .failed, .error: true
        case .completed: retriesVoicemail
        case .scheduled, .prepared, .rescheduled, .queued, .initiated, .ringing, .inProgress, .callDisconnected,
            .canceled, .stopped, .balanceLow, .unknown:
            false
        }
    }

    /// Whether this status is one that an attempt begins with.
    private static func opensAttempt(_ status: CallStatus) -> Bool {
        switch status.phase {
        case .waiting, .dialling: true
        case .talking, .ended, .final, nil: false
        }
    }
}
