extension Migration {
    /// Version 5: what was learned of agents, and the priority of calls that the gateway places.
    static let expectations = Migration(
        version: 5,
        sql: """
            CREATE TABLE learned (
                account TEXT NOT NULL,
                agent TEXT NOT NULL,
                topic INTEGER NOT NULL,
                at INTEGER NOT NULL,
                record BLOB NOT NULL,
                PRIMARY KEY (account, agent, topic)
            ) STRICT;

            ALTER TABLE dials ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
            """)
}
