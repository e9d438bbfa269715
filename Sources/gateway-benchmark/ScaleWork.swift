import CallDomain
import Foundation
import SQLiteStore

/// What `scale` does with a store, each by the number of the run, so that no two runs ask for the same.
struct ScaleWork {
    typealias Work = (SQLiteStore, Int) throws -> Void

    let calls: Int
    let days: Int

    private static let end = DatasetCommand.end
    private static let pageSize = 50

    /// A call of the account `default`, drawn by the number of a run.
    private func identity(_ run: Int) -> CallIdentity {
        var drawing = Drawing(seed: run &* 7_919 &+ 1)
        while true {
            let number = drawing.number(below: calls)
            let identity = CallIdentity(
                number: number, start: DatasetCommand.start(of: number, among: calls, days: days))
            if identity.account == .default { return identity }
        }
    }

    /// A name with its work.
    var all: [(String, Work)] { pages + filters + nothing + single + searches + reports + others }

    private func page(_ change: @escaping (inout CallQuery, CallIdentity) -> Void) -> Work {
        { store, run in
            var query = CallQuery()
            change(&query, identity(run))
            _ = try store.calls(account: .default, query: query, after: nil, limit: Self.pageSize)
        }
    }

    private var pages: [(String, Work)] {
        [
            ("list: first page", page { _, _ in }),
            (
                "list: page behind a cursor far back",
                { store, run in
                    let cursor = CallPageCursor(createdAt: identity(run).start, call: CallID(rawValue: "0"))
                    _ = try store.calls(account: .default, query: CallQuery(), after: cursor, limit: Self.pageSize)
                }
            ),
            ("list: first page by offset, with its total", offset({ _ in 0 }, query: { _ in })),
            ("list: page by offset far back, with its total", offset({ $0 / 2 }, query: { _ in })),
            (
                "list: completed, by offset far back, with its total",
                offset({ $0 / 4 }, query: { $0.statuses = [.completed] })
            ),
            (
                "list: recordings by offset far back, with their total",
                offset({ $0 / 4 }, query: { $0.hasRecording = true })
            ),
        ]
    }

    /// A page of the predecessor's API so far back, of the calls of this account.
    private func offset(
        _ place: @escaping (Int) -> Int, query change: @escaping (inout CallQuery) -> Void
    ) -> Work {
        { store, run in
            var query = CallQuery()
            change(&query)
            _ = try store.calls(
                account: .default, query: query, offset: max(place(calls * 6 / 10) - run * 10, 0), limit: 10,
                withBodies: true)
        }
    }

    private var filters: [(String, Work)] {
        [
            ("filter: status no-answer", page { query, _ in query.statuses = [.noAnswer] }),
            ("filter: status balance-low", page { query, _ in query.statuses = [.balanceLow] }),
            ("filter: in progress", page { query, _ in query.statuses = [.inProgress] }),
            (
                "filter: ringing, initiated and queued",
                page { query, _ in
                    query.statuses = [.ringing, .initiated, .queued]
                }
            ),
            ("filter: agent", page { query, call in query.agent = AgentID(rawValue: call.agent) }),
            (
                "filter: agent and status",
                page { query, call in
                    query.agent = AgentID(rawValue: call.agent)
                    query.statuses = [.balanceLow]
                }
            ),
            ("filter: with recording", page { query, _ in query.hasRecording = true }),
            (
                "filter: agent and recording",
                page { query, call in
                    query.agent = AgentID(rawValue: call.agent)
                    query.hasRecording = true
                }
            ),
            ("filter: number", page { query, call in query.number = "+" + call.to }),
            ("filter: end of a number", page { query, call in query.numberEnd = String(call.to.suffix(6)) }),
            ("filter: lead", page { query, call in query.lead = call.lead }),
            ("filter: overdue", page { query, _ in query.overdueAt = Self.end }),
            (
                "filter: a day",
                page { query, call in
                    query.from = call.start
                    query.to = call.start.advanced(by: .seconds(86_400))
                }
            ),
            (
                "filter: a day, agent and status",
                page { query, call in
                    query.from = call.start
                    query.to = call.start.advanced(by: .seconds(86_400))
                    query.agent = AgentID(rawValue: call.agent)
                    query.statuses = [.busy]
                }
            ),
        ]
    }

