/// Bolna's auto-retry of one call: the `retry_config` of `POST /call`.
struct RetryRule: Sendable {
    var statuses: [ExecutionStatus]
    var maximum: Int
    var onVoicemail: Bool
    var intervalsMinutes: [Double]

    /// Bolna retries at most three times.
    static let mostRetries = 3
    static let standard = RetryRule(
        statuses: [.noAnswer, .busy, .failed], maximum: mostRetries, onVoicemail: false,
        intervalsMinutes: [30, 60, 120])

    /// Reads a `retry_config`; nil unless it is enabled. What it leaves out has Bolna's default.
    static func read(_ value: JSONValue?) -> RetryRule? {
        guard let value, value["enabled"]?.bool == true else { return nil }
        var rule = standard
        if let statuses = value["retry_on_statuses"]?.array {
            let retryable: [ExecutionStatus] = [.busy, .noAnswer, .failed, .error]
            rule.statuses = statuses.compactMap { $0.string.flatMap(ExecutionStatus.init) }.filter(retryable.contains)
        }
        if let maximum = value["max_retries"]?.double { rule.maximum = Int(min(max(maximum, 0), Double(mostRetries))) }
        if let flag = value["retry_on_voicemail"]?.bool { rule.onVoicemail = flag }
        if let minutes = value["retry_intervals_minutes"]?.array?.compactMap(\.double), !minutes.isEmpty {
            rule.intervalsMinutes = minutes.map { min(max($0, 0), 10_080) }
        }
        return rule
    }

    func minutes(beforeRetry number: Int) -> Double {
        intervalsMinutes[min(max(number - 1, 0), intervalsMinutes.count - 1)]
    }

    var json: JSONValue {
        [
            "enabled": true, "max_retries": .integer(Int64(maximum)),
            "retry_on_statuses": .array(statuses.map { .string($0.rawValue) }),
            "retry_on_voicemail": .bool(onVoicemail),
            "retry_intervals_minutes": .array(intervalsMinutes.map { .integer(Int64($0)) }),
        ]
    }
}
