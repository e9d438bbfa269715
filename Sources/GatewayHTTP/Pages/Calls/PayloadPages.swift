import CallDomain
import Foundation
import GatewayService
import HTTPTypes
import Hummingbird

/// The raw bytes of one step of a call's journal, beside those of the step before.
struct PayloadPages: Sendable {
    private let dependencies: GatewayDependencies

    init(dependencies: GatewayDependencies) { self.dependencies = dependencies }

    var routes: [Route] {
        [Route(.get, "/calls/{id}/payloads/{position}", errors: .page, .scoped(.reveal, payload))]
    }

    private struct Found: Sendable {
        var call: VisibleCall
        var row: JournalRow
        /// The row that was received before; nil for the first one.
        var earlier: JournalRow?
    }

    @Sendable private func payload(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        guard let position = Int64(try request.parameter("position")) else { throw Self.noSuchStep }
        let reference = try request.parameter("id")
        let found = try await dependencies.reader.read { store throws(StoreError) in
            try Self.find(position, reference: reference, for: principal, in: store)
        }
        guard let found else { throw Self.noSuchStep }
        let id = found.call.record.call.rawValue
        dependencies.noteReveal("call \(id)", by: principal, at: request.receivedAt)
        let filters = try CallFilters(request.query)
        let observation = found.row.observation
        let body = found.row.body.map(ShownBody.init(revealed:))
        let comparison = found.row.body.map { PayloadComparison(from: found.earlier?.body, to: $0) }
        let view: PageView = [
            "back": filters.address("/calls/\(PercentCoding.encode(id))"), "number": found.call.otherNumber ?? id,
            "source": observation.key.source.word, "trust": observation.key.trust.word,
            "time": PageText.time(observation.receivedAt), "position": ReportText.grouped(Int(position)),
            "bytes": found.row.body.map { "\(ReportText.grouped($0.count)) bytes" } ?? "no longer kept",
            "count": found.row.count > 1 ? PageText.count(found.row.count, "time") as Any : false,
            "digest": String(observation.key.digest.hex.prefix(16)), "body": (body?.text).orAbsent,
            "note": (body?.note).orAbsent, "isKept": body != nil,
            "earlier": found.earlier.map { earlier in
                ["time": PageText.time(earlier.observation.receivedAt), "source": earlier.observation.key.source.word]
                    as PageView
            }.orAbsent,
            "isFirst": found.earlier == nil, "earlierIsKept": found.earlier?.body != nil,
            "changes": (comparison?.changes ?? []).map { change in
                [
                    "path": change.path, "before": change.before.orAbsent, "after": change.after.orAbsent,
                    "word": change.before == nil ? "new" : change.after == nil ? "gone" : "changed",
                ] as PageView
            }.orAbsent,
            "same": PageText.count(comparison?.same ?? 0, "member"),
            "leftOut":
                (comparison?.isCut ?? false
                ? "Only the first \(PayloadComparison.mostMembers) members are compared." : nil)
                .orAbsent,
        ]
        return .page(
            "payload", view, in: PageFrame(title: "Payload · Calls", section: .calls, principal: principal))
    }

    private static func find(
        _ position: Int64, reference: String, for principal: Principal, in store: any CallStore
    ) throws(StoreError) -> Found? {
        guard let record = try store.call(account: principal.account, reference: reference, withBody: false),
            let call = VisibleCall(record, for: principal),
            let journal = try store.journal(account: principal.account, call: record.call, withBodies: false)
        else { return nil }
        let rows = journal.rows.sorted {
            ($0.observation.receivedAt, $0.position) < ($1.observation.receivedAt, $1.position)
        }
        guard let index = rows.firstIndex(where: { $0.position == position }) else { return nil }
        func whole(_ row: JournalRow) throws(StoreError) -> JournalRow? {
            try store.journalPage(
                account: principal.account, call: record.call, after: row.position - 1, limit: 1, withBodies: true)?
                .rows.first
        }
        guard let row = try whole(rows[index]) else { return nil }
        return Found(call: call, row: row, earlier: index > 0 ? try whole(rows[index - 1]) : nil)
    }

    private static let noSuchStep = Problem(.notFound, "The account has no such step of a call.")
}

/// What two payloads say, member by member.
struct PayloadComparison {
    /// A member that is not the same in both.
    struct Change: Hashable {
        /// Where it stands, such as `telephony_data.duration`.
        var path: String
        /// What it was; nil where it was not there.
        var before: String?
        /// What it is; nil where it is gone.
        var after: String?
    }

    /// The most members of a payload that are looked at.
    static let mostMembers = 500
    /// A longer value is cut, in characters.
    static let longestValue = 400
    /// What lies deeper is one value.
    static let deepest = 8

    /// What is different, by path.
    private(set) var changes: [Change] = []
    /// How many members are the same.
    private(set) var same = 0
    /// Whether there are more members than were looked at.
    private(set) var isCut = false

    /// Compares two bodies; without an earlier one, or where it is no JSON, there is nothing to tell.
    init(from earlier: [UInt8]?, to body: [UInt8]) {
        guard let before = earlier.flatMap(Self.members), let after = Self.members(of: body) else { return }
        isCut = before.count >= Self.mostMembers || after.count >= Self.mostMembers
        for path in Set(before.keys).union(after.keys).sorted() {
            if before[path] == after[path] {
                same += 1
            } else {
                changes.append(
                    Change(path: path, before: before[path].map(Self.cut), after: after[path].map(Self.cut)))
            }
        }
    }

    private static func cut(_ text: String) -> String {
        text.count > longestValue ? text.prefix(longestValue) + "…" : text
    }

    /// The values of a JSON body by their paths; nil where it is none.
    static func members(of body: [UInt8]) -> [String: String]? {
        guard let value = try? JSONSerialization.jsonObject(with: Data(body), options: [.fragmentsAllowed]) else {
            return nil
        }
        var members: [String: String] = [:]
        collect(value, at: "", depth: 0, into: &members)
        return members
    }

    private static func collect(_ value: Any, at path: String, depth: Int, into members: inout [String: String]) {
        guard members.count < mostMembers else { return }
        switch value {
        case let object as [String: Any] where !object.isEmpty && depth < deepest:
            for name in object.keys.sorted() {
                collect(
                    object[name] as Any, at: path.isEmpty ? name : "\(path).\(name)", depth: depth + 1, into: &members)
            }
        case let array as [Any] where !array.isEmpty && depth < deepest:
            for (index, element) in array.enumerated() {
                collect(element, at: "\(path)[\(index)]", depth: depth + 1, into: &members)
            }
        case let text as String: members[path] = text
        case is NSNull: members[path] = "null"
        default:
            let text = try? JSONSerialization.data(
                withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes])
            members[path] = text.map { String(decoding: $0, as: UTF8.self) } ?? "…"
        }
    }
}
