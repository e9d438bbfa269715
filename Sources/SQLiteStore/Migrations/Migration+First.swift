extension Migration {
    /// Version 1. All times are microseconds since 1970; large blobs stand last, so that scans need not follow them.
    ///
    /// A first delivery writes: a row of `calls`, `observations`, `bodies` and `changes` with their indexes, and `meta`
    /// once per batch. A repeat writes one row of `observations`.
    static let first = Migration(
        version: 1,
        sql: """
            CREATE TABLE meta (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                store_id TEXT NOT NULL,
                position INTEGER NOT NULL,
                heartbeat_at INTEGER
            ) STRICT;
            INSERT INTO meta (id, store_id, position) VALUES (1, lower(hex(randomblob(16))), 0);

            CREATE TABLE calls (
                id INTEGER PRIMARY KEY,
                call_id TEXT NOT NULL UNIQUE,
                account TEXT NOT NULL,
                execution TEXT NOT NULL,
                agent TEXT,
                status TEXT,
                phase INTEGER,
                from_digits TEXT,
                to_digits TEXT,
                created_at INTEGER NOT NULL,
                first_heard_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                has_recording INTEGER NOT NULL,
                lead TEXT,
                next_due_at INTEGER,
                waiting_outcome INTEGER,
                change_sequence INTEGER NOT NULL,
                rules_version INTEGER NOT NULL,
                unverified_status TEXT,
                observation_count INTEGER NOT NULL,
                ledger BLOB NOT NULL,
                state BLOB,
                UNIQUE (account, execution)
            ) STRICT;
            CREATE INDEX calls_by_creation ON calls (account, created_at, call_id) WHERE status IS NOT NULL;
            CREATE INDEX calls_by_first_heard ON calls (account, first_heard_at);
            CREATE INDEX calls_by_lead ON calls (account, lead, created_at, call_id) WHERE lead IS NOT NULL;
            CREATE INDEX calls_by_due ON calls (next_due_at) WHERE next_due_at IS NOT NULL AND status IS NOT NULL;
            CREATE INDEX hints_by_due ON calls (next_due_at) WHERE next_due_at IS NOT NULL AND status IS NULL;

            CREATE TABLE call_texts (
                call INTEGER PRIMARY KEY REFERENCES calls (id),
                text TEXT NOT NULL
            ) STRICT;

            CREATE TABLE observations (
                position INTEGER PRIMARY KEY,
                call INTEGER NOT NULL REFERENCES calls (id),
                account TEXT NOT NULL,
                source INTEGER NOT NULL,
                trust INTEGER NOT NULL,
                standing INTEGER NOT NULL,
                digest BLOB NOT NULL,
                received_at INTEGER NOT NULL,
                last_received_at INTEGER NOT NULL,
                count INTEGER NOT NULL,
                status TEXT,
                is_known_status INTEGER NOT NULL,
                attempt INTEGER NOT NULL,
                outcome INTEGER NOT NULL,
                rule TEXT NOT NULL,
                status_before TEXT,
                status_after TEXT,
                changed_fields BLOB,
                withdraws BLOB,
                statement BLOB NOT NULL,
                UNIQUE (call, source, trust, standing, digest)
            ) STRICT;
            CREATE INDEX observations_by_receipt ON observations (account, received_at);

            CREATE TABLE bodies (
                position INTEGER PRIMARY KEY REFERENCES observations (position),
                body BLOB NOT NULL
            ) STRICT;

            CREATE TABLE reads (
                id INTEGER PRIMARY KEY,
                call INTEGER NOT NULL REFERENCES calls (id),
                account TEXT NOT NULL,
                source INTEGER NOT NULL,
                observation INTEGER NOT NULL REFERENCES observations (position),
                sent_at INTEGER NOT NULL,
                received_at INTEGER NOT NULL,
                attempt INTEGER NOT NULL,
                outcome INTEGER NOT NULL,
                status_after TEXT,
                UNIQUE (call, sent_at, received_at, observation)
            ) STRICT;
            CREATE INDEX reads_by_receipt ON reads (account, received_at);

            CREATE TABLE contradictions (
                call INTEGER NOT NULL REFERENCES calls (id),
                rule TEXT NOT NULL,
                attempt INTEGER NOT NULL,
                standing BLOB NOT NULL,
                against BLOB NOT NULL,
                account TEXT NOT NULL,
                standing_status TEXT NOT NULL,
                against_status TEXT NOT NULL,
                since INTEGER NOT NULL,
                position INTEGER NOT NULL,
                settled_at INTEGER,
                PRIMARY KEY (call, rule, attempt, standing, against)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX contradictions_standing ON contradictions (account, since) WHERE settled_at IS NULL;

            CREATE TABLE changes (
                account TEXT NOT NULL,
                sequence INTEGER NOT NULL,
                call INTEGER NOT NULL REFERENCES calls (id),
                status TEXT NOT NULL,
                source INTEGER NOT NULL,
                at INTEGER NOT NULL,
                PRIMARY KEY (account, sequence)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE pruned_changes (
                account TEXT PRIMARY KEY,
                sequence INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE quarantine (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                account TEXT NOT NULL,
                agent TEXT,
                source INTEGER NOT NULL,
                trust INTEGER NOT NULL,
                received_at INTEGER NOT NULL,
                reason TEXT NOT NULL,
                detail TEXT NOT NULL,
                digest BLOB NOT NULL,
                count INTEGER NOT NULL,
                body BLOB NOT NULL,
                UNIQUE (account, digest, reason)
            ) STRICT;
            CREATE INDEX quarantine_by_account ON quarantine (account);
            CREATE INDEX quarantine_by_receipt ON quarantine (account, received_at);

            CREATE TABLE dials (
                account TEXT NOT NULL,
                correlation_key TEXT NOT NULL,
                idempotency_key TEXT,
                fingerprint BLOB NOT NULL,
                agent TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                state INTEGER NOT NULL,
                call INTEGER REFERENCES calls (id),
                detail TEXT NOT NULL,
                request BLOB NOT NULL,
                PRIMARY KEY (account, correlation_key)
            ) STRICT;
            CREATE UNIQUE INDEX dials_by_idempotency_key ON dials (account, idempotency_key)
                WHERE idempotency_key IS NOT NULL;
            CREATE INDEX dials_open ON dials (created_at) WHERE state = 0;

            CREATE TABLE path_health (
                account TEXT NOT NULL,
                agent TEXT NOT NULL,
                record BLOB NOT NULL,
                at INTEGER NOT NULL,
                PRIMARY KEY (account, agent)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE sweep_marks (
                account TEXT NOT NULL,
                agent TEXT NOT NULL,
                swept_at INTEGER NOT NULL,
                PRIMARY KEY (account, agent)
            ) STRICT, WITHOUT ROWID;
            """)
}
