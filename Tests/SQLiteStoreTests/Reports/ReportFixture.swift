import CallDomain

@testable import SQLiteStore

extension ReportQuery {
    /// A window of the tests' account, in seconds after their beginning.
    static func window(
        from: Int64 = 0, to: Int64 = 1_000, agent: String? = nil, asOf: Int64? = nil
    ) -> ReportQuery {
        ReportQuery(
            account: .default, agent: agent.map(AgentID.init(rawValue:)), from: .at(from), to: .at(to), asOf: asOf)
    }
}

extension SQLiteStore {
    /// All that a figure lists, by pages.
    func list(_ figure: FigureID, _ query: ReportQuery, pageSize: Int = 1_000) throws -> [ReportItem] {
        var items: [ReportItem] = []
        var after: ReportCursor?
        repeat {
            let page = try reportItems(query, figure: figure, after: after, limit: pageSize)
            items += page.items
            after = page.next
        } while after != nil
        return items
    }
}
