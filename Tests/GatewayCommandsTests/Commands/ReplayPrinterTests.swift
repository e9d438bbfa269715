import CallDomain
import Foundation
import Testing

@testable import GatewayCommands

@Suite("ReplayPrinter") struct ReplayPrinterTests {
    private static let comparison = CallComparison(
        call: CallID(rawValue: "c"), execution: ExecutionID(rawValue: "e,\"1\""), agent: nil,
        differences: [
            CallDifference(what: .status(attempt: 0), before: .text("ringing"), after: .text("completed")),
            CallDifference(what: .field(.toNumber, attempt: nil), before: nil, after: .text("+14155550100")),
            CallDifference(what: .field(.transcript, attempt: 0), before: .text("canary words"), after: nil),
            CallDifference(what: .field(.errorMessage, attempt: 0), before: nil, after: .text("=1+14155550100,x")),
        ],
        standings: [StandingDifference(position: 7, trust: .addressed, before: .hint, after: .applied)],
        reads: ReadComparison(
            recorded: 1, present: (1...6).map { SimulatedRead(at: Timestamp(seconds: $0 * 100), why: .ringing) },
            given: [SimulatedRead(at: Timestamp(seconds: 100), why: .ringing, isMissedWebhook: true)],
            tolerance: .seconds(1), isCut: false))

    private func printed(_ output: RowFormat) -> [String] {
        var printer = ReplayPrinter(output: output)
        var totals = PolicyTotals()
        totals.add(Self.comparison)
        return printer.beginning + printer.lines(for: Self.comparison) + printer.lines(for: Self.comparison)
            + printer.end(totals)
    }

    @Test("Numbers are masked, and what was said is not shown, in every format", arguments: RowFormat.allCases)
    func masked(output: RowFormat) {
        let text = printed(output).joined(separator: "\n")
        #expect(!text.contains("4155550100") && !text.contains("canary"))
        #expect(text.contains("completed") && text.contains("(hidden)"))
    }

    @Test("CSV has rows of one width, quotes where they are needed, and no formulas")
    func csv() {
        let rows = printed(.csv)
        #expect(rows[0] == "execution_id,call_id,kind,name,before,after")
        #expect(rows.contains("\"e,\"\"1\"\"\",c,delivery,7,hint,applied"))
        #expect(rows.contains("\"e,\"\"1\"\"\",c,missed-webhooks,,0,1"))
        #expect(rows.contains { $0.contains("\"'=1") })
    }

    @Test("JSON is one object over all lines")
    func json() throws {
        let object = try JSONSerialization.jsonObject(with: Data(printed(.json).joined(separator: "\n").utf8))
        let root = try #require(object as? [String: Any])
        #expect((root["calls"] as? [Any])?.count == 2)
        let totals = try #require(root["totals"] as? [String: Any])
        #expect(totals["givenMissedWebhooks"] as? Int == 1 && totals["droppedReads"] as? Int == 5)
    }

    @Test("A table names a few reads and counts the others; where nothing differs nothing is said")
    func table() {
        let text = printed(.table).joined(separator: "\n")
        #expect(text.contains("no longer at 1 other times") && text.contains("missed webhooks: 0 → 1"))
        var printer = ReplayPrinter(output: .table)
        let same = CallComparison(
            call: CallID(rawValue: "c"), execution: ExecutionID(rawValue: "e"), agent: nil, differences: [],
            standings: [],
            reads: ReadComparison(recorded: 0, present: [], given: [], tolerance: .seconds(1), isCut: false))
        #expect(printer.lines(for: same).isEmpty)
    }
}
