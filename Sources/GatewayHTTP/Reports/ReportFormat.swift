package import CallDomain

/// How a report, or the list of a figure, is written; the same for the command line and the API.
package enum ReportFormat: String, CaseIterable, Sendable {
    /// Lines for people.
    case table
    /// One object.
    case json
    /// RFC 4180, with a header line.
    case csv
    /// One page without scripts or outside assets.
    case html

    /// The media type.
    package var mediaType: String {
        switch self {
        case .table: "text/plain; charset=utf-8"
        case .json: "application/json"
        case .csv: "text/csv; charset=utf-8; header=present"
        case .html: "text/html; charset=utf-8"
        }
    }

    /// The words, for messages.
    package static var words: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// The format that `Accept` prefers: the first of its media types that is written here; JSON where none is.
    package init(accept: String) {
        let types = accept.split(separator: ",").map { part in
            part.split(separator: ";")[0].filter { $0 != " " && $0 != "\t" }.lowercased()
        }
        for type in types {
            switch type {
            case "text/html": self = .html
            case "text/csv": self = .csv
            case "text/plain": self = .table
            case "application/json", "*/*": self = .json
            default: continue
            }
            return
        }
        self = .json
    }

    /// Writes a report. Values of a page lead to their lists where it is read at the gateway's own address.
    package func write(_ report: ReconciliationReport, isLinked: Bool = true) -> String {
        switch self {
        case .table: ReportTable.write(report)
        case .json: ReportJSON.write(report)
        case .csv: ReportCSV.write(report)
        case .html: ReportPageHTML(isLinked: isLinked).write(report)
        }
    }

    /// Writes what a figure counts.
    package func write(_ list: FigureList) -> String {
        head(of: list) + rows(list.items, isFirst: true) + tail(of: list, isEmpty: list.items.isEmpty)
    }

    /// What comes before the items of a list; together with ``rows(_:isFirst:)`` for each page and
    /// ``tail(of:isEmpty:)`` it is written without holding more than a page.
    package func head(of list: FigureList) -> String {
        switch self {
        case .table: ReportTable.head(of: list)
        case .json: ReportJSON.head(of: list)
        case .csv: ReportCSV.listHead
        case .html: ReportPageHTML.head(of: list)
        }
    }

    /// Items of a list; whether they are its first ones.
    package func rows(_ items: [ReportItem], isFirst: Bool) -> String {
        switch self {
        case .table: ReportTable.rows(items)
        case .json: ReportJSON.rows(items, isFirst: isFirst)
        case .csv: ReportCSV.rows(items)
        case .html: ReportPageHTML.rows(items)
        }
    }

    /// What comes after the items of a list, and where it goes on; whether there were none.
    package func tail(of list: FigureList, isEmpty: Bool) -> String {
        switch self {
        case .table: ReportTable.tail(isEmpty: isEmpty)
        case .json: ReportJSON.tail(of: list)
        case .csv: ""
        case .html: ReportPageHTML.tail(of: list, isEmpty: isEmpty)
        }
    }
}

/// What a figure counts, all of it or one page.
package struct FigureList: Sendable {
    /// What was asked for.
    package var query: ReportQuery
    /// The figure.
    package var figure: FigureID
    /// The journal position it was read at.
    package var position: Int64
    /// The items.
    package var items: [ReportItem]
    /// Where to go on; nil where nothing follows.
    package var next: ReportCursor?

    /// Puts a list together.
    package init(
        query: ReportQuery, figure: FigureID, position: Int64, items: [ReportItem], next: ReportCursor?
    ) {
        self.query = query
        self.query.asOf = position
        self.figure = figure
        self.position = position
        self.items = items
        self.next = next
    }
}

/// The addresses of reports.
package enum ReportAddress {
    /// The report.
    package static let report = "/api/v1/reports/reconciliation"

    /// A report, or where a figure is named, its list.
    package static func path(
        _ query: ReportQuery, figure: FigureID? = nil, cursor: ReportCursor? = nil, format: ReportFormat? = nil
    ) -> String {
        var parameters = ["from=\(query.from.iso8601())", "to=\(query.to.iso8601())"]
        if let agent = query.agent { parameters.append("agent=\(escaped(agent.rawValue))") }
        if let asOf = query.asOf { parameters.append("as-of=\(asOf)") }
        if let cursor, let figure {
            parameters.append("cursor=\(PageCursor.text(cursor, account: query.account, figure: figure))")
        }
        if let format { parameters.append("output=\(format.rawValue)") }
        let list = figure.map { "/figures/\($0.rawValue)/calls" } ?? ""
        return report + list + "?" + parameters.joined(separator: "&")
    }

    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
            default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
