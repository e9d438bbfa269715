/// What happened in a run, in numbers.
package struct Counters: Hashable, Sendable {
    /// Steps of tasks, and events between them.
    package var steps = 0
    /// Virtual time, in seconds of Bolna's time.
    package var seconds = 0.0
    /// Calls at Bolna.
    package var calls = 0
    /// Changes of calls at Bolna.
    package var changes = 0
    /// Webhooks that reached the gateway.
    package var deliveries = 0
    /// Webhooks answered with a 2xx.
    package var acknowledged = 0
    /// Full reads of calls that were sent: `GET /executions/{id}`.
    package var reads = 0
    /// Those of them that were sent before the run's end, when every call is checked.
    package var readsBeforeEnd = 0
    /// Pages of lists that were asked for.
    package var listPages = 0
    /// Other requests: agents, the user, placing a call.
    package var otherRequests = 0
    /// Full reads that were stored, by who asked: `poll`, `check`, `sweep`.
    package var storedReads: [String: Int] = [:]
    /// Commits that succeeded.
    package var commits = 0
    /// How often the gateway was killed.
    package var crashes = 0
    /// Faults that struck.
    package var faults = 0
    /// Faults that struck, by name.
    package var faultsByName: [String: Int] = [:]
    /// Disturbances that had an effect, by name.
    package var effects: [String: Int] = [:]
    /// Calls placed by clients of the gateway.
    package var dials = 0
    /// Pages of lists that stood for reads of several calls.
    package var pollPages = 0
    /// All that happened, and in which order, as one number: two runs that differ anywhere differ here.
    package var fingerprint: UInt64 = 0

    /// Nothing happened.
    package init() {}

    /// Something happened: its number and text go into the fingerprint.
    mutating func mix(_ number: UInt64, _ text: String = "") {
        fingerprint = Dice.mix(fingerprint ^ number, text, 0)
    }

    /// Adds up two runs.
    package static func += (left: inout Counters, right: Counters) {
        left.steps += right.steps
        left.seconds += right.seconds
        left.calls += right.calls
        left.changes += right.changes
        left.deliveries += right.deliveries
        left.acknowledged += right.acknowledged
        left.reads += right.reads
        left.readsBeforeEnd += right.readsBeforeEnd
        left.listPages += right.listPages
        left.otherRequests += right.otherRequests
        left.storedReads.merge(right.storedReads, uniquingKeysWith: +)
        left.commits += right.commits
        left.crashes += right.crashes
        left.faults += right.faults
        left.faultsByName.merge(right.faultsByName, uniquingKeysWith: +)
        left.effects.merge(right.effects, uniquingKeysWith: +)
        left.dials += right.dials
        left.pollPages += right.pollPages
        left.fingerprint &+= right.fingerprint
    }
}
