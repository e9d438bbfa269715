/// What kind of world it is. Every duration of the model is divided by `speed`; timestamps stay those of the clock that
/// drives the world, so that Bolna's clock and its clients' agree at any speed. Durations *stated* in bodies
/// (`conversation_duration`) are the undivided ones.
package struct WorldOptions: Sendable {
    /// How many times faster than in reality calls live, retries wait, webhooks travel and rate limits refill.
    package var speed: Double = 1
    /// The address that recording URLs start with.
    package var publicBaseURL = "https://api.bolna.ai"
    /// Whether the stable address of a recording leads to a signed link on another host, which is valid without a key;
    /// else the recording comes from the stable address itself. The documentation says that it "resolves to" such a link.
    package var redirectsRecordings = false
    /// The address that signed links start with.
    package var signedBaseURL = "https://recordings.example.com"
    /// The API keys that are accepted.
    package var tokens = ["bn-simulator"]
    /// How many agents the organization has; at least one.
    package var agents = 2
    /// Where the agents' webhooks go at first; nil: nowhere.
    package var webhookURL: String?
    /// The only statuses that the last agent sends webhooks for; nil: all.
    package var statusFilter: [ExecutionStatus]?
    /// Whether `queued` and `scheduled` are sent when a call is placed: the documentation says every change is sent,
    /// captures lack them.
    package var announcesPlacing = true
    /// How attempts end.
    package var outcomes = OutcomeWeights.realistic
    /// How long answered calls are talked in, in seconds of the model.
    package var talk: ClosedRange<Double> = 20...120
    /// Outbound calls that may be on the line at once; further ones stay queued. Nil: no limit.
    package var concurrency: Int?
    /// Outbound calls that the world places on its own.
    package var generatedCalls = 0
    /// How many of those it places per minute of the model, on average.
    package var generatedPerMinute: Double = 30
    /// How many customers call per minute of the model, on average.
    package var inboundPerMinute: Double = 0
    /// Generated calls with auto-retry; placed ones bring their own `retry_config`.
    package var autoRetry: Share = 0.3
    /// Minutes before each automatic retry of a generated call; the last one counts for all further ones.
    package var retryMinutes: [Double] = [30, 60, 120]
    /// Generated calls that are placed for a later time.
    package var scheduledCalls: Share = 0.05
    /// Calls that fall outside the agent's hours and are moved.
    package var rescheduledCalls: Share = 0.01
    /// Answered calls that complete without their recording, which a second `completed` brings.
    package var lateRecording: Share = 0.15
    /// How often a failed webhook is sent again. Bolna says that it retries and nothing about how often or when.
    package var webhookRetries = 0
    /// Requests per minute of the model for `POST /call`, for agents and for lists of executions, each.
    package var limitPerMinute = 500
    /// Requests per minute of the model for everything else together.
    package var otherLimitPerMinute = 1000
    /// What goes wrong.
    package var faults = Faults()
    /// Calls the world keeps at most; further ones are refused or do not come.
    package var maximumCalls = 100_000
    /// Log entries kept at most; older ones are dropped, counts go on.
    package var logCapacity = 200_000

    /// A realistic world with two agents and no calls of its own.
    package init() {}

    /// Seconds of the model as microseconds of the clock that drives the world.
    func span(_ seconds: Double) -> Int64 {
        let scaled = seconds * 1_000_000 / (speed.isFinite && speed > 0 ? speed : 1)
        return Int64(min(max(scaled, 0), 1e15))
    }
}
