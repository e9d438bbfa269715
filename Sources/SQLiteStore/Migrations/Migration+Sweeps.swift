extension Migration {
    /// Version 6: what is still to be swept, with an empty agent for all of an account's; which reads were audits; and
    /// incidents that are bounded kind by kind, with what had to go remembered as the latest beginning of it.
    static let sweeps = Migration(
        version: 6,
        sql: """
            CREATE TABLE sweep_gaps (
                account TEXT NOT NULL,
                agent TEXT NOT NULL,
                from_at INTEGER NOT NULL,
                to_at INTEGER NOT NULL,
                PRIMARY KEY (account, agent, from_at, to_at)
            ) STRICT, WITHOUT ROWID;

            ALTER TABLE reads ADD COLUMN is_audit INTEGER NOT NULL DEFAULT 0;

            CREATE INDEX incidents_by_kind ON incidents (account, kind, ifnull(to_at, 9223372036854775807));
            CREATE INDEX incidents_open ON incidents (account, kind, call) WHERE to_at IS NULL;
            CREATE INDEX incident_log_by_kind ON incident_log (account, kind, from_at);
            CREATE TABLE incident_horizons (
                account TEXT NOT NULL,
                kind TEXT NOT NULL,
                from_at INTEGER NOT NULL,
                PRIMARY KEY (account, kind)
            ) STRICT, WITHOUT ROWID;
            """)
}
