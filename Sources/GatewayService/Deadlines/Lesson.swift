import CallDomain

/// What is learned of one topic of one agent.
struct Lesson: Sendable {
    private var window: SampleWindow
    private var calls: [LearnedSamples.Call]
    /// The first change that is not stored yet; nil where all is.
    var unsavedSince: Timestamp?

    /// Nothing is known.
    init(at now: Timestamp) {
        window = SampleWindow(at: now)
        calls = []
    }

    /// Takes up what was stored; nil where the bytes are none.
    init?(_ record: LearnedRecord) {
        guard let samples = try? LearnedSamples(encoded: record.bytes) else { return nil }
        window = SampleWindow(samples)
        calls = samples.calls
    }

    /// A gap ended, or an artefact came this long after the final status.
    mutating func record(_ length: Duration, at now: Timestamp) {
        window.record(length, at: now)
        unsavedSince = unsavedSince ?? now
    }

    /// It is known whether one more call has the artefact.
    mutating func record(hasArrived: Bool, at now: Timestamp) {
        if calls.count >= ArtefactHistory.mostCalls { calls.removeFirst(calls.count - ArtefactHistory.mostCalls + 1) }
        calls.append(LearnedSamples.Call(at: now, hasArrived: hasArrived))
        unsavedSince = unsavedSince ?? now
    }

    /// Forgets what is old.
    mutating func age(to now: Timestamp) {
        window.age(to: now)
        calls.removeAll { now.duration(since: $0.at) >= LearnedSamples.longestBatch * 2 }
    }

    /// The deadline for the gap from a step; nil before there are enough samples.
    func deadline(fromStep step: Int) -> LearnedDeadline? {
        guard let perMille = LearnedDeadline.perMille(fromStep: step), let found = window.within(perMille: perMille),
            found.samples >= LearnedDeadline.leastSamples
        else { return nil }
        return LearnedDeadline(perMille: perMille, within: found.within, samples: found.samples)
    }

    /// What is known of an artefact; nil where nothing is.
    var history: ArtefactHistory? {
        guard !calls.isEmpty else { return nil }
        let found = window.within(perMille: ArtefactHistory.perMille)
        return ArtefactHistory(
            calls: calls.count, arrived: calls.count { $0.hasArrived }, within: found?.within,
            samples: found?.samples ?? 0)
    }

    /// The bytes to store.
    var bytes: [UInt8] {
        let batches = window.batches
        return LearnedSamples(newer: batches.newer, older: batches.older, calls: calls).encoded
    }
}
