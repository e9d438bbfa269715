import CallDomain
import Foundation
import GRDB

extension JournalTransaction {
    /// Stores a change of accounts, secrets or keys; one that crosses a bound throws ``StoreError/Kind/invalid`` with a
    /// sentence for people.
    func apply(_ change: AccountChange) throws {
        switch change {
        case .put(let account): try put(account)
        case .putSecret(let owned): try put(owned)
        case .retireSecret(let account, let kind, let label, let time):
            try retire(kind, label: label, of: account, at: time)
        case .putKey(let key): try put(key)
        case .revokeKey(let account, let id, let time): try revoke(id, of: account, at: time)
        case .used(let uses): try store(uses)
        case .reseal(let secrets): try reseal(secrets)
        }
    }

    /// Stores what persons and programs did.
    func store(_ records: [AuditRecord]) throws {
        for record in records {
            try db.cachedStatement(
                sql: "INSERT INTO audit_log (account, at, actor, action, subject) VALUES (?, ?, ?, ?, ?)"
            ).execute(arguments: [
                record.account.rawValue, record.at.rawValue, record.actor, record.action.rawValue, record.subject,
            ])
        }
    }

    private func put(_ account: StoredAccount) throws {
        let others = try count("SELECT count(*) FROM accounts WHERE account <> ?", account.id.rawValue)
        try bound(others, below: StoredAccount.mostAccounts, "There are as many accounts as there can be.")
        try bound(
            account.agents.count - 1, below: StoredAccount.mostAgents,
            "An account can have settings for \(StoredAccount.mostAgents) agents.")
        let retention = account.retention
        try db.cachedStatement(
            sql: """
                INSERT INTO accounts (\(StoredAccount.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET label = excluded.label, disabled_at = excluded.disabled_at,
                    polls = excluded.polls, addressed = excluded.addressed, untrusted = excluded.untrusted,
                    source_addresses = excluded.source_addresses, suppressed = excluded.suppressed,
                    artefacts = excluded.artefacts, deadlines = excluded.deadlines,
                    bodies_kept = excluded.bodies_kept, transcripts_kept = excluded.transcripts_kept,
                    calls_kept = excluded.calls_kept, audit_kept = excluded.audit_kept
                """
        ).execute(arguments: [
            account.id.rawValue, account.label, account.createdAt.rawValue, account.disabledAt?.rawValue,
            account.polls, account.trust.addressed.rawValue, account.trust.none.rawValue,
            account.sourceAddresses.map { $0.joined(separator: ",") },
            AgentSettingsColumns.suppressed(account.settings), AgentSettingsColumns.artefacts(account.settings),
            AgentSettingsColumns.deadlines(account.settings), retention.bodies?.components.seconds,
            retention.transcripts?.components.seconds, retention.calls?.components.seconds,
            retention.audit?.components.seconds,
        ])
        try db.cachedStatement(sql: "DELETE FROM account_agents WHERE account = ?")
            .execute(arguments: [account.id.rawValue])
        for (agent, settings) in account.agents {
            try db.cachedStatement(
                sql: """
                    INSERT INTO account_agents (account, agent, suppressed, artefacts, deadlines)
                    VALUES (?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                account.id.rawValue, agent.rawValue, AgentSettingsColumns.suppressed(settings),
                AgentSettingsColumns.artefacts(settings), AgentSettingsColumns.deadlines(settings),
            ])
        }
    }

    private func put(_ owned: OwnedSecret) throws {
        let secret = owned.secret
        if !secret.kind.isSingle {
            let isTaken = try count(
                "SELECT count(*) FROM secrets WHERE account = ? AND kind = ? AND label = ?", owned.account.rawValue,
                secret.kind.rawValue, secret.label)
            guard isTaken == 0 else {
                throw StoreError(
                    kind: .invalid, message: "The account has, or had, a secret of this label; take another.")
            }
            let active = try count(
                "SELECT count(*) FROM secrets WHERE account = ? AND kind = ? AND retired_at IS NULL",
                owned.account.rawValue, secret.kind.rawValue)
            try bound(
                active, below: SealedSecret.mostWebhookSecrets,
                "An account can have \(SealedSecret.mostWebhookSecrets) active secrets; retire one first.")
            let all = try count(
                "SELECT count(*) FROM secrets WHERE account = ? AND kind = ?", owned.account.rawValue,
                secret.kind.rawValue)
            if all >= StoreBounds.mostSecretsKept { try deleteOldestRetired(secret.kind, of: owned.account) }
        }
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO secrets (\(OwnedSecret.columns)) VALUES (?, ?, ?, ?, ?, ifnull(?, x''))
                """
        ).execute(arguments: [
            owned.account.rawValue, secret.kind.rawValue, secret.label, secret.createdAt.rawValue,
            secret.retiredAt?.rawValue, Data(secret.sealed),
        ])
    }

    private func deleteOldestRetired(_ kind: SealedSecret.Kind, of account: AccountID) throws {
        try db.cachedStatement(
            sql: """
                DELETE FROM secrets WHERE rowid = (SELECT rowid FROM secrets
                    WHERE account = ? AND kind = ? AND retired_at IS NOT NULL ORDER BY retired_at LIMIT 1)
                """
        ).execute(arguments: [account.rawValue, kind.rawValue])
    }

    private func retire(_ kind: SealedSecret.Kind, label: String, of account: AccountID, at time: Timestamp) throws {
        try db.cachedStatement(
            sql: """
                UPDATE secrets SET retired_at = ?, sealed = x''
                WHERE account = ? AND kind = ? AND label = ? AND retired_at IS NULL
                """
        ).execute(arguments: [time.rawValue, account.rawValue, kind.rawValue, label])
        guard db.changesCount == 1 else {
            throw StoreError(kind: .invalid, message: "The account has no active secret of this label.")
        }
    }

    private func put(_ key: StoredAPIKey) throws {
        let keys = try count("SELECT count(*) FROM api_keys WHERE account = ?", key.account.rawValue)
        if keys >= AccountChange.mostKeys { try deleteOldestRevoked(of: key.account) }
        try bound(
            try count("SELECT count(*) FROM api_keys WHERE account = ?", key.account.rawValue),
            below: AccountChange.mostKeys, "An account can have \(AccountChange.mostKeys) keys; revoke one first.")
        try db.cachedStatement(
            sql: "INSERT INTO api_keys (\(StoredAPIKey.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
            key.id.rawValue, key.account.rawValue, key.label, Data(key.digest.bytes),
            Scope.allCases.filter(key.scopes.contains).map(\.rawValue).joined(separator: ","), key.mostPerMinute,
            key.createdAt.rawValue, key.expiresAt?.rawValue, key.revokedAt?.rawValue, key.lastUsedAt?.rawValue,
        ])
    }

