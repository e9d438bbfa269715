import BolnaWire
import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird
import NIOCore

/// What a list shows, all of it, as a file.
struct CallExports: Sendable {
    /// The most calls of a file, the newest.
    static let mostCalls = 100_000
    /// The calls that are read at once.
    static let batch = 200

    private let dependencies: GatewayDependencies

    init(dependencies: GatewayDependencies) { self.dependencies = dependencies }

    var routes: [Route] {
        [
            Route(.get, "/calls/export.csv", errors: .page, .scoped(.read) { try await export($0, $1, as: .csv) }),
            Route(
                .get, "/calls/export.ndjson", errors: .page, .scoped(.read) { try await export($0, $1, as: .ndjson) }),
        ]
    }

    private enum Format: String {
        case csv, ndjson

        var mediaType: String {
            switch self {
            case .csv: "text/csv; charset=utf-8; header=present"
            case .ndjson: "application/x-ndjson"
            }
        }
    }

    private func export(_ request: RouteRequest, _ principal: Principal, as format: Format) async throws -> Response {
        let filters = try CallFilters(request.query)
        guard !filters.needsReveal || principal.scopes.contains(.reveal) else {
            throw Problem(.forbidden, "Searching by text needs the scope \(Scope.reveal.rawValue).")
        }
        try await CallListing.check(filters, of: principal.account, in: dependencies.reader)
        dependencies.trail.note(.export, "calls as \(format.rawValue)", by: principal, at: request.receivedAt)
        var headers: HTTPFields = [.contentType: format.mediaType]
        // A file says by its name that it has not all, since nothing stands beside it.
        let name = filters.isShortSearch ? "calls-of-newest-\(CallQuery.mostForShortText)" : "calls"
        headers[.contentDisposition] = "attachment; filename=\"\(name).\(format.rawValue)\""
        let now = request.receivedAt
        let asked = try await dependencies.reader.read { store throws(StoreError) in
            try CallListing.query(filters, for: principal, at: now, in: store)
        }
        let checkAdmission = request.admission(now: dependencies.now)
        let body = ResponseBody { [dependencies] writer in
            if format == .csv { try await writer.write(ByteBuffer(string: CallCSV.header)) }
            var (query, place) = (asked, CallPageCursor?.none)
            var left = Self.mostCalls
            repeat {
                try checkAdmission()
                let page = try await dependencies.reader.read { [query, place] store throws(StoreError) in
                    try store.calls(account: principal.account, query: query, after: place, limit: Self.batch)
                }
                let calls = page.calls.compactMap { VisibleCall($0, for: principal) }.filter(filters.admits)
                let text = calls.prefix(left).map { format == .csv ? CallCSV.line($0, at: now) : Self.line($0) }
                try await writer.write(ByteBuffer(string: text.joined()))
                left -= calls.count
                query.finding = page.finding
                place = page.next
            } while place != nil && left > 0
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    private static func line(_ call: VisibleCall) -> String {
        var json = JSONWriter(reserving: 1_024)
        call.writeRow(into: &json)
        return json.text + "\n"
    }
}

/// Calls as CSV by RFC 4180, numbers masked where they must be.
enum CallCSV {
    private static let names = [
        "id", "execution_id", "status", "phase", "direction", "from", "to", "agent_id", "started_at",
        "duration_seconds",
        "cost_cents", "recording", "source", "as_of", "verified", "overdue", "lead_id",
    ]

    /// The line of names.
    static let header = names.joined(separator: ",") + "\r\n"

    /// The line of a call.
    static func line(_ call: VisibleCall, at now: Timestamp) -> String {
        let freshness = Freshness(
            state: call.state, ledger: call.record.ledger, unverified: call.record.unverifiedStatus)
        var cost = ""
        if case .number(let cents)? = call[.totalCost] { cost = String(cents) }
        let fields = [
            call.record.call.rawValue, call.record.execution.rawValue, call.state.status.word,
            call.state.status.phase?.word ?? "", call.text(.direction) ?? "", call.text(.fromNumber) ?? "",
            call.text(.toNumber) ?? "", call.text(.agentID) ?? "", call.startedAt.iso8601(),
            call.duration.map { String($0) } ?? "", cost, call.recordingState.text, freshness.source.word,
            freshness.asOf.iso8601(), String(freshness.isVerified),
            String(call.record.ledger.open.map { $0.due <= now } ?? false), call.recipientData.leadID ?? "",
        ]
        return fields.map(field).joined(separator: ",") + "\r\n"
    }

    /// A field; one that a spreadsheet would take for a formula gets an apostrophe before it, telephone numbers apart.
    static func field(_ text: String) -> String {
        let isNumber = text.unicodeScalars.dropFirst().allSatisfy { ("0"..."9").contains($0) || $0 == "." }
        let isSigned = text.unicodeScalars.first.map { "+-".unicodeScalars.contains($0) } ?? false
        return isSigned && isNumber ? text : CSVText.field(text)
    }
}
