extension Migration {
    /// Version 7: accounts, their secrets and keys, and the audit. Nothing here is written per delivery.
    ///
    /// Lists are text, parts separated by commas: statuses by their words, artefacts `number:0|1`, deadlines
    /// `rule=microseconds`. Times data is kept are in seconds, NULL being for ever. The account of the gateway's own
    /// secrets is empty. What was written into the audit is never changed.
    static let accounts = Migration(
        version: 7,
        sql: """
            CREATE TABLE accounts (
                account TEXT PRIMARY KEY,
                label TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                disabled_at INTEGER,
                polls INTEGER NOT NULL,
                addressed TEXT NOT NULL,
                untrusted TEXT NOT NULL,
                source_addresses TEXT,
                suppressed TEXT,
                artefacts TEXT NOT NULL,
                deadlines TEXT NOT NULL,
                bodies_kept INTEGER,
                transcripts_kept INTEGER,
                calls_kept INTEGER,
                audit_kept INTEGER
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE account_agents (
                account TEXT NOT NULL REFERENCES accounts (account),
                agent TEXT NOT NULL,
                suppressed TEXT,
                artefacts TEXT NOT NULL,
                deadlines TEXT NOT NULL,
                PRIMARY KEY (account, agent)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE secrets (
                account TEXT NOT NULL,
                kind INTEGER NOT NULL,
                label TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                retired_at INTEGER,
                sealed BLOB NOT NULL,
                PRIMARY KEY (account, kind, label)
            ) STRICT;

            CREATE TABLE secret_uses (
                account TEXT NOT NULL,
                label TEXT NOT NULL,
                last_used_at INTEGER NOT NULL,
                PRIMARY KEY (account, label)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE api_keys (
                id TEXT PRIMARY KEY,
                account TEXT NOT NULL,
                label TEXT NOT NULL,
                digest BLOB NOT NULL UNIQUE,
                scopes TEXT NOT NULL,
                per_minute INTEGER NOT NULL,
                created_at INTEGER NOT NULL,
                expires_at INTEGER,
                revoked_at INTEGER,
                last_used_at INTEGER
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX api_keys_by_account ON api_keys (account, created_at);

            CREATE TABLE audit_log (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                account TEXT NOT NULL,
                at INTEGER NOT NULL,
                actor TEXT NOT NULL,
                action TEXT NOT NULL,
                subject TEXT NOT NULL
            ) STRICT;
            CREATE INDEX audit_log_by_account ON audit_log (account, id);
            CREATE INDEX audit_log_by_time ON audit_log (account, at);
            CREATE TRIGGER audit_log_stays BEFORE UPDATE ON audit_log BEGIN
                SELECT RAISE(ABORT, 'the audit is not changed');
            END;
            """)
}