    /// Filters that no call meets.
    private var nothing: [(String, Work)] {
        let stranger = AgentID(rawValue: CallIdentity.agent(47))
        return [
            ("nothing: agent", page { query, _ in query.agent = stranger }),
            ("nothing: known status", page { query, _ in query.statuses = [.prepared] }),
            ("nothing: unknown status", page { query, _ in query.statuses = [.unknown("paused")] }),
            (
                "nothing: agent and status",
                page { query, call in
                    query.agent = AgentID(rawValue: call.agent)
                    query.statuses = [.rescheduled]
                }
            ),
            (
                "nothing: status and recording",
                page { query, _ in
                    query.statuses = [.noAnswer]
                    query.hasRecording = true
                }
            ),
            (
                "nothing: agent, status and recording",
                page { query, call in
                    query.agent = AgentID(rawValue: call.agent)
                    query.statuses = [.noAnswer]
                    query.hasRecording = true
                }
            ),
            ("nothing: number", page { query, call in query.number = "+1" + call.to }),
            ("nothing: lead", page { query, call in query.lead = call.lead + "x" }),
        ]
    }

    private var single: [(String, Work)] {
        [
            (
                "details by Bolna's id",
                { store, run in
                    _ = try store.call(account: .default, reference: identity(run).execution, withBody: true)
                }
            ),
            (
                "details by the gateway's id",
                { store, run in
                    _ = try store.call(account: .default, reference: identity(run).call, withBody: true)
                }
            ),
            (
                "explain",
                { store, run in
                    guard
                        try store.dossier(account: .default, reference: identity(run).call)?.compared().isEqual == true
                    else { throw UnreadableSample() }
                }
            ),
        ]
    }

    private func search(_ text: @escaping (CallIdentity) -> String) -> Work { page { $0.text = text($1) } }

    private var searches: [(String, Work)] {
        [
            ("search: a rare word", search { _ in Vocabulary.rarely }),
            ("search: a word in every transcript", search { _ in Vocabulary.often }),
            ("search: a word in none", search { _ in Vocabulary.never }),
            ("search: three words in none", search { _ in "not a single \(Vocabulary.never) word" }),
            ("search: a lead", search { $0.lead }),
            ("search: part of a name", search { _ in "meera nair" }),
            ("search: two letters", search { _ in "zx" }),
        ]
    }

    private func report(days: Int, agent: Bool = false) -> Work {
        { store, run in
            let to = Self.end.advanced(by: .seconds(-run * 3_600))
            _ = try store.report(
                ReportQuery(
                    account: .default, agent: agent ? AgentID(rawValue: CallIdentity.agent(run % 5)) : nil,
                    from: to.advanced(by: .seconds(-days * 86_400)), to: to))
        }
    }

    private var reports: [(String, Work)] {
        let figures = [FigureID(.deliveries), FigureID(.calls), FigureID(.finished), FigureID(.healed)]
        return [
            ("report: a day", report(days: 1)), ("report: a day of an agent", report(days: 1, agent: true)),
            ("report: a week", report(days: 7)), ("report: a month", report(days: 30)),
            ("report: a month of an agent", report(days: 30, agent: true)),
            (
                "report: a page of a figure's list, a day",
                { store, run in
                    let query = ReportQuery(
                        account: .default, from: Self.end.advanced(by: .seconds(-86_400)), to: Self.end)
                    _ = try store.reportItems(query, figure: figures[run % figures.count], after: nil, limit: 100)
                }
            ),
        ]
    }

    private var others: [(String, Work)] {
        let accounts = CallIdentity.accounts.map(\.account)
        return [
            (
                "due calls of a tick",
                { store, run in
                    let now = Self.end.advanced(by: .seconds(run))
                    _ = try store.takeDue(of: accounts, at: now, limit: 256, lease: .seconds(30))
                }
            ),
            ("newest cursor, as each 304 needs", { store, _ in _ = try store.latestCursor(account: .default) }),
        ]
    }
}

/// Webhooks of new calls, some calls under way at a time.
struct ScaleDeliveries {
    private var waiting: [(at: Timestamp, entry: JournalEntry)] = []
    /// Numbers that neither the data set nor an earlier run has.
    private var number = 1_000_000_000 + Int.random(in: 0..<1_000_000_000)

    mutating func next(_ count: Int) throws -> [JournalEntry] {
        while waiting.count < 20_000 {
            number += 1
            let start = Timestamp.now
            let identity = CallIdentity(number: number, start: start)
            waiting += try CallScript.entries(of: identity, kind: number % 20 < 15 ? 0 : 1, words: number)
            if waiting.count >= 20_000 { waiting.sort { $0.at < $1.at } }
        }
        defer { waiting.removeFirst(count) }
        return waiting.prefix(count).map(\.entry)
    }
}

extension Timestamp {
    /// Now, in whole milliseconds.
    fileprivate static var now: Timestamp {
        Timestamp(rawValue: Int64(Date().timeIntervalSince1970 * 1_000) * 1_000)
    }
}
