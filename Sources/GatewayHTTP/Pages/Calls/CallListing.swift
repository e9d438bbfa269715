import CallDomain

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

    /// The calls of one page.
    static let pageSize = 50
    /// The most pages that are looked through for one, where calls have to be looked at one by one.
    static let mostPages = 40

    /// Finds a page.
    static func find(
        _ filters: CallFilters, after: CallPageCursor?, for principal: Principal, at now: Timestamp,
        in store: any CallStore
    ) throws(StoreError) -> CallListing {
        let cursor = try store.latestCursor(account: principal.account)
        let query = filters.query(at: now)
        var found: [VisibleCall] = []
        var place = after
        var pages = 0
        var isLast = false
        repeat {
            let page = try store.calls(account: principal.account, query: query, after: place, limit: pageSize)
            found += page.calls.compactMap { VisibleCall($0, for: principal) }.filter(filters.admits)
            pages += 1
            isLast = page.next == nil
            place = page.next
        } while filters.looksAtEach && !isLast && found.count < pageSize && pages < mostPages
        return CallListing(
            calls: found, next: place, lookedAt: filters.looksAtEach ? pages * pageSize : nil, cursor: cursor)
    }
}
