import CallDomain

/// What the laws have seen so far.
struct Watch {
    var violations: [Violation] = []
    var checked: [Law: Int] = [:]
    var durability = DurabilityLaw()
    var traffic = TrafficLaw()
    var staleness = StalenessLaw()
    var quiet = QuietLaw()
    var followUp = FollowUpLaw()
    var changes = ChangesLaw()
    var dialling = DiallingLaw()

    /// Counts a check of a law, and remembers what it found.
    mutating func check(_ law: Law, at time: Double, _ complaints: [String]) {
        checked[law, default: 0] += 1
        for complaint in complaints where violations.count < Self.mostViolations {
            violations.append(Violation(law: law, at: time, detail: complaint))
        }
    }

    /// The host's clock was set by so many seconds of Bolna's: times that were dated before it come so much later, and
    /// waits that are over by the clock have ended.
    mutating func clockWasSet(bySeconds step: Double) {
        staleness.slack += max(-step, 0)
        followUp.slack += max(-step, 0)
        followUp.forgetCompletions()
    }

    /// So many violations of one run are kept.
    static let mostViolations = 16
}
