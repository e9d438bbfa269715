/// Computes what must be heard next about a call, by which path and by when: values in, values out.
package struct ExpectationCalculus: Hashable, Sendable {
    /// The table's durations.
    package var settings: ExpectationSettings

    /// Computes under settings.
    package init(settings: ExpectationSettings = ExpectationSettings()) { self.settings = settings }
}

/// The durations of the table of expectations. ``scale`` multiplies each of them where it is used.
package struct ExpectationSettings: Hashable, Sendable {
    /// `expectations.scale`: multiplies deadlines, steps, ends, pauses, cool-downs and back-off; never absolute times.
    package var scale: Double = 1
    /// `poll.interval`: one tick of the poller; not scaled.
    package var tick: Duration = .seconds(30)
    /// From queued to initiated.
    package var queued: Duration = .seconds(60)
    /// The longest step between looks at a queued call.
    package var queuedLongestStep: Duration = .seconds(600)
    /// From receipt to queued, for a scheduled call whose time has come.
    package var scheduledGrace: Duration = .seconds(120)
    /// For a scheduled call without any time.
    package var scheduledUnknown: Duration = .seconds(900)
    /// A scheduled call is looked at no later than this.
    package var scheduledLongest: Duration = .seconds(86_400)
    /// From initiated to ringing.
    package var initiated: Duration = .seconds(45)
    /// From ringing to an answer or an end.
    package var ringing: Duration = .seconds(75)
    /// How long initiated and ringing calls are read at each tick.
    package var diallingEachTick: Duration = .seconds(300)
    /// From in-progress to call-disconnected.
    package var talking: Duration = .seconds(600)
    /// The factor between looks at a talking call.
    package var talkingFactor: Double = 1.5
    /// From call-disconnected to completed: gaps of 13 min were captured.
    package var ended: Duration = .seconds(900)
    /// The first step between reads of an ended call.
    package var endedFirstStep: Duration = .seconds(120)
    /// From completed to its artefacts.
    package var artefacts: Duration = .seconds(180)
    /// The second and last look where it is not known whether artefacts come.
    package var artefactsSecondLook: Duration = .seconds(1_800)
    /// From a retryable final to scheduled.
    package var retry: Duration = .seconds(120)
    /// After a status that is not known.
    package var unknown: Duration = .seconds(300)
    /// The longest step between reads, where no other is named.
    package var longestStep: Duration = .seconds(900)
    /// When waiting ends.
    package var abandonAfter: Duration = .seconds(86_400)
    /// The least time between two 404 answers' first and last before a call counts as unknown to Bolna.
    package var notFoundSpan: Duration = .seconds(600)
    /// The number of 404 answers that make a call unknown to Bolna.
    package var notFoundCount: Int = 3
    /// At most one read per call in this time for unverified hints.
    package var hintInterval: Duration = .seconds(60)
    /// No second check of a call by a person within this time.
    package var checkCooldown: Duration = .seconds(5)
    /// From a contradiction to the second full read that settles it: the reopening pause.
    package var pause: Duration = .seconds(60)
    /// The step at the predecessor's pace, where that is not each tick.
    package var paceStep: Duration = .seconds(60)
    /// The longest back-off of failed reads.
    package var longestBackoff: Duration = .seconds(300)

    /// A `scheduled_at` further ahead is not believed.
    package static let farthestSchedule: Duration = .seconds(366 * 86_400)
    /// How often Bolna retries where `retry_config` names no bound (docs: guides/outbound/auto-retry).
    package static let usualMostRetries = 3

    /// The defaults of the table.
    package init() {}

    /// One of the durations, multiplied by ``scale``.
    package func scaled(_ duration: KeyPath<ExpectationSettings, Duration>) -> Duration {
        self[keyPath: duration].scaled(by: scale)
    }

    /// How long to wait after so many failures in a row: full jitter over a range that grows from one tick to
    /// ``longestBackoff``, and never less than a tick.
    ///
    /// - Parameters:
    ///   - failures: at least 1.
    ///   - unit: a random number of the uniform distribution over 0..<1.
    package func backoff(failures: Int, unit: Double) -> Duration {
        let doublings = min(max(failures, 1), 16)
        let ceiling = max(min(tick * (1 << doublings), scaled(\.longestBackoff)), tick)
        return tick + (ceiling - tick).scaled(by: min(max(unit, 0), 1))
    }
}
