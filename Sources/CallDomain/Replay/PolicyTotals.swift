/// The sums of a comparison over many calls.
package struct PolicyTotals: Hashable, Sendable {
    /// Calls that were re-run.
    package var calls = 0
    /// Calls that would be believed differently.
    package var changedCalls = 0
    /// Calls that would be read at other times.
    package var otherwiseReadCalls = 0
    /// Deliveries that would be taken differently.
    package var changedDeliveries = 0
    /// Reads of the poller in the journal.
    package var recordedReads = 0
    /// Reads that the present policy would make.
    package var presentReads = 0
    /// Reads that the other policy would make.
    package var givenReads = 0
    /// Reads of the other policy that the present one would not make.
    package var addedReads = 0
    /// Reads of the present policy that the other one would not make.
    package var droppedReads = 0
    /// Missed webhooks that reads of the present policy would tell of.
    package var presentMissed = 0
    /// Missed webhooks that reads of the other policy would tell of.
    package var givenMissed = 0
    /// Calls whose reads were not followed to the end.
    package var cutCalls = 0
    /// Reads by the hour they would be made in; of too many hours, only the first ones.
    package var hours: [Timestamp: Hour] = [:]

    /// The most hours that are told apart: those of the longest window of a report.
    package static let mostHours = 92 * 24

    /// The reads of one hour. All of them are single reads, `GET /executions/{id}`; where five due calls of one agent
    /// fall together, one page of its listing takes their place.
    package struct Hour: Hashable, Sendable {
        /// Under the present policy.
        package var present = 0
        /// Under the other policy.
        package var given = 0

        /// None.
        package init() {}
    }

    /// Nothing yet.
    package init() {}

    /// Adds one call.
    package mutating func add(_ comparison: CallComparison) {
        let reads = comparison.reads
        calls += 1
        if comparison.differs { changedCalls += 1 }
        if reads.differs { otherwiseReadCalls += 1 }
        if reads.isCut { cutCalls += 1 }
        changedDeliveries += comparison.standings.count
        recordedReads += reads.recorded
        presentReads += reads.present.count
        givenReads += reads.given.count
        addedReads += reads.added.count
        droppedReads += reads.dropped.count
        presentMissed += reads.presentMissed
        givenMissed += reads.givenMissed
        for read in reads.present { count(read) { $0.present += 1 } }
        for read in reads.given { count(read) { $0.given += 1 } }
    }

    private mutating func count(_ read: SimulatedRead, _ change: (inout Hour) -> Void) {
        let past = read.at.rawValue % 3_600_000_000
        let hour = read.at.advanced(by: .microseconds(-past))
        guard hours[hour] != nil || hours.count < Self.mostHours else { return }
        change(&hours[hour, default: Hour()])
    }

    /// The whole in one sentence.
    package var sentence: String {
        guard calls > 0 else { return "There is no call in this window, so nothing can be said." }
        let believed =
            changedCalls == 0 ? "none would be believed differently" : "\(changedCalls) would be believed differently"
        let difference = givenReads - presentReads
        let reads: String
        if addedReads == 0, droppedReads == 0 {
            reads = "they would be read at the same times (\(presentReads) reads)"
        } else {
            let change = difference == 0 ? "as many" : "\(abs(difference)) \(difference > 0 ? "more" : "fewer")"
            reads =
                "\(otherwiseReadCalls) would be read at other times: \(givenReads) reads instead of \(presentReads), "
                + change
        }
        return "Of \(calls) \(calls == 1 ? "call" : "calls"), \(believed), and \(reads)."
    }
}