    private func deleteOldestRevoked(of account: AccountID) throws {
        try db.cachedStatement(
            sql: """
                DELETE FROM api_keys WHERE id = (SELECT id FROM api_keys
                    WHERE account = ? AND revoked_at IS NOT NULL ORDER BY revoked_at LIMIT 1)
                """
        ).execute(arguments: [account.rawValue])
    }

    private func revoke(_ id: APIKeyID, of account: AccountID, at time: Timestamp) throws {
        try db.cachedStatement(
            sql: "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND account = ? AND revoked_at IS NULL"
        ).execute(arguments: [time.rawValue, id.rawValue, account.rawValue])
        guard db.changesCount == 1 else {
            throw StoreError(kind: .invalid, message: "The account has no such key, or it is revoked already.")
        }
    }

    private func store(_ uses: CredentialUses) throws {
        for (id, time) in uses.keys {
            try db.cachedStatement(
                sql: "UPDATE api_keys SET last_used_at = max(ifnull(last_used_at, ?1), ?1) WHERE id = ?2"
            ).execute(arguments: [time.rawValue, id.rawValue])
        }
        for (name, time) in uses.secrets {
            try db.cachedStatement(
                sql: """
                    INSERT INTO secret_uses (account, label, last_used_at) VALUES (?, ?, ?)
                    ON CONFLICT DO UPDATE SET last_used_at = max(last_used_at, excluded.last_used_at)
                    """
            ).execute(arguments: [name.account.rawValue, name.label, time.rawValue])
        }
    }

    private func reseal(_ secrets: [OwnedSecret]) throws {
        for owned in secrets {
            try db.cachedStatement(
                sql: "UPDATE secrets SET sealed = ? WHERE account = ? AND kind = ? AND label = ?"
            ).execute(arguments: [
                Data(owned.secret.sealed), owned.account.rawValue, owned.secret.kind.rawValue, owned.secret.label,
            ])
            guard db.changesCount == 1 else {
                throw StoreError(kind: .invalid, message: "A secret was changed while all were sealed anew.")
            }
        }
    }

    private func count(_ sql: String, _ arguments: (any DatabaseValueConvertible)?...) throws -> Int {
        try Int.fetchOne(db.cachedStatement(sql: sql), arguments: StatementArguments(arguments)) ?? 0
    }

    private func bound(_ count: Int, below most: Int, _ sentence: String) throws {
        guard count < most else { throw StoreError(kind: .invalid, message: sentence) }
    }
}

/// What is known of agents, as columns.
enum AgentSettingsColumns {
    static func suppressed(_ settings: AgentSettings) -> String? {
        settings.suppressedStatuses.map { $0.map(\.word).sorted().joined(separator: ",") }
    }

    static func artefacts(_ settings: AgentSettings) -> String {
        settings.artefacts.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key.rawValue):\($0.value ? 1 : 0)" }.joined(separator: ",")
    }

    static func deadlines(_ settings: AgentSettings) -> String {
        settings.deadlines.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key.rawValue)=\($0.value.microseconds)" }.joined(separator: ",")
    }

    /// Reads what the others write; what a later program wrote is left out.
    static func settings(suppressed: String?, artefacts: String, deadlines: String) -> AgentSettings {
        AgentSettings(
            suppressedStatuses: suppressed.map { text in
                Set(text.split(separator: ",").compactMap { CallStatus(spelling: String($0)) })
            },
            artefacts: pairs(artefacts, ":").reduce(into: [:]) { values, pair in
                guard let artefact = UInt8(pair.name).flatMap(Artefact.init(rawValue:)) else { return }
                values[artefact] = pair.value == "1"
            },
            deadlines: pairs(deadlines, "=").reduce(into: [:]) { values, pair in
                guard let rule = ExpectationRule(rawValue: pair.name), let count = Int64(pair.value) else { return }
                values[rule] = .microseconds(count)
            })
    }

    private static func pairs(_ text: String, _ separator: Character) -> [(name: String, value: String)] {
        text.split(separator: ",").compactMap { part in
            let sides = part.split(separator: separator, maxSplits: 1)
            return sides.count == 2 ? (String(sides[0]), String(sides[1])) : nil
        }
    }
}
