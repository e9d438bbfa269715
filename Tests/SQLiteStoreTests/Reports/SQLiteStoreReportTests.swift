import CallDomain
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore: report")
struct SQLiteStoreReportTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    private func report(
        from: Int64 = 0, to: Int64 = 1_000, agent: String? = nil, asOf: Int64? = nil
    ) throws -> ReconciliationReport {
        try store.report(.window(from: from, to: to, agent: agent, asOf: asOf))
    }

    private func executions(_ kind: FigureID.Kind, from: Int64 = 0, to: Int64 = 1_000) throws -> [String] {
        try store.list(FigureID(kind), .window(from: from, to: to)).compactMap { $0.execution?.rawValue }
    }

    @Test(
        "A report has every figure in order, all zero or without a value in an empty store, and says that it saw nothing"
    )
    func empty() throws {
        let report = try report()
        #expect(report.figures.map(\.id) == FigureID.all)
        #expect(report.figures.allSatisfy { ($0.value ?? 0) == 0 })
        #expect(report.coverage == ["The journal was empty: nothing is known of this window."])
        #expect(!report.isComplete)
    }

    @Test("Deliveries are counted by trust and outcome, repeats among them")
    func deliveries() throws {
        let ringing = Arrival.webhook("b", .ringing, at: 10)
        try store.observe(ringing, ringing, ringing, .webhook("b", .completed, at: 20), .hint("a", .busy, at: 30))
        try store.observe(.webhook("c", .queued, at: 5_000))
        let report = try report()
        #expect(report.value(.deliveries) == 5)
        #expect(report.value(.duplicates) == 2)
        #expect(report.value(.deliveriesByTrust, part: "signed") == 4)
        #expect(report.value(.deliveriesByTrust, part: "addressed") == 1)
        #expect(report.value(.deliveriesByOutcome, part: "created") == 1)
        #expect(report.value(.deliveriesByOutcome, part: "advanced") == 1)
        #expect(report.value(.deliveriesByOutcome, part: "duplicate") == 2)
        #expect(report.value(.deliveriesByOutcome, part: "hinted") == 1)
        #expect(report.value(.hints) == 1)
        #expect(report.value(.changes) == 2)
        #expect(try executions(.duplicates) == ["b", "b"])
        #expect(try self.report(from: 15, to: 25).value(.deliveries) == 1)
    }

    @Test("A window holds its beginning and not its end")
    func halfOpen() throws {
        try store.observe(.webhook("a", .ringing, at: 10), .webhook("b", .ringing, at: 20))
        #expect(try executions(.deliveries, from: 10, to: 20) == ["a"])
        #expect(try executions(.calls, from: 10, to: 20) == ["a"])
    }

    @Test("A repeat that was received earlier does not move the delivery it repeats")
    func earlierRepeat() throws {
        let late = Arrival.webhook("a", .ringing, at: 50)
        try store.observe(late)
        let before = try report(from: 40, to: 60)
        var early = late
        early.receivedAt = .at(5)
        try store.observe(early)
        #expect(try report(from: 0, to: 10).value(.duplicates) == 1)
        #expect(try report(from: 40, to: 60).value(.deliveries) == 1)
        #expect(try report(from: 40, to: 60, asOf: before.position) == before)
    }

    @Test("Changes are counted by who told them first, reads by who asked, those without a change as probes")
    func reads() throws {
        try store.observe(.webhook("a", .ringing, at: 1))
        try store.observe(.read("a", .ringing, sent: 10), .read("a", .ringing, sent: 40))
        try store.observe(.read("a", .inProgress, sent: 70), .read("a", .inProgress, from: .check, sent: 80))
        try store.observe(.read("b", .ringing, from: .sweep, sent: 90), .read("b", .completed, from: .check, sent: 95))
        let report = try report()
        #expect(report.value(.pollReads) == 3)
        #expect(report.value(.checkReads) == 2)
        #expect(report.value(.sweepReads) == 1)
        #expect(report.value(.probes) == 2)
        #expect(report.value(.changes) == 4)
        let sources = Source.allCases.map { report.value(.changesBySource, part: $0.word) }
        #expect(sources == [1, 1, 1, 1, 0, 0, 0])
        #expect(try executions(.finished) == ["b"])
    }

    @Test("Only a read that first tells a change whose webhook had been due tells of a missed webhook")
    func missed() throws {
        try store.observe(.webhook("late", .ringing, at: 1), .webhook("early", .ringing, at: 1))
        try store.observe(.webhook("same", .ringing, at: 1))
        try store.observe(.read("early", .inProgress, from: .check, sent: 5))
        try store.observe(.read("late", .inProgress, sent: 500), .read("same", .ringing, sent: 500))
        #expect(try report().value(.missedWebhooks) == 1)
        #expect(try executions(.missedWebhooks) == ["late"])
    }

    @Test("A call is healed by a read as long as no webhook tells the same; a hint tells nothing")
    func healed() throws {
        try store.observe(.webhook("a", .ringing, at: 1), .webhook("b", .ringing, at: 1))
        try store.observe(.read("a", .completed, sent: 50), .read("b", .completed, sent: 50))
        #expect(try executions(.healed) == ["a", "b"])
        try store.observe(.hint("a", .completed, at: 55), .hint("b", .completed, at: 55))
        #expect(try executions(.healed) == ["a", "b"])
        let before = try report()
        try store.observe(.webhook("a", .completed, at: 60))
        #expect(try executions(.healed) == ["b"])
        #expect(try report(asOf: before.position) == before)
    }

    @Test("A webhook that arrives behind what is believed is out of order")
    func outOfOrder() throws {
        try store.observe(.webhook("a", .completed, at: 20))
        var late = Arrival.webhook("a", .ringing, at: 30)
        late.updatedAt = .at(10)
        try store.observe(late)
        #expect(try executions(.outOfOrder) == ["a"])
    }

    @Test("Latencies are counted with their quantiles; what has no time of Bolna's is not")
    func latency() throws {
        for number in 1...10 {
            var webhook = Arrival.webhook("call-\(number)", .ringing, at: 100)
            webhook.updatedAt = .at(100 - Int64(number))
            try store.observe(webhook)
        }
        try store.observe(.hint("hinted", .ringing, at: 100))
        let report = try report()
        #expect(report.value(.webhookLatency, part: "count") == 10)
        let median = try #require(report.value(.webhookLatency, part: "p50"))
        #expect((5_000...5_200).contains(median))
        #expect(report.value(.webhookLatency, part: "max") == 10_000)
        #expect(report.value(.healingLatency, part: "count") == 0)
        #expect(report.value(.healingLatency, part: "p50") == nil)
        #expect(report.latencies.first?.histogram.plot.map(\.count).reduce(0, +) == 10)
    }

    @Test("Series over time sum up to their figures, by step and by agent, also as of an earlier position")
    func series() throws {
        func told(_ arrival: Arrival, by agent: String, at stated: Int64? = nil) -> Arrival {
            var arrival = arrival
            arrival.fields[.agentID] = .text(agent)
            if let stated { arrival.updatedAt = .at(stated) }
            return arrival
        }
        try store.observe(told(.webhook("a", .ringing, at: 10), by: "ours", at: 8))
        try store.observe(told(.webhook("b", .ringing, at: 10), by: "theirs", at: 6))
        try store.observe(told(.read("b", .completed, sent: 500), by: "theirs"))
        _ = try store.apply([
            .tallies([Tally(account: .default, kind: .request, name: "execution/ok", count: 7)], at: .at(500))
        ])
        let before = try report()
        let series = before.series
        #expect(series.step == .seconds(60) && series.byWebhook.count == 17)
        #expect(series.missed.reduce(0, +) == before.value(.missedWebhooks))
        #expect(series.healed.reduce(0, +) == 1 && series.healed[8] == 1)
        #expect(series.latency.compactMap(\.self).count == 1 && series.latency[0]?.p90 == 4_000)
        #expect((2_000...2_100).contains(series.latency[0]?.p50 ?? 0))
        #expect(series.requestsByBudget.map { $0.reduce(0, +) } == [0, 0, 0, 7])
        #expect(series.agents.map(\.agent?.rawValue) == ["theirs", "ours"])
        #expect(series.agents[0].byWebhook[0] == 1 && series.agents[0].byRead[8] == 1)
        #expect(try report(agent: "ours").series.agents.map(\.total) == [1])
        // A call that is another agent's later was the first one's then.
        try store.observe(told(.webhook("a", .completed, at: 600), by: "theirs"))
        #expect(try report().series.agents.map(\.agent?.rawValue) == ["theirs"])
        #expect(try report(asOf: before.position) == before)
    }

    @Test("A report says how much of its window the journal reaches")
    func reach() throws {
        #expect(try report().reach == .nothing)
        try store.observe(.webhook("a", .ringing, at: 500))
        #expect(try report(from: 0, to: 400).reach == .nothing)
        #expect(try report(from: 400, to: 600).reach == .part)
        #expect(try report(from: 500, to: 600).reach == .whole)
    }

    @Test("What is overdue is told as of the position's time, also later when it is no more")
    func overdue() throws {
        try store.observe(.webhook("a", .ringing, at: 1), .webhook("b", .completed, at: 2))
        #expect(try report().value(.overdue) == 0)
        _ = try store.apply([.heartbeat(at: .at(100_000))])
        let overdue = try report()
        #expect(overdue.value(.overdue) == 1)
        #expect(overdue.value(.overdueByRule, part: "ringing") == 1)
        #expect(overdue.value(.wentOverdue) == 1)
        #expect(try executions(.overdue) == ["a"])
        try store.observe(.webhook("a", .completed, at: 100_001))
        #expect(try report().value(.overdue) == 0)
        #expect(try report().value(.wentOverdue) == 1)
        #expect(try report(asOf: overdue.position) == overdue)
        let list = try store.list(FigureID(.overdue), .window(asOf: overdue.position))
        #expect(list.map(\.execution?.rawValue) == ["a"])
    }

    @Test("Contradictions are counted when they come up, by rule, and by how they ended")
    func contradictions() throws {
        try store.observe(.webhook("a", .completed, at: 1), .webhook("a", .failed, at: 2))
        let standing = try report()
        #expect(standing.value(.contradictions) == 1)
        #expect(standing.value(.contradictionsByRule, part: "two-finals") == 1)
        #expect(standing.value(.contradictionsByEnd, part: "standing") == 1)
        let winner = try #require(try store.record("a").state?.status)
        try store.observe(.read("a", winner, sent: 100), .read("a", winner, sent: 200))
        let ended = try report()
        #expect(ended.value(.contradictions) == 1)
        #expect(ended.value(.contradictionsByEnd, part: "standing") == 0)
        #expect(try report(asOf: standing.position) == standing)
    }

    @Test("Quarantined deliveries are counted by reason, other kinds apart, repeats each")
    func quarantine() throws {
        let reasons: [QuarantineReason] = [.notJSON, .noID, .workflow, .batch, .batch]
        _ = try store.apply(
            reasons.map { reason in
                .quarantine(
                    QuarantinedDelivery(
                        account: .default, agent: nil, source: .webhook, trust: .signed, receivedAt: .at(1),
                        reason: reason, detail: "", digest: ContentDigest(of: reason.rawValue), body: [1]))
            })
        #expect(try report().value(.quarantined) == 2)
        #expect(try report().value(.quarantinedByReason, part: "not-json") == 1)
        #expect(try report().value(.otherDeliveries) == 3)
        #expect(
            try store.list(FigureID(.quarantined), .window()).map(\.detail) == ["not-json, entry 1", "no-id, entry 2"])
    }

    @Test("What was kept aside is listed with its call once that is known, and as of a position as it was then")
    func quarantinedCalls() throws {
        func kept(_ text: String, about execution: String?) -> JournalEntry {
            .quarantine(
                QuarantinedDelivery(
                    account: .default, agent: nil, execution: execution.map(ExecutionID.init(rawValue:)),
                    source: .webhook, trust: .signed, receivedAt: .at(1), reason: .badField, detail: "",
                    digest: ContentDigest(of: text), body: [1]))
        }
        _ = try store.apply([kept("a", about: "e"), kept("b", about: nil)])
        let before = try report()
        let list = try store.list(FigureID(.quarantined), before.query)
        #expect(list.map(\.execution?.rawValue) == ["e", nil])
        #expect(list.map(\.call) == [nil, nil])
        try store.observe(.webhook("e", .ringing, at: 2))
        #expect(try store.list(FigureID(.quarantined), .window()).first?.call == store.record("e").call)
        #expect(try store.list(FigureID(.quarantined), before.query) == list)
    }

    @Test("Many repeats of the same bytes are counted by the minute, and told when it is over; a report never changes")
    func manyRepeats() throws {
        let webhook = Arrival.webhook("a", .ringing, at: 100)
        let aside = JournalEntry.quarantine(
            QuarantinedDelivery(
                account: .default, agent: nil, source: .webhook, trust: .signed, receivedAt: .at(100),
                reason: .notJSON, detail: "", digest: ContentDigest(of: "x"), body: [1]))
        var taken: [ReconciliationReport] = []
        for _ in 1...4 {
            _ = try store.apply((1...50).flatMap { _ in [webhook.entry, aside] })
            taken.append(try report())
        }
        let rows = try store.count("repeats") + store.count("kept_aside")
        #expect(rows <= 2 * (StoreBounds.singleRepeats + 2), "\(rows)")
        _ = try store.apply([.heartbeat(at: .at(200))])
        let last = try report()
        #expect(last.value(.deliveries) == 200)
        #expect(last.value(.duplicates) == 199)
        #expect(last.value(.quarantined) == 200)
        #expect(try store.list(FigureID(.quarantined), .window()).map(\.count).reduce(0, +) == 200)
        for report in taken { #expect(try store.report(report.query) == report) }
        #expect(try store.count("repeats_of_minute") == 0)
    }

    @Test("What is too old for any report goes, and a window that reaches behind it is refused, never told otherwise")
    func horizon() throws {
        let day: Int64 = 86_400
        let repeated = Arrival.webhook("a", .ringing, at: 10)
        let name = Tally(account: .default, kind: .field, name: "mood", count: 1)
        try store.observe(repeated, repeated)
        _ = try store.apply([.tallies([name], at: .at(20))])
        var early = repeated
        early.receivedAt = .at(50 * day)
        try store.observe(early)
        _ = try store.apply([.heartbeat(at: .at(99 * day))])
        let before = try report(from: 0, to: 60 * day)
        #expect(before.value(.duplicates) == 2)
        #expect(try report(from: 3 * day, to: 60 * day).value(.duplicates) == 1)
        let later = try report(from: 3 * day, to: 60 * day)
        _ = try store.apply([.heartbeat(at: .at(102 * day))])
        #expect(try store.count("repeats") == 1)
        #expect(try store.count("tally_names") == 0)
        #expect(try store.report(later.query) == later)
        let error = #expect(throws: StoreError.self) { try store.report(before.query) }
        #expect(error?.kind == .outOfReach)
        #expect(throws: StoreError.self) {
            try store.reportItems(before.query, figure: FigureID(.duplicates), after: nil, limit: 1)
        }
        _ = try store.apply([.tallies([name], at: .at(102 * day + 1))])
        #expect(try report(from: 100 * day, to: 103 * day).value(.newNames, part: "field") == 1, "new again")
    }

    @Test("Calls are divided by what told their last final status; those without one are open")
    func ends() throws {
        try store.observe(
            .webhook("hook", .ringing, at: 1), .webhook("hook", .completed, at: 9), .webhook("open", .ringing, at: 1),
            .webhook("poll", .ringing, at: 1), .webhook("check", .ringing, at: 1), .webhook("retry", .busy, at: 1))
        try store.observe(.read("poll", .busy, sent: 50), .read("check", .busy, from: .check, sent: 50))
        var retry = Arrival.webhook("retry", .scheduled, at: 60)
        retry.note = "again"
        try store.observe(retry)
        let report = try report()
        let parts = (Source.allCases.map(\.word) + [FigureID.openPart]).compactMap {
            report.value(.callsByEnd, part: $0)
        }
        #expect(parts.reduce(0, +) == report.value(.calls))
        #expect(report.value(.callsByEnd, part: "webhook") == 1)
        #expect(report.value(.callsByEnd, part: "poll") == 1)
        #expect(report.value(.callsByEnd, part: "check") == 1)
        #expect(report.value(.callsByEnd, part: "open") == 2)
        let open = try #require(FigureID(.callsByEnd, part: "open"))
        #expect(try store.list(open, .window()).compactMap { $0.execution?.rawValue } == ["open", "retry"])
        try store.observe(.webhook("open", .completed, at: 70))
        #expect(try self.report(asOf: report.position) == report)
    }

    @Test("The budget used is that of the minute with most requests, and the list has that minute")
    func budget() throws {
        func asked(_ name: String, _ count: Int, at seconds: Int64? = nil) -> Tally {
            Tally(account: .default, kind: .request, name: name, count: count, at: seconds.map { .at($0) })
        }
        _ = try store.apply([
            .tallies([asked("execution/ok", 10), asked("me/ok", 1), asked("executions/ok", 7)], at: .at(5)),
            .tallies([asked("execution/ok", 20)], at: .at(100)),
            .tallies([asked("execution/not-found", 5)], at: .at(101)),
        ])
        let report = try report()
        #expect(report.value(.budgetUsed, part: "other") == 25)
        #expect(report.value(.budgetUsed, part: "executions") == 7)
        #expect(report.value(.budgetUsed, part: "call") == 0)
        let other = try #require(FigureID(.budgetUsed, part: "other"))
        #expect(try store.list(other, .window()).map(\.count) == [20, 5])
        // Written down together with another minute's, and in two goes.
        _ = try store.apply([.tallies([asked("me/ok", 26, at: 281), asked("me/ok", 2, at: 339)], at: .at(345))])
        _ = try store.apply([.tallies([asked("me/ok", 9, at: 340), asked("set-webhook/ok", 3)], at: .at(405))])
        let later = try self.report()
        #expect(later.value(.budgetUsed, part: "other") == 28)
        #expect(later.value(.budgetUsed, part: "agent") == 3)
        #expect(later.value(.requests) == 43 + 40)
    }

    @Test("Every endpoint's requests are paid from one budget, and counted in it")
    func endpoints() {
        let words = RequestBudget.allCases.flatMap(Tally.endpoints(of:))
        #expect(words.sorted() == Tally.endpoints.sorted())
    }

    @Test("Refused deliveries are told from the counts of the heartbeat")
    func refused() throws {
        let refusal = Tally(account: .default, kind: .refusal, name: "wrong-token", count: 40)
        _ = try store.apply([.tallies([refusal], at: .at(5))])
        #expect(try report().value(.refused) == 40)
        #expect(try store.list(FigureID(.refused), .window()).map(\.detail) == ["wrong-token"])
    }

    @Test("An account that nothing is known of is told so, one with anything is not")
    func unknownAccount() throws {
        try store.observe(.webhook("a", .ringing, at: 1))
        let query = ReportQuery(account: AccountID(rawValue: "typo"), from: .at(0), to: .at(1))
        let report = try store.report(query)
        #expect(report.coverage.first?.hasPrefix("Nothing is known of this account") == true)
        #expect(!report.isComplete)
        #expect(try !self.report(from: 500).coverage.contains { $0.hasPrefix("Nothing is known of this account") })
    }

    @Test("A call of another agent than before counts for the one it had at the position, and in whole for the new one")
    func changedAgent() throws {
        var ours = Arrival.webhook("a", .ringing, at: 1)
        ours.fields[.agentID] = .text("ours")
        try store.observe(ours)
        let before = try report(agent: "ours")
        #expect(before.value(.deliveries) == 1)
        var theirs = Arrival.webhook("a", .completed, at: 2)
        theirs.fields[.agentID] = .text("theirs")
        try store.observe(theirs)
        #expect(try report(agent: "ours").value(.deliveries) == 0)
        #expect(try report(agent: "theirs").value(.deliveries) == 2)
        #expect(try report(agent: "ours", asOf: before.position) == before)
        #expect(try report(agent: "theirs", asOf: before.position).value(.deliveries) == 0)
    }

    @Test("What was counted beside the journal is summed, and names are told when they are new")
    func tallies() throws {
        let asked = Tally(account: .default, kind: .request, name: "execution/ok", count: 7)
        let refused = Tally(account: .default, kind: .request, name: "executions/rate-limited", count: 2)
        let field = Tally(account: .default, kind: .field, name: "mood", count: 3)
        _ = try store.apply([.tallies([asked, refused, field], at: .at(5)), .tallies([field], at: .at(2_000))])
        let report = try report()
        #expect(report.value(.requests) == 9)
        #expect(report.value(.requestsByEndpoint, part: "executions") == 2)
        #expect(report.value(.requestsByAnswer, part: "rate-limited") == 2)
        #expect(report.value(.newNames, part: "field") == 1)
        #expect(
            report.names == [.init(kind: .field, name: "mood", firstSeenAt: .at(5), count: 3)])
        #expect(try self.report(from: 1_000, to: 3_000).names.isEmpty)
        #expect(report.series.requests.reduce(0, +) == 9)
    }

    @Test("Names beyond the bound are counted together")
    func manyNames() throws {
        let names = (0..<Tally.mostNames + 5).map { number in
            Tally(account: .default, kind: .field, name: "field-\(number)", count: 1)
        }
        _ = try store.apply([.tallies(names, at: .at(5))])
        #expect(try report().value(.newNames, part: "field") == Tally.mostNames)
        #expect(try report().names.count == Tally.mostNames)
        #expect(try report().leftOut.map { $0.contains("kind field") && $0.contains("seen 5 times") } == [true])
        #expect(try report(from: 100).leftOut.isEmpty, "in another window none were")
    }

    @Test(
        "A report about one agent counts its calls alone, from when they were its own, and leaves out what it cannot tell"
    )
    func agents() throws {
        var ours = Arrival.webhook("a", .ringing, at: 1)
        try store.observe(ours, .webhook("b", .ringing, at: 1))
        let before = try report(agent: "ours")
        #expect(before.value(.deliveries) == 0)
        ours = .webhook("a", .inProgress, at: 2)
        ours.fields[.agentID] = .text("ours")
        try store.observe(ours)
        let report = try report(agent: "ours")
        #expect(report.value(.deliveries) == 2)
        #expect(report.value(.calls) == 1)
        #expect(report.value(.requests) == nil)
        #expect(report.leftOut.count == 1)
        #expect(try self.report(agent: "ours", asOf: before.position) == before)
        #expect(try self.report(agent: "theirs").value(.deliveries) == 0)
    }

    @Test("Incidents are told as they stood at the position, and coverage says what they mean")
    func incidents() throws {
        try store.observe(.webhook("a", .ringing, at: 1))
        var outage = Incident(
            account: .default, kind: .pathDegraded, cause: .everythingSilent, from: .at(100), to: nil, detail: "one")
        _ = try store.apply([.heartbeat(at: .at(160)), .incident(outage)])
        let open = try report(to: 165)
        #expect(open.incidents == [outage])
        #expect(open.coverage.contains { $0.contains("did not come as they should for 1 min 0 s") })
        outage.to = .at(400)
        outage.detail = "two"
        _ = try store.apply([.incident(outage)])
        #expect(try report().incidents == [outage])
        #expect(try report(to: 165, asOf: open.position) == open)
    }

    @Test("A position outside of the journal is refused")
    func positions() throws {
        try store.observe(.webhook("a", .ringing, at: 1))
        #expect(try store.reportPositions() == 0...1)
        for position in [Int64(-1), 2] {
            #expect(throws: StoreError.self) { try report(asOf: position) }
        }
        #expect(try report(asOf: 0).value(.deliveries) == 0)
    }

    @Test("Other accounts' calls are in no figure and no list")
    func accounts() throws {
        var theirs = Arrival.webhook("a", .ringing, at: 1)
        theirs.account = .other
        try store.observe(theirs, theirs)
        _ = try store.apply([.tallies([Tally(account: .other, kind: .request, name: "me/ok", count: 1)], at: .at(2))])
        #expect(try report().figures.allSatisfy { ($0.value ?? 0) == 0 })
    }
}
