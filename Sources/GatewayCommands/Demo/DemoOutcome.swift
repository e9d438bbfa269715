import BolnaModel
import BolnaWire
import CallDomain

/// What the gateway believes at the end of a demo, held against what the simulator knows to be true.
struct DemoOutcome: Sendable {
    /// How many calls the simulator has.
    let calls: Int
    /// How many calls there were to be.
    let expected: Int
    /// How many calls the simulator has more to tell of.
    let unsettled: Int
    /// The calls of which the gateway believes something else, with what differs.
    let differing: [String]
    /// The calls that a read healed, as the gateway's report counts them.
    let healedByGateway: [String]
    /// The calls that a read healed, as the simulator's own log has it.
    let healedBySimulator: [String]
    /// The webhooks that were dropped on the way.
    let webhooksDropped: Int
    /// The webhooks that the gateway answered 2xx.
    let webhooksDelivered: Int
    /// The poller's reads of single calls, as the gateway's report counts them.
    let pollReads: Int
    /// All reads of single calls that the simulator answered.
    let readsServed: Int
    /// All list pages that the simulator answered.
    let pagesServed: Int

    /// The figures that both sides know.
    let figures: DemoFigures
    /// What the gateway was told, by the simulator's own log.
    let evidence: DemoEvidence

    init(
        truth: [CallTruth], log: WorldLog, speed: Double, calls: [CallRecord], report: ReconciliationReport,
        missed: [ReportItem], healed: [String], expected: Int
    ) {
        let counts = log.counts
        let believed = Dictionary(calls.map { ($0.execution.rawValue, $0) }, uniquingKeysWith: { first, _ in first })
        self.calls = truth.count
        self.expected = expected
        unsettled = truth.count { !$0.isSettled }
        differing = truth.compactMap { call in
            let difference = Self.difference(truth: call, believed: believed[call.id])
            return difference.map { "\(call.id) \($0)" }
        }
        healedByGateway = healed.sorted()
        healedBySimulator = truth.filter(\.isHealed).map(\.id).sorted()
        webhooksDropped = counts.lost
        webhooksDelivered = counts.delivered
        pollReads = report.value(.pollReads) ?? 0
        readsServed = counts.reads
        pagesServed = counts.pages
        evidence = DemoEvidence(log: log, truth: truth, speed: speed)
        figures = DemoFigures(
            report: report, missed: missed, counts: counts, evidence: evidence, healed: healedBySimulator.count)
    }

    /// The figures on which the gateway's report and the simulator's log disagree.
    var differingFigures: [String] {
        figures.differing + (healedByGateway == healedBySimulator ? [] : ["the calls healed by a read"])
    }

    /// Whether every call has reached its end and the gateway believes just that.
    var isTrue: Bool { calls >= expected && unsettled == 0 && differing.isEmpty }

    /// Why it is not, in one line.
    var shortcoming: String {
        let open = unsettled == 0 ? [] : ["\(unsettled) of \(calls) calls have not ended at the simulator"]
        let missing = calls >= expected ? [] : ["\(calls) of \(expected) calls were placed"]
        return (missing + open + differing).joined(separator: ", ")
    }

    /// What differs first, in words; nil where all is equal.
    private static func difference(truth: CallTruth, believed: CallRecord?) -> String? {
        guard let state = believed?.state else { return "is not known" }
        guard state.status.word == truth.status.rawValue else {
            return "is \(truth.status.rawValue), not \(state.status.word)"
        }
        guard state[.recordingURL] == truth.recordingURL.map(FieldValue.text) else {
            return "has another recording"
        }
        guard isEqual(state[.totalCost], truth.cost) else { return "has another cost" }
        guard isEqual(state[.conversationDuration], truth.duration) else { return "has another duration" }
        return nil
    }

    /// Numbers as they stand in bodies: rounded, and nothing where they are zero.
    private static func isEqual(_ value: FieldValue?, _ truth: Double) -> Bool {
        guard case .number(let number)? = value else { return truth == 0 }
        return abs(number - truth) < 0.051
    }

    /// One object, on one line.
    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            for (name, value) in [
                ("calls", calls), ("callsEqualToTruth", calls - differing.count), ("webhooksDropped", webhooksDropped),
                ("webhooksDelivered", webhooksDelivered), ("pollReads", pollReads), ("readsServed", readsServed),
                ("pagesServed", pagesServed),
            ] {
                writer.key(name)
                writer.value(value)
            }
            for (name, list) in [
                ("callsHealedByGateway", healedByGateway), ("callsHealedBySimulator", healedBySimulator),
            ] {
                writer.key(name)
                writer.array { writer in for id in list { writer.value(id) } }
            }
            writer.key("logOfHealedCalls")
            writer.array { writer in
                for call in healedBySimulator.prefix(Self.mostLogged) { write(logOf: call, &writer) }
            }
            writer.key("figures")
            writer.array { writer in
                for row in figures.rows {
                    writer.object { writer in
                        writer.member("name", row.name)
                        writer.member("gateway", row.gateway)
                        writer.member("simulator", row.simulator)
                    }
                }
            }
        }
        return writer.text
    }

    /// The most calls whose log is told.
    private static let mostLogged = 20

    /// What was told of a call, and what was lost, by the simulator's own log.
    private func write(logOf call: String, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("call", call)
            writer.key("told")
            writer.array { writer in
                for telling in evidence.told[call, default: []] {
                    writer.object { writer in
                        writer.member("by", telling.by.rawValue)
                        writer.member("status", telling.status)
                        writer.member("attempt", telling.attempt)
                    }
                }
            }
            writer.key("lost")
            writer.array { writer in for status in evidence.lost[call, default: []] { writer.value(status) } }
        }
    }

    /// Lines for people.
    var table: String {
        """

        \(calls - differing.count) of \(calls) calls are what Bolna says they are.
        \(webhooksDelivered) webhooks arrived, \(webhooksDropped) were lost.
        Reads by the poller: \(pollReads). Bolna answered \(readsServed) reads of calls and \(pagesServed) list pages.

        The gateway's report and the simulator's own log:
        \(figures.table)
        """
    }
}
