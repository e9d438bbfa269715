import BolnaModel

/// Takes out of a failing run whatever it does not need to fail, so that a person can read what remains.
package struct Shrinker {
    /// The most runs that are tried.
    package var mostRuns: Int

    private let run: (Scenario, _ keepsTrace: Bool) -> RunOutcome
    private var runs = 0

    /// Tries so many runs at most. `run` runs a scenario, with or without a timeline.
    package init(
        mostRuns: Int = 200,
        run: @escaping (Scenario, _ keepsTrace: Bool) -> RunOutcome = { SimulationRun.run($0, keepsTrace: $1) }
    ) {
        self.mostRuns = mostRuns
        self.run = run
    }

    /// The smallest run that was found to break the same law, with its timeline; the run itself where it breaks none.
    package mutating func shrink(_ outcome: RunOutcome) -> RunOutcome {
        guard let law = outcome.violations.first?.law else { return outcome }
        var smallest = outcome
        simplify(&smallest, law)
        removeDisturbances(&smallest, law)
        removeFaults(&smallest, law)
        simplify(&smallest, law)
        let last = run(smallest.scenario, true)
        return last.violations.isEmpty ? smallest : last
    }

    /// One thing after the other is made as plain as it can be.
    private mutating func simplify(_ smallest: inout RunOutcome, _ law: Law) {
        var changes: [(inout Scenario) -> Void] = [
            { $0.hasRandomOrder = false }, { $0.runsToTheEnd = false }, { $0.latency = 0.02...0.3 },
            { $0.accounts.removeAll { !$0.hasWebhooks } }, { $0.mostEntries = 4_096 }, { $0.batchEntries = 256 },
            { scenario in
                scenario.organizations = Array(scenario.organizations.prefix(1))
                scenario.accounts.removeAll { $0.organization > 0 }
            },
        ]
        changes += Fault.allCases.map { fault in { $0.rates[fault] = nil } }
        changes += smallest.scenario.organizations.indices.flatMap { Self.changes(ofOrganization: $0) }
        for change in changes { attempt(&smallest, law, change) }
    }

    private static func changes(ofOrganization index: Int) -> [(inout Scenario) -> Void] {
        func change(_ body: @escaping (inout WorldOptions) -> Void) -> (inout Scenario) -> Void {
            { scenario in
                if scenario.organizations.indices.contains(index) { body(&scenario.organizations[index]) }
            }
        }
        return [
            change { $0.generatedCalls = 1 }, change { $0.generatedCalls = max(1, $0.generatedCalls / 2) },
            change { $0.inboundPerMinute = 0 }, change { $0.autoRetry = .never },
            change { $0.scheduledCalls = .never }, change { $0.rescheduledCalls = .never },
            change { $0.lateRecording = .never }, change { $0.concurrency = nil }, change { $0.statusFilter = nil },
            change { $0.outcomes = .only(.answered) }, change { $0.agents = 1 },
        ]
    }

    private mutating func removeDisturbances(_ smallest: inout RunOutcome, _ law: Law) {
        removeParts(&smallest, law, of: { $0.scenario.disturbances }) { scenario, _, kept in
            scenario.disturbances = kept
        }
    }

    private mutating func removeFaults(_ smallest: inout RunOutcome, _ law: Law) {
        removeParts(&smallest, law, of: { $0.faults.sorted() }) { scenario, struck, kept in
            scenario.without.formUnion(Set(struck).subtracting(kept))
        }
    }

    /// Takes out halves, then quarters, and so on down to single parts, as long as the law stays broken. Without some, a
    /// run may come to others; `keep` is given all that the smallest run has, and those of them to keep.
    private mutating func removeParts<Part: Hashable>(
        _ smallest: inout RunOutcome, _ law: Law, of parts: (RunOutcome) -> [Part],
        keep: (inout Scenario, _ all: [Part], _ kept: [Part]) -> Void
    ) {
        var size = max(parts(smallest).count, 1)
        while size >= 1, runs < mostRuns {
            var start = 0
            while start < parts(smallest).count, runs < mostRuns {
                let all = parts(smallest)
                var kept = all
                kept.removeSubrange(start..<min(start + size, kept.count))
                let isRemoved = attempt(&smallest, law) { keep(&$0, all, kept) }
                if !isRemoved { start += size }
            }
            size /= 2
        }
    }

    /// Runs a changed scenario; true where it breaks the same law, and then it is the smallest from now on.
    @discardableResult
    private mutating func attempt(
        _ smallest: inout RunOutcome, _ law: Law, _ change: (inout Scenario) -> Void
    ) -> Bool {
        guard runs < mostRuns else { return false }
        var scenario = smallest.scenario
        change(&scenario)
        runs += 1
        let outcome = run(scenario, false)
        guard outcome.violations.first?.law == law else { return false }
        smallest = outcome
        return true
    }
}
