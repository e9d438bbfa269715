extension Migration {
    /// Version 8: persons' data that is taken away.
    ///
    /// A call whose data is gone keeps its row, so that nothing brings it back: `redaction` says what of its statements
    /// is gone, `erased_at` since when it is hidden. Calls that only hints tell of are found by when they were heard of.
    /// Rows of `reads` are found by their observation, so that deleting observations does not search them all.
    static let persons = Migration(
        version: 8,
        sql: """
            ALTER TABLE calls ADD COLUMN redaction INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE calls ADD COLUMN erased_at INTEGER;
            CREATE INDEX reads_by_observation ON reads (observation);
            CREATE INDEX hints_by_first_heard ON calls (account, first_heard_at)
                WHERE status IS NULL AND erased_at IS NULL;
            CREATE INDEX dials_by_time ON dials (account, created_at);

            CREATE TABLE forgotten_numbers (
                account TEXT NOT NULL,
                digest BLOB NOT NULL,
                at INTEGER NOT NULL,
                PRIMARY KEY (account, digest)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE retention_marks (
                account TEXT NOT NULL,
                kind INTEGER NOT NULL,
                through INTEGER NOT NULL,
                PRIMARY KEY (account, kind)
            ) STRICT, WITHOUT ROWID;
            """)
}
