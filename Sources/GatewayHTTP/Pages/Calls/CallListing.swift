import CallDomain
import GatewayService

/// One page of the list of calls, as it was found.
struct CallListing: Sendable {
    /// The calls.
    var calls: [VisibleCall]
    /// Where to go on; nil on the last page.
    var next: CallPageCursor?
    /// How many calls were looked at, where that was more than what is listed.
    var lookedAt: Int?
    /// The newest change when it was found: live changes go on from there.
    var cursor: ChangeCursor
    /// What is to be known of how it was searched for, in a sentence; nil for nothing.
    var note: String?

    /// Refuses statuses that the gateway does not know, where no call has any of them. Asked for the sake of a list that
    /// has nothing, since it may walk over all calls.
    static func check(_ filters: CallFilters, of account: AccountID, in reader: StoreReader) async throws {
        var query = CallQuery()
        query.statuses = filters.unknownStatuses
        guard !query.statuses.isEmpty else { return }
        let found = try await reader.read { [query] store throws(StoreError) in
            try store.calls(account: account, query: query, after: nil, limit: 1)
        }
        guard !found.calls.isEmpty else { throw CallFilters.unknownStatus }
    }

    /// What the store is asked for. Digits in which no number ends are looked for in what was said and given, where that
    /// may be seen: they may be an order's or a lead's.
    static func query(
        _ filters: CallFilters, for principal: Principal, at now: Timestamp, in store: any CallStore
    ) throws(StoreError) -> CallQuery {
        let reveals = principal.scopes.contains(.reveal)
        let query = filters.query(at: now, reveals: reveals)
        guard query.numberEnd != nil,
            try store.calls(account: principal.account, query: query, after: nil, limit: 1).calls.isEmpty
        else { return query }
        return filters.query(at: now, reveals: reveals, asWords: true)
    }

    /// The calls of one page.
    static let pageSize = 50
    /// The calls that are read at once where they have to be looked at one by one.
    static let batch = 200
    /// The most calls that are then looked at for one page.
    static let mostLookedAt = 5_000

    /// Finds a page.
    static func find(
        _ filters: CallFilters, after: CallPageCursor?, for principal: Principal, at now: Timestamp,
        in store: any CallStore
    ) throws(StoreError) -> CallListing {
        let cursor = try store.latestCursor(account: principal.account)
        var query = try Self.query(filters, for: principal, at: now, in: store)
        let isByWords = filters.isOfDigits && query.text != nil
        let limit = filters.looksAtEach ? batch : pageSize
        var found: [VisibleCall] = []
        var place = after
        var lookedAt = 0
        repeat {
            let page = try store.calls(account: principal.account, query: query, after: place, limit: limit)
            found += page.calls.compactMap { VisibleCall($0, for: principal) }.filter(filters.admits)
            lookedAt += page.calls.count
            query.finding = page.finding
            place = page.next
        } while filters.looksAtEach && place != nil && found.count < pageSize && lookedAt < mostLookedAt
        if found.count > pageSize {
            let last = found[pageSize - 1]
            found.removeLast(found.count - pageSize)
            place = CallPageCursor(createdAt: last.startedAt, call: last.record.call)
        }
        return CallListing(
            calls: found, next: place, lookedAt: filters.looksAtEach ? lookedAt : nil, cursor: cursor,
            note: filters.isShortSearch ? shortSearch : isByWords && !found.isEmpty ? byWords : nil)
    }

    private static let shortSearch =
        "One or two characters are looked for in the newest \(ReportText.grouped(CallQuery.mostForShortText)) calls "
        + "only: search for three or more."
    private static let byWords = "No number ends so; these calls have it in what was said or given."

    /// How many calls are listed and which, in words; never all there are, where more follow.
    func count(isMatching: Bool, isFirst: Bool) -> String {
        let noun = isMatching ? "matching call" : "call"
        let words = PageText.count(calls.count, noun)
        switch (isFirst, next == nil) {
        case (true, true): return words
        case (true, false): return "the newest \(words)"
        case (false, true): return calls.count == 1 ? "the oldest \(noun)" : "the oldest \(words)"
        case (false, false): return "\(words), with newer and older ones"
        }
    }
}
