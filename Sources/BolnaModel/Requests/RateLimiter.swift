/// Requests counted per organization in windows of a minute of the model.
struct RateLimiter: Sendable {
    private struct Window: Sendable {
        var start: Moment
        var count = 0
    }

    private enum Bucket: Hashable {
        case placing, agent, executions, others
    }

    private var windows: [Bucket: Window] = [:]
    private let length: Int64
    private let limit: Int
    private let otherLimit: Int

    init(options: WorldOptions) {
        length = max(1, options.span(60))
        limit = options.limitPerMinute
        otherLimit = options.otherLimitPerMinute
    }

    /// Counts a request; where it is one too many, tells how many seconds the window still lasts.
    mutating func refuse(_ endpoint: Endpoint, at moment: Moment) -> Int64? {
        let bucket: Bucket =
            switch endpoint {
            case .placeCall: .placing
            case .agent, .patchAgent: .agent
            case .executions: .executions
            case .stopCall, .execution, .agents, .user, .recording, .signedRecording, .unknown: .others
            }
        var window = windows[bucket] ?? Window(start: moment)
        if moment - window.start >= length { window = Window(start: moment) }
        window.count += 1
        windows[bucket] = window
        guard window.count > (bucket == .others ? otherLimit : limit) else { return nil }
        let remaining = window.start + length - moment
        return (remaining + 999_999) / 1_000_000
    }
}
