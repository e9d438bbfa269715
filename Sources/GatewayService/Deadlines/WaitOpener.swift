import CallDomain
import Logging
import Synchronization

/// Takes up again what was given up while Bolna refused an account's token, since nobody could look: without that, such
/// calls would stay for ever as they were when the refusal began, because nothing asks about a call that is given up.
final class WaitOpener: Sendable {
    private let context: ServiceContext
    private let state = Mutex(State())

    /// The ends of waiting that are looked at in one page, and taken back in one transaction.
    static let callsPerPage = 256
    /// The pages of one tick, so that webhooks go first.
    static let pagesPerTick = 8
    /// A refusal that ended this long before the start may have been followed by it before all was taken up.
    static let reach: Duration = .seconds(86_400)

    private struct State {
        /// The accounts of which refusals before the start are known.
        var remembered: Set<AccountID> = []
        /// How far each account has come.
        var places: [AccountID: DueCursor] = [:]
    }

    /// Works within a context.
    init(context: ServiceContext) {
        self.context = context
    }

    /// Takes up, at a tick, a part of what was given up in refusals that are over.
    func open(at now: Timestamp) async {
        for (account, since) in context.health.takeAccepted() { begin(account, at: since) }
        for account in context.accounts.all where context.isReadable(account) {
            do {
                try await remember(account.id, at: now)
                var pagesLeft = Self.pagesPerTick
                while pagesLeft > 0, try await page(account.id, at: now) { pagesLeft -= 1 }
            } catch {
                context.logger.error(
                    "What was given up while a token was refused could not be taken up; the next tick goes on.",
                    metadata: ["account": "\(account.id.rawValue)", "error": "\(error)"])
            }
        }
    }

    /// Goes back to where a refusal began.
    private func begin(_ account: AccountID, at since: Timestamp) {
        state.withLock { state in
            let place = DueCursor(due: since, row: .min)
            state.places[account] = state.places[account].map { $0.due < since ? $0 : place } ?? place
        }
    }

    private func remember(_ account: AccountID, at now: Timestamp) async throws {
        guard !state.withLock({ $0.remembered.contains(account) }) else { return }
        let late = try await context.reader.read { store throws(StoreError) in
            try store.incidents(account: account, from: now.advanced(by: .zero - Self.reach), to: .distantFuture)
        }
        let since = late.filter { $0.kind == .tokenRefused && $0.to != nil }.map(\.from).min()
        if let since { begin(account, at: since) }
        state.withLock { _ = $0.remembered.insert(account) }
    }

    /// Takes up one page; false where nothing is left of the account.
    private func page(_ account: AccountID, at now: Timestamp) async throws -> Bool {
        guard let place = state.withLock({ $0.places[account] }) else { return false }
        let ended = try await context.reader.read { store throws(StoreError) in
            try store.endedUnseen(account: account, after: place, limit: Self.callsPerPage)
        }
        if !ended.calls.isEmpty {
            _ = try await context.submit(
                ended.calls.map { call in
                    .reopen(
                        account: account, call: call.call,
                        profile: context.profile(account: account, agent: call.agent, execution: call.execution),
                        now: now)
                })
            context.logger.notice(
                "Calls that were given up while the token was refused are waited for again.",
                metadata: ["account": "\(account.rawValue)", "calls": "\(ended.calls.count)"])
        }
        await context.tell(damaged: ended.damaged)
        return state.withLock { state in
            // A refusal that ended meanwhile begins anew.
            if state.places[account] == place { state.places[account] = ended.next }
            return state.places[account] != nil
        }
    }
}
