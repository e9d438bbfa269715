package import CallDomain

/// A call as a store keeps it: it hands arrivals to reconciliation one by one, as they come, together with the evidence
/// in the order in which that came.
package struct KeptCall: Sendable {
    /// What is believed; nil while nothing but hints is known.
    package private(set) var state: CallState?
    /// All that came, in the order in which it came.
    package private(set) var evidence = Evidence()
    /// How many steps were folded in place.
    package private(set) var extendedSteps = 0
    /// How many steps were folded from all evidence.
    package private(set) var refoldedSteps = 0

    private let reconciler: Reconciler

    /// A call of which nothing is known.
    package init(reconciler: Reconciler = Reconciler()) { self.reconciler = reconciler }

    /// Takes what came. A repetition that is neither an earlier receipt nor a further read is only counted.
    package mutating func take(_ arrival: EvidenceArrival) {
        let observation = arrival.observation
        if let known = evidence.observations.firstIndex(where: { $0.key == observation.key }) {
            let isEarlier = observation.receivedAt < evidence.observations[known].receivedAt
            let isNewRead = arrival.read.map { !evidence.reads.contains($0) } ?? false
            guard isEarlier || isNewRead else { return }
            if isEarlier { evidence.observations[known].receivedAt = observation.receivedAt }
        } else {
            evidence.observations.append(observation)
        }
        if let read = arrival.read { evidence.reads.append(read) }
        let result = reconciler.reconcile(
            previous: state, observation: observation, read: arrival.read, evidence: { evidence })
        state = result.state
        if result.didRefold { refoldedSteps += 1 } else { extendedSteps += 1 }
    }

    /// A call that has taken all this, in this order.
    package init(_ arrivals: some Sequence<EvidenceArrival>, reconciler: Reconciler = Reconciler()) {
        self.init(reconciler: reconciler)
        for arrival in arrivals { take(arrival) }
    }
}
