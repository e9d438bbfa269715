import CallDomain
import GRDB
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore: query plans")
struct SQLiteStoreQueryPlanTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    /// How SQLite would run a statement; what its parameters are does not matter.
    private func details(_ sql: String) throws -> String {
        let lines: [String] = try store.pool.read { db in
            let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
            statement.setUncheckedArguments(StatementArguments())
            return try Row.fetchAll(statement).map { $0["detail"] }
        }
        return lines.joined(separator: "\n")
    }

    @Test("Due calls come from an index of their own, in its order", arguments: DueQueue.allCases)
    func due(queue: DueQueue) throws {
        let due = try details(queue.dueSQL)
        #expect(
            due.contains("SEARCH calls USING INDEX \(queue)_by_due (account=? AND next_due_at>? AND next_due_at<?)"))
        #expect(!due.contains("TEMP B-TREE"))
    }

    @Test("The calls of a scope that expect something come from the index of due calls, in its order")
    func expecting() throws {
        let details = try details(SQLiteStore.expectingSQL)
        #expect(details.contains("SEARCH calls USING INDEX calls_by_due (account=? AND next_due_at>?)"))
        #expect(!details.contains("TEMP B-TREE"))
        #expect(!details.contains("SCAN"))
    }

    @Test("Ends of waiting come from their index, in its order, also behind a place")
    func endings() throws {
        let details = try details(SQLiteStore.endingsSQL)
        #expect(details.contains("SEARCH endings USING INDEX endings_by_time (account=? AND at>?)"))
        #expect(!details.contains("TEMP B-TREE"))
    }

    @Test("A page of calls comes from the index by creation, in its order, also behind a cursor")
    func list() throws {
        var filter = CallFilter(account: .default, query: CallQuery())
        let first = try details(SQLiteStore.listSQL(filter))
        filter.add("(created_at, call_id) < (?, ?)", 1, "a")
        let next = try details(SQLiteStore.listSQL(filter))
        for details in [first, next] {
            #expect(details.contains("USING INDEX calls_by_creation"))
            #expect(!details.contains("TEMP B-TREE"))
            #expect(!details.contains("SCAN"))
        }
        #expect(next.contains("(created_at,call_id)<"))
    }

    @Test("The newest calls of a number, or of its end, come from an index for each side, in its order")
    func number() throws {
        for change in [{ (query: inout CallQuery) in query.number = "+14155550100" }, { $0.numberEnd = "0100" }] {
            var query = CallQuery()
            change(&query)
            var filter = CallFilter(account: .default, query: query)
            filter.add("(created_at, call_id) < (?, ?)", 1, "a")
            let details = try details(SQLiteStore.listSQL(filter))
            for side in ["from", "to"] {
                #expect(details.contains("SEARCH calls USING INDEX calls_by_\(side)_end (account=? AND <expr>=?"))
            }
            #expect(!details.contains("SCAN calls"))
        }
    }

    @Test("Filters by agent, status and recording come from an index of their own, in its order")
    func filters() throws {
        let changes: [(String, (inout CallQuery) -> Void)] = [
            ("calls_by_agent (account=? AND agent=?", { $0.agent = AgentID(rawValue: "a") }),
            ("calls_with_recording (account=?", { $0.hasRecording = true }),
            ("calls_by_status (account=? AND status=?", { $0.statuses = [.busy, .failed] }),
            ("calls_by_due (account=? AND next_due_at<?)", { $0.overdueAt = .at(0) }),
        ]
        for (index, change) in changes {
            var query = CallQuery()
            change(&query)
            var filter = CallFilter(account: .default, query: query)
            filter.add("(created_at, call_id) < (?, ?)", 1, "a")
            let details = try details(SQLiteStore.listSQL(filter))
            let plain = details.replacing("COVERING ", with: "")
            #expect(plain.contains("SEARCH calls USING INDEX \(index)"), "\(details)")
            #expect(!details.contains("SCAN calls"))
        }
    }

    @Test("A lead's calls come from the index by lead")
    func lead() throws {
        var query = CallQuery()
        query.lead = "lead"
        let details = try details(SQLiteStore.listSQL(CallFilter(account: .default, query: query)))
        #expect(details.contains("calls_by_lead"))
    }

    @Test(
        "A call is found by an index",
        arguments: ["call_id = ? AND account = ?", "account = ? AND execution = ?"])
    func call(condition: String) throws {
        let details = try details("SELECT \(StoredCall.columns) FROM calls WHERE \(condition)")
        #expect(details.contains("SEARCH calls USING INDEX"))
        #expect(!details.contains("SCAN"))
    }

    @Test("Changes come from the primary key, in its order")
    func changes() throws {
        let details = try details(SQLiteStore.changesSQL)
        #expect(details.contains("SEARCH changes USING PRIMARY KEY (account=? AND sequence>?)"))
        #expect(!details.contains("TEMP B-TREE"))
        #expect(!details.contains("SCAN"))
    }

    @Test("Every figure of a report is computed over a range of an index, for one agent too", arguments: FigureID.all)
    func report(figure: FigureID) throws {
        for part in FigureSource.source(of: figure).parts {
            for isForAgent in [false, true] {
                let details = try details("SELECT count(*) FROM \(part.from(isForAgent: isForAgent))")
                #expect(details.contains("SEARCH"))
                #expect(!details.contains("SCAN"))
            }
        }
    }

    @Test("The incidents of a report, and its time, come from an index")
    func reportFacts() throws {
        #expect(try details(ReportComputation.incidentsSQL).contains("SEARCH incident_log USING INDEX"))
        let mark = try details("SELECT at FROM marks WHERE position <= ? ORDER BY position DESC LIMIT 1")
        #expect(mark.contains("SEARCH marks USING INTEGER PRIMARY KEY"))
    }
}
