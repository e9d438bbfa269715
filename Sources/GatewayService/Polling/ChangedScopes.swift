package import CallDomain

/// The scopes whose calls' expectations are to be computed anew, since their path fares differently now, and how far
/// that has come: a value. Its size is bounded by the number of scopes, its pace by calls per turn.
package struct ChangedScopes: Sendable {
    private var waiting: [Page] = []
    private var isBusy = false
    private var pagesLeft = 0

    /// The calls of one page, which share a transaction.
    package static let callsPerPage = 256
    /// The pages of one turn.
    package static let pagesPerTurn = 8

    /// A page of a scope's calls.
    package struct Page: Hashable, Sendable {
        /// The account.
        package var account: AccountID
        /// The agent; nil for calls whose agent is not known.
        package var agent: AgentID?
        /// Where to go on; nil at the beginning.
        package var cursor: DueCursor?
    }

    /// None.
    package init() {}

    /// A turn begins: these scopes have changed, so that their calls are gone through from the beginning. False where
    /// another turn is at it already, or nothing is to be done.
    package mutating func begin(adding changed: [(account: AccountID, agent: AgentID?)]) -> Bool {
        for scope in changed {
            waiting.removeAll { $0.account == scope.account && $0.agent == scope.agent }
            waiting.append(Page(account: scope.account, agent: scope.agent))
        }
        guard !isBusy, !waiting.isEmpty else { return false }
        isBusy = true
        pagesLeft = Self.pagesPerTurn
        return true
    }

    /// The page to go through now; nil where the turn has done its part.
    package mutating func next() -> Page? {
        guard pagesLeft > 0, let page = waiting.first else { return nil }
        pagesLeft -= 1
        return page
    }

    /// A page is stored; the scope goes on from there, after the others that wait.
    package mutating func done(_ page: Page, next: DueCursor?) {
        // A scope that has changed meanwhile begins anew.
        guard let place = waiting.firstIndex(of: page) else { return }
        waiting.remove(at: place)
        if let next { waiting.append(Page(account: page.account, agent: page.agent, cursor: next)) }
    }

    /// The turn is over.
    package mutating func end() { isBusy = false }
}
