extension Migration {
    /// Version 2: incidents and audits; due calls by account.
    ///
    /// Agent and call of an incident are empty where it concerns no single one. Its positions say from which place of
    /// the journal on it, and its end, are to be seen. Due calls are found by account, so that one account's backlog
    /// does not hide another's calls.
    static let health = Migration(
        version: 2,
        sql: """
            CREATE TABLE incidents (
                id INTEGER PRIMARY KEY,
                account TEXT NOT NULL,
                agent TEXT NOT NULL,
                call TEXT NOT NULL,
                kind TEXT NOT NULL,
                cause TEXT,
                from_at INTEGER NOT NULL,
                to_at INTEGER,
                detail TEXT NOT NULL,
                position INTEGER NOT NULL,
                ended_position INTEGER,
                UNIQUE (account, kind, agent, call, from_at)
            ) STRICT;
            CREATE INDEX incidents_by_end ON incidents (account, ifnull(to_at, 9223372036854775807));

            CREATE TABLE audits (
                id INTEGER PRIMARY KEY,
                account TEXT NOT NULL,
                call INTEGER NOT NULL REFERENCES calls (id),
                at INTEGER NOT NULL,
                outcome TEXT NOT NULL,
                differing TEXT NOT NULL
            ) STRICT;
            CREATE INDEX audits_by_time ON audits (account, at);

            DROP INDEX calls_by_due;
            DROP INDEX hints_by_due;
            CREATE INDEX calls_by_due ON calls (account, next_due_at)
                WHERE next_due_at IS NOT NULL AND status IS NOT NULL;
            CREATE INDEX hints_by_due ON calls (account, next_due_at)
                WHERE next_due_at IS NOT NULL AND status IS NULL;
            """)
}
