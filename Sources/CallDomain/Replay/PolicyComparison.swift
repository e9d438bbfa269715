/// Re-runs journals under two policies and tells what would differ: a dry run of a change of rules.
package struct PolicyComparison: Sendable {
    /// The policy in force.
    package var present: ReplayPolicy
    /// The policy that is tried out.
    package var given: ReplayPolicy
    /// Until when reads are simulated.
    package var end: Timestamp

    /// Puts a comparison together.
    package init(present: ReplayPolicy, given: ReplayPolicy, end: Timestamp) {
        self.present = present
        self.given = given
        self.end = end
    }

    /// Re-runs one call.
    package func compare(_ call: ReplayedCall) -> CallComparison {
        let journal = call.journal
        let before = present.reconciler.fold(present.evidence(of: journal))
        let after = given.reconciler.fold(given.evidence(of: journal))
        let presentReads = reads(of: call, under: present)
        let givenReads = reads(of: call, under: given)
        let ticks = [present, given].map(\.calculus.settings.tick)
        return CallComparison(
            call: call.call, execution: call.execution, agent: call.agent,
            differences: differences(from: before, to: after), standings: standings(in: journal),
            reads: ReadComparison(
                recorded: journal.reads.count { $0.observation.source == .poll }, present: presentReads.reads,
                given: givenReads.reads, tolerance: (ticks.max() ?? .zero) / 2,
                isCut: presentReads.isCut || givenReads.isCut))
    }

    private func reads(of call: ReplayedCall, under policy: ReplayPolicy) -> (reads: [SimulatedRead], isCut: Bool) {
        ReadSimulation(policy: policy, profile: policy.profile(of: call.agent), end: end).reads(of: call.journal)
    }

    private func standings(in journal: CallJournal) -> [StandingDifference] {
        journal.rows.compactMap { row in
            let key = row.observation.key
            let before = present.key(key)?.standing
            let after = given.key(key)?.standing
            guard before != after else { return nil }
            return StandingDifference(position: row.position, trust: key.trust, before: before, after: after)
        }
    }

    private func differences(from before: CallState?, to after: CallState?) -> [CallDifference] {
        var differences: [CallDifference] = []
        func compare(_ what: CallDifference.What, _ before: FieldValue?, _ after: FieldValue?) {
            if before != after { differences.append(CallDifference(what: what, before: before, after: after)) }
        }
        compare(.isKnown, .flag(before != nil), .flag(after != nil))
        for field in CallField.allCases where field.belongsToCall {
            compare(.field(field, attempt: nil), before?.shared.values[field], after?.shared.values[field])
        }
        let attempts = Set(((before?.attempts ?? []) + (after?.attempts ?? [])).map(\.number))
        for number in attempts.sorted() {
            let held = before?.attempts.first { $0.number == number }
            let other = after?.attempts.first { $0.number == number }
            compare(
                .status(attempt: number), held.map { .text($0.status.word) }, other.map { .text($0.status.word) })
            for field in CallField.allCases where !field.belongsToCall {
                compare(.field(field, attempt: number), held?.fields.values[field], other?.fields.values[field])
            }
        }
        if let before, let after {
            compare(
                .hasOpenHint, .flag(before.context.openHintAt != nil), .flag(after.context.openHintAt != nil))
            compare(
                .contradictions, .number(Double(before.contradictions.count)),
                .number(Double(after.contradictions.count)))
        }
        return differences
    }
}
