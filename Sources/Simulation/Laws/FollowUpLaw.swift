import CallDomain

/// What must be followed by a read while the gateway can read: a hint within its interval of a minute, a contradiction
/// after the reopening pause, a recording that is late by the second look after half an hour; and a call that Bolna's API
/// does not know any more is given up after three answers over ten minutes. Knows these times by itself.
struct FollowUpLaw {
    private struct Dispute {
        var since: Double
        var attempt: Int
        var count: Int
    }

    private struct Completion {
        var attempt: Int
        /// Nil where the clock was set since.
        var at: Double?
    }

    private struct Unknown {
        var first: Double
        var answers: Int
    }

    private var hints: [QuietLaw.Key: Double] = [:]
    private var disputes: [QuietLaw.Key: Dispute] = [:]
    private var completions: [QuietLaw.Key: Completion] = [:]
    private var unknown: [QuietLaw.Key: Unknown] = [:]
    private var excepted: Set<QuietLaw.Key> = []

    /// How long a look may take beside its time: the tick, the read, and the commit.
    var slack = 0.0
    /// The tick.
    var tick = 30.0

    /// At most one read for hints in this time, in seconds.
    private static let hintInterval = 60.0
    /// The time between a contradiction and the read that follows it.
    private static let pause = 60.0
    /// The later of the two looks for a recording of which nothing is known.
    private static let secondLook = 1_800.0
    /// The time over which Bolna must answer that it does not know a call.
    private static let notFoundSpan = 600.0
    private static let notFoundAnswers = 3
    /// The longest back-off.
    private static let backoff = 300.0

    /// An unverified delivery about a call was stored that had been received at this time.
    mutating func hinted(_ key: QuietLaw.Key, at time: Double) { hints[key] = min(hints[key] ?? time, time) }

    /// A statement was stored that contradicts another of its attempt.
    mutating func disputed(_ key: QuietLaw.Key, attempt: Int, at time: Double) {
        let count = disputes[key].map { $0.attempt == attempt ? $0.count : 0 } ?? 0
        disputes[key] = Dispute(since: time, attempt: attempt, count: count + 1)
    }

    /// What Bolna answered to a full read sent at this time was stored.
    mutating func read(_ key: QuietLaw.Key, sentAt time: Double) {
        if let hint = hints[key], hint <= time { hints[key] = nil }
        if let dispute = disputes[key], Self.due(dispute) <= time + 1 { disputes[key] = nil }
    }

    /// A call was stored with a status.
    mutating func stored(_ key: QuietLaw.Key, status: CallStatus, attempt: Int, at time: Double) {
        unknown[key] = nil
        if disputes[key]?.attempt != attempt { disputes[key] = nil }
        guard status == .completed else { return completions[key] = nil }
        if completions[key]?.attempt != attempt { completions[key] = Completion(attempt: attempt, at: time) }
    }

    /// A person ruled that an unverified delivery about a call does not count.
    mutating func ruledOut(_ key: QuietLaw.Key) { hints[key] = nil }

    /// Bolna answered that it does not know a call.
    mutating func notFound(_ key: QuietLaw.Key, at time: Double) {
        unknown[key, default: Unknown(first: time, answers: 0)].answers += 1
        hints[key] = nil
    }

    /// A call for which nothing is promised any more.
    mutating func except(_ key: QuietLaw.Key) {
        excepted.insert(key)
        hints[key] = nil
        disputes[key] = nil
        completions[key] = nil
    }

    /// Nothing is said any more of when recordings of calls that are complete by now must show.
    mutating func forgetCompletions() {
        for key in completions.keys { completions[key]?.at = nil }
    }

    /// The hints that no read has followed although one should have, as nothing kept the gateway from it `calmSince`.
    func neglectedHints(at time: Double, calmSince: Double) -> [QuietLaw.Key] {
        hints.filter { time > limit($0.value + Self.hintInterval, calmSince) }.map(\.key)
    }

    /// The contradictions that no read has followed.
    func neglectedDisputes(at time: Double, calmSince: Double) -> [QuietLaw.Key] {
        disputes.filter { time > limit(Self.due($0.value), calmSince) }.map(\.key)
    }

    /// Whether a call's recording, which Bolna has had since some time, should be there.
    func expectsRecording(_ key: QuietLaw.Key, since: Double, at time: Double, calmSince: Double) -> Bool {
        guard let completedAt = completions[key]?.at, !excepted.contains(key) else { return false }
        let lastLook = completedAt + Self.secondLook
        return since < lastLook && time > limit(lastLook, calmSince)
    }

    /// The calls for which waiting should have ended, since Bolna does not know them.
    func forgotten(at time: Double, calmSince: Double) -> [QuietLaw.Key] {
        unknown.filter { $0.value.answers >= Self.notFoundAnswers && time > limit($0.value, calmSince) }.map(\.key)
    }

    /// When everything that is awaited must have been followed; nil where nothing is. `recordings` are the calls whose
    /// recordings Bolna has and the gateway has not.
    func latestLimit(calmSince: Double, recordings: [QuietLaw.Key]) -> Double? {
        var limits = hints.values.map { limit($0 + Self.hintInterval, calmSince) }
        limits += disputes.values.map { limit(Self.due($0), calmSince) }
        limits += unknown.values.map { limit($0, calmSince) }
        limits += recordings.compactMap { completions[$0]?.at }.map { limit($0 + Self.secondLook, calmSince) }
        return limits.max()
    }

    /// Each further contradiction doubles the pause.
    private static func due(_ dispute: Dispute) -> Double {
        dispute.since + pause * Double(1 << min(dispute.count - 1, 10))
    }

    private func limit(_ due: Double, _ calmSince: Double) -> Double {
        max(due, calmSince + Self.backoff + tick) + slack
    }

    private func limit(_ unknown: Unknown, _ calmSince: Double) -> Double {
        limit(max(unknown.first, calmSince) + Self.notFoundSpan + Self.backoff + tick, calmSince)
    }
}
