package import CallDomain
import GRDB

extension SQLiteStore {
    /// The stored accounts, ordered by name.
    package func accounts() throws(StoreError) -> [StoredAccount] {
        try read { db in
            var accounts = try Row.fetchAll(
                db.cachedStatement(sql: "SELECT \(StoredAccount.columns) FROM accounts ORDER BY account")
            ).map { try StoredAccount(row: $0) }
            let agents = try Row.fetchAll(
                db.cachedStatement(sql: "SELECT account, agent, suppressed, artefacts, deadlines FROM account_agents"))
            let places = Dictionary(uniqueKeysWithValues: accounts.enumerated().map { ($1.id.rawValue, $0) })
            for row in agents {
                guard let place = places[try row.value(0)] else { continue }
                accounts[place].agents[AgentID(rawValue: try row.value(1))] = AgentSettingsColumns.settings(
                    suppressed: try row.value(2), artefacts: try row.value(3), deadlines: try row.value(4))
            }
            return accounts
        }
    }

    /// All secrets, sealed; of kinds that this program does not know none.
    package func secrets() throws(StoreError) -> [OwnedSecret] {
        try read { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: "SELECT \(OwnedSecret.columns) FROM secrets ORDER BY account, kind, created_at, rowid")
            ).compactMap { row in
                guard let kind = SealedSecret.Kind(rawValue: try row.value(1)) else { return nil }
                return OwnedSecret(
                    account: AccountID(rawValue: try row.value(0)),
                    secret: SealedSecret(
                        kind: kind, label: try row.value(2), sealed: try row.bytes(5),
                        createdAt: Timestamp(rawValue: try row.value(3)),
                        retiredAt: (try row.value(4) as Int64?).map(Timestamp.init(rawValue:))))
            }
        }
    }

    /// All keys.
    package func keys() throws(StoreError) -> [StoredAPIKey] {
        try read { db in
            try Row.fetchAll(
                db.cachedStatement(sql: "SELECT \(StoredAPIKey.columns) FROM api_keys ORDER BY account, created_at, id")
            ).map { try StoredAPIKey(row: $0) }
        }
    }

    /// When webhook secrets were last used.
    package func secretUses() throws(StoreError) -> [CredentialUses.SecretName: Timestamp] {
        try read { db in
            try Row.fetchAll(db.cachedStatement(sql: "SELECT account, label, last_used_at FROM secret_uses"))
                .reduce(into: [:]) { uses, row in
                    let name = CredentialUses.SecretName(
                        account: AccountID(rawValue: try row.value(0)), label: try row.value(1))
                    uses[name] = Timestamp(rawValue: try row.value(2))
                }
        }
    }

    /// An account's audit before a record, newest first.
    package func auditTrail(account: AccountID, before: Int64?, limit: Int) throws(StoreError) -> AuditPage {
        let limit = min(max(0, limit), AuditPage.mostRecords)
        return try read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT id, at, actor, action, subject FROM audit_log WHERE account = ? AND id < ?
                        ORDER BY id DESC LIMIT ?
                        """),
                arguments: [account.rawValue, before ?? .max, limit + 1])
            let records = try rows.prefix(limit).compactMap { row -> (id: Int64, record: AuditRecord)? in
                guard let action = AuditRecord.Action(rawValue: try row.value(3)) else { return nil }
                return (
                    try row.value(0),
                    AuditRecord(
                        at: Timestamp(rawValue: try row.value(1)), account: account, actor: try row.value(2),
                        action: action, subject: try row.value(4))
                )
            }
            let next: Int64? = rows.count > limit && limit > 0 ? try rows[limit - 1].value(0) : nil
            return AuditPage(records: records, next: next)
        }
    }
}

extension StoredAccount {
    /// The columns of ``init(row:)``, in its order.
    static let columns = """
        account, label, created_at, disabled_at, polls, addressed, untrusted, source_addresses, suppressed, artefacts, \
        deadlines, bodies_kept, transcripts_kept, calls_kept, audit_kept
        """

    /// Reads a row of ``columns``.
    init(row: Row) throws {
        guard let addressed = TrustPolicy.Disposition(rawValue: try row.value(5)),
            let none = TrustPolicy.Disposition(rawValue: try row.value(6))
        else { throw MalformedBytes() }
        func kept(_ index: Int) throws -> Duration? { (try row.value(index) as Int64?).map(Duration.seconds) }
        let addresses: String? = try row.value(7)
        self.init(
            id: AccountID(rawValue: try row.value(0)), label: try row.value(1),
            createdAt: Timestamp(rawValue: try row.value(2)),
            disabledAt: (try row.value(3) as Int64?).map(Timestamp.init(rawValue:)), polls: try row.value(4),
            trust: TrustPolicy(addressed: addressed, none: none),
            sourceAddresses: addresses.map { $0.split(separator: ",").map(String.init) },
            settings: AgentSettingsColumns.settings(
                suppressed: try row.value(8), artefacts: try row.value(9), deadlines: try row.value(10)),
            retention: RetentionPolicy(
                bodies: try kept(11), transcripts: try kept(12), calls: try kept(13), audit: try kept(14)))
    }
}

extension OwnedSecret {
    /// The columns of a secret.
    static let columns = "account, kind, label, created_at, retired_at, sealed"
}

extension StoredAPIKey {
    /// The columns of ``init(row:)``, in its order.
    static let columns =
        "id, account, label, digest, scopes, per_minute, created_at, expires_at, revoked_at, last_used_at"

    /// Reads a row of ``columns``; scopes that this program does not know are left out.
    init(row: Row) throws {
        guard let digest = ContentDigest(bytes: try row.bytes(3)) else { throw MalformedBytes() }
        let scopes: String = try row.value(4)
        self.init(
            id: APIKeyID(rawValue: try row.value(0)), account: AccountID(rawValue: try row.value(1)),
            label: try row.value(2), digest: digest,
            scopes: Set(scopes.split(separator: ",").compactMap { Scope(rawValue: String($0)) }),
            mostPerMinute: try row.value(5), createdAt: Timestamp(rawValue: try row.value(6)),
            expiresAt: (try row.value(7) as Int64?).map(Timestamp.init(rawValue:)),
            revokedAt: (try row.value(8) as Int64?).map(Timestamp.init(rawValue:)),
            lastUsedAt: (try row.value(9) as Int64?).map(Timestamp.init(rawValue:)))
    }
}
