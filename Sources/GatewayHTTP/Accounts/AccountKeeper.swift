package import CallDomain
package import GatewayService
import Logging
package import WebhookTrust

/// Changes accounts, their secrets and keys: stores each change with its record in the audit, and only then lets the
/// running gateway follow it. A change that cannot be stored changes nothing.
///
/// Changes are made one after the other, each to its end, also where whoever asked for it does not wait.
package actor AccountKeeper {
    private let context: ServiceContext
    private let live: LiveAccounts
    private let sealer: SecretSealer
    private let follow: @Sendable ([OpenedAccount], _ renewed: Set<AccountID>) -> Void
    private var tokens: [AccountID: String]
    private var damage: [AccountID: [String]]
    private var last: Task<Void, Never>?

    /// Keeps the accounts of a store. `follow` is told of the stored accounts after each change, and of whose token is
    /// another one; `opened` are they as they are now.
    package init(
        context: ServiceContext, live: LiveAccounts, sealer: SecretSealer, opened: [OpenedAccount],
        follow: @escaping @Sendable ([OpenedAccount], _ renewed: Set<AccountID>) -> Void
    ) {
        self.context = context
        self.live = live
        self.sealer = sealer
        self.follow = follow
        tokens = Self.tokens(of: opened)
        damage = Self.damage(of: opened)
        Self.tell(of: opened, unless: [:], logger: context.logger)
    }

    /// A key that was minted, shown this one time.
    struct MintedKey: Sendable {
        var key: StoredAPIKey
        var secret: String
    }

    /// A webhook secret that was added; its value is shown where the gateway made it.
    struct AddedSecret: Sendable {
        var label: String
        var minted: String?
    }

    /// Adds an account.
    func add(_ wish: AccountWish, by principal: Principal) async throws -> StoredAccount {
        let id = try wish.id
        return try await serially { keeper in
            guard keeper.live.directory[id] == nil else {
                throw Problem(.conflict, "There is an account of this name already.")
            }
            let account = try wish.changed(StoredAccount(id: id, createdAt: keeper.context.now()))
            try await keeper.store(account, wish, keeper.record(.accountChanged, "added", account.id, principal))
            return account
        }
    }

    /// Changes an account.
    func change(_ id: AccountID, _ wish: AccountWish, by principal: Principal) async throws -> StoredAccount {
        try await serially { keeper in
            let account = try wish.changed(try await keeper.stored(id))
            try await keeper.store(account, wish, keeper.record(.accountChanged, id.rawValue, id, principal))
            return account
        }
    }

    /// Takes an account out of service, or into it again. Its data stays.
    func setDisabled(_ id: AccountID, _ isDisabled: Bool, by principal: Principal) async throws -> StoredAccount {
        try await serially { keeper in
            var account = try await keeper.stored(id)
            guard (account.disabledAt != nil) != isDisabled else { return account }
            account.disabledAt = isDisabled ? keeper.context.now() : nil
            let action: AuditRecord.Action = isDisabled ? .accountDisabled : .accountEnabled
            try await keeper.submit([.account(.put(account), record: keeper.record(action, id.rawValue, id, principal))]
            )
            return account
        }
    }

    /// Adds a webhook secret, which then stands first; one is made where none is given, and so is a label.
    func addSecret(
        _ value: String?, label: String?, to id: AccountID, by principal: Principal
    ) async throws -> AddedSecret {
        try await serially { keeper in
            _ = try await keeper.stored(id)
            let secret = try value ?? WebhookSecret.mint()
            let label = try label ?? WebhookSecret.label(of: secret)
            let sealed = try keeper.sealer.seal(
                secret, account: id, kind: .webhook, label: label, at: keeper.context.now())
            try await keeper.submit([
                .account(.putSecret(sealed), record: keeper.record(.secretAdded, label, id, principal))
            ])
            return AddedSecret(label: label, minted: value == nil ? secret : nil)
        }
    }

    /// Takes a webhook secret out of use, at once.
    func retireSecret(_ label: String, of id: AccountID, by principal: Principal) async throws {
        try await serially { keeper in
            _ = try await keeper.stored(id)
            try await keeper.submit([
                .account(
                    .retireSecret(account: id, kind: .webhook, label: label, at: keeper.context.now()),
                    record: keeper.record(.secretRetired, label, id, principal))
            ])
        }
    }

    /// Mints a key of an account, which may be one of the settings.
    func mintKey(_ wish: KeyWish, for id: AccountID, by principal: Principal) async throws -> MintedKey {
        try await serially { keeper in
            guard keeper.live.directory[id] != nil else { throw Self.noSuchAccount }
            let text = try APIKeyText.mint()
            let now = keeper.context.now()
            let key = StoredAPIKey(
                id: text.id, account: id, label: wish.label, digest: try text.digest, scopes: wish.scopes,
                mostPerMinute: wish.mostPerMinute, createdAt: now,
                expiresAt: wish.lifetime.map { now.advanced(by: $0) })
            try await keeper.submit([
                .account(.putKey(key), record: keeper.record(.keyMinted, text.id.rawValue, id, principal))
            ])
            return MintedKey(key: key, secret: text.secret)
        }
    }

    /// Takes a key back, at once.
    func revokeKey(_ key: APIKeyID, of id: AccountID, by principal: Principal) async throws {
        try await serially { keeper in
            try await keeper.submit([
                .account(
                    .revokeKey(account: id, id: key, at: keeper.context.now()),
                    record: keeper.record(.keyRevoked, key.rawValue, id, principal))
            ])
        }
    }

    /// The stored accounts with the names of their secrets.
    nonisolated func accounts() async throws -> (accounts: [StoredAccount], secrets: [OwnedSecret]) {
        try await context.reader.read { store throws(StoreError) in (try store.accounts(), try store.secrets()) }
    }

    private static let noSuchAccount = Problem(.notFound, "There is no account of this name.")

    private func stored(_ id: AccountID) async throws -> StoredAccount {
        guard !live.isFixed(id) else {
            throw Problem(
                .conflict, "The settings describe this account: change bolna, webhook, poll and retention there.")
        }
        let accounts = try await context.reader.read { store throws(StoreError) in try store.accounts() }
        guard let account = accounts.first(where: { $0.id == id }) else { throw Self.noSuchAccount }
        return account
    }

    private func store(_ account: StoredAccount, _ wish: AccountWish, _ record: AuditRecord) async throws {
        var entries: [JournalEntry] = [.account(.put(account), record: record)]
        entries += try entry(for: wish.token, .bolnaToken, of: account.id, record)
        entries += try entry(for: wish.tokenSecret, .tokenSecret, of: account.id, record)
        try await submit(entries)
    }

    private func entry(
        for wish: AccountWish.SecretWish, _ kind: SealedSecret.Kind, of id: AccountID, _ record: AuditRecord
    ) throws -> [JournalEntry] {
        var record = record
        record.subject = kind.word
        switch wish {
        case .unchanged: return []
        case .stored(let text):
            record.action = .secretAdded
            let sealed = try sealer.seal(text, account: id, kind: kind, at: context.now())
            return [.account(.putSecret(sealed), record: record)]
        case .removed:
            record.action = .secretRetired
            return [
                .account(
                    .retireSecret(account: id, kind: kind, label: SealedSecret.singleLabel, at: context.now()),
                    record: record)
            ]
        }
    }

    private func record(
        _ action: AuditRecord.Action, _ subject: String, _ id: AccountID, _ principal: Principal
    ) -> AuditRecord {
        AuditRecord(at: context.now(), account: id, actor: principal.actor, action: action, subject: subject)
    }

    /// Stores entries and follows them; one that the store refuses is told with its sentence, after the others were
    /// followed.
    private func submit(_ entries: [JournalEntry]) async throws {
        let receipts: [JournalReceipt]
        do {
            receipts = try await context.submit(entries)
        } catch {
            // It may be stored all the same: a key that was taken back must not go on opening.
            try? await followStore()
            throw Problem(.busy, retryAfter: error.retryAfter)
        }
        try await followStore()
        for case .failed(let error) in receipts {
            if error.kind == .invalid { throw Problem(.conflict, error.message) }
            throw error
        }
    }

    private func followStore() async throws {
        let (accounts, secrets, keys) = try await context.reader.read { store throws(StoreError) in
            (try store.accounts(), try store.secrets(), try store.keys())
        }
        let opened = OpenedAccount.open(accounts, secrets: secrets, sealer: sealer)
        Self.tell(of: opened, unless: damage, logger: context.logger)
        damage = Self.damage(of: opened)
        let tokens = Self.tokens(of: opened)
        let renewed = Set(tokens.keys).union(self.tokens.keys).filter { tokens[$0] != self.tokens[$0] }
        self.tokens = tokens
        try live.replace(opened, keys: keys)
        follow(opened, renewed)
    }

    /// Tells of what cannot be used of accounts, once for each that is new.
    private static func tell(of opened: [OpenedAccount], unless known: [AccountID: [String]], logger: Logger) {
        for one in opened where !one.damage.isEmpty && known[one.account.id] != one.damage {
            logger.error(
                "An account does without what is stored of it, which cannot be opened: enter it anew.",
                metadata: [
                    "account": "\(one.account.id.rawValue)", "damaged": "\(one.damage.joined(separator: ", "))",
                ])
        }
    }

    private static func damage(of opened: [OpenedAccount]) -> [AccountID: [String]] {
        Dictionary(opened.map { ($0.account.id, $0.damage) }) { _, last in last }
    }

    private static func tokens(of opened: [OpenedAccount]) -> [AccountID: String] {
        Dictionary(opened.compactMap { one in one.token.map { (one.account.id, $0) } }) { _, last in last }
    }

    /// Runs a change after those that were asked for before, and to its end, whoever stops waiting: between its commit
    /// and its effect nothing may cancel it, hence a task of its own.
    private func serially<Value: Sendable>(
        _ change: @escaping @Sendable (isolated AccountKeeper) async throws -> Value
    ) async throws -> Value {
        let task = Task { [last] in
            await last?.value
            return try await change(self)
        }
        last = Task { _ = try? await task.value }
        return try await task.value
    }
}
