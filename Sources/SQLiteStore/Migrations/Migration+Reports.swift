extension Migration {
    /// Version 3: what reports are computed from, so that a report as of a position stays what it was: columns and rows
    /// that say from which position on something is so, and that never change.
    ///
    /// A first delivery writes no further row. A repeat writes one, and so do the end of an expectation that was
    /// overdue, the end of waiting, a contradiction and its end, a change of a call's agent, and what goes to quarantine;
    /// `marks` and `tallies` get some a minute. Many repeats of the same bytes are counted by the minute, and written down
    /// when it is over. What is too old for any report goes; `reports_from` says how far back reports reach then. Of earlier versions' rows, repeats and ends are not known one by one: `reports_since` says from
    /// which position on reports can be computed.
    static let reports = Migration(
        version: 3,
        sql: """
            ALTER TABLE meta ADD COLUMN reports_since INTEGER NOT NULL DEFAULT 0;
            UPDATE meta SET reports_since = position;
            ALTER TABLE meta ADD COLUMN reports_from INTEGER;

            ALTER TABLE observations ADD COLUMN delivered_at INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE observations ADD COLUMN stated_at INTEGER;
            UPDATE observations SET delivered_at = received_at;
            DROP INDEX observations_by_receipt;
            CREATE INDEX observations_by_delivery ON observations (account, delivered_at);

            ALTER TABLE reads ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE reads ADD COLUMN is_missed_webhook INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE reads ADD COLUMN due_at INTEGER;
            ALTER TABLE reads ADD COLUMN stated_at INTEGER;
            UPDATE reads SET position = observation;

            ALTER TABLE calls ADD COLUMN born_at INTEGER;
            ALTER TABLE calls ADD COLUMN born_position INTEGER;
            ALTER TABLE calls ADD COLUMN agent_position INTEGER;
            ALTER TABLE calls ADD COLUMN ledger_position INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE calls ADD COLUMN waits_by TEXT;
            UPDATE calls SET born_at = first_heard_at, born_position = 0, agent_position = 0 WHERE status IS NOT NULL;
            DROP INDEX calls_by_first_heard;
            CREATE INDEX calls_by_birth ON calls (account, born_at) WHERE born_at IS NOT NULL;

            ALTER TABLE audits ADD COLUMN position INTEGER NOT NULL DEFAULT 0;

            CREATE TABLE marks (
                position INTEGER PRIMARY KEY,
                at INTEGER NOT NULL
            ) STRICT;
            INSERT INTO marks (position, at) SELECT position, heartbeat_at FROM meta WHERE heartbeat_at IS NOT NULL;

            CREATE TABLE repeats (
                id INTEGER PRIMARY KEY,
                position INTEGER NOT NULL,
                account TEXT NOT NULL,
                call INTEGER NOT NULL REFERENCES calls (id),
                received_at INTEGER NOT NULL,
                source INTEGER NOT NULL,
                trust INTEGER NOT NULL,
                outcome INTEGER NOT NULL,
                is_known_status INTEGER NOT NULL,
                status_after TEXT,
                count INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX repeats_by_receipt ON repeats (account, received_at);
            CREATE INDEX repeats_with_change ON repeats (call) WHERE status_after IS NOT NULL;
            CREATE TABLE repeats_of_minute (
                minute INTEGER NOT NULL,
                account TEXT NOT NULL,
                call INTEGER NOT NULL,
                source INTEGER NOT NULL,
                trust INTEGER NOT NULL,
                is_known_status INTEGER NOT NULL,
                received_at INTEGER NOT NULL,
                count INTEGER NOT NULL,
                PRIMARY KEY (minute, call, source, trust, is_known_status)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE agent_spans (
                call INTEGER NOT NULL REFERENCES calls (id),
                from_position INTEGER NOT NULL,
                until_position INTEGER NOT NULL,
                agent TEXT NOT NULL,
                PRIMARY KEY (call, from_position)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE overdue_spans (
                id INTEGER PRIMARY KEY,
                position INTEGER NOT NULL,
                opened_position INTEGER NOT NULL,
                account TEXT NOT NULL,
                call INTEGER NOT NULL REFERENCES calls (id),
                rule TEXT NOT NULL,
                due_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX overdue_spans_by_end ON overdue_spans (account, position);
            CREATE INDEX overdue_spans_by_due ON overdue_spans (account, due_at);

            CREATE TABLE endings (
                id INTEGER PRIMARY KEY,
                position INTEGER NOT NULL,
                account TEXT NOT NULL,
                call INTEGER NOT NULL REFERENCES calls (id),
                at INTEGER NOT NULL,
                outcome INTEGER NOT NULL,
                what TEXT NOT NULL
            ) STRICT;
            CREATE INDEX endings_by_time ON endings (account, at);

            CREATE TABLE contradiction_log (
                id INTEGER PRIMARY KEY,
                position INTEGER NOT NULL,
                account TEXT NOT NULL,
                call INTEGER NOT NULL REFERENCES calls (id),
                at INTEGER NOT NULL,
                rule TEXT NOT NULL,
                attempt INTEGER NOT NULL,
                standing BLOB NOT NULL,
                against BLOB NOT NULL,
                statuses TEXT NOT NULL,
                begun INTEGER REFERENCES contradiction_log (id),
                settled_by TEXT
            ) STRICT;
            CREATE INDEX contradictions_begun ON contradiction_log (account, at) WHERE begun IS NULL;
            CREATE INDEX contradictions_ended ON contradiction_log (begun) WHERE begun IS NOT NULL;
            CREATE INDEX contradictions_of_call ON contradiction_log (call);
            INSERT INTO contradiction_log (position, account, call, at, rule, attempt, standing, against, statuses)
                SELECT position, account, call, since, rule, attempt, standing, against,
                    standing_status || ' against ' || against_status
                FROM contradictions WHERE settled_at IS NULL;

            CREATE TABLE kept_aside (
                id INTEGER PRIMARY KEY,
                position INTEGER NOT NULL,
                account TEXT NOT NULL,
                entry INTEGER NOT NULL,
                agent TEXT,
                execution TEXT,
                received_at INTEGER NOT NULL,
                reason TEXT NOT NULL,
                count INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX kept_aside_by_receipt ON kept_aside (account, received_at);
            INSERT INTO kept_aside (position, account, entry, agent, received_at, reason, count)
                SELECT (SELECT position FROM meta), account, id, agent, received_at, reason, 1 FROM quarantine;
            CREATE TABLE kept_aside_of_minute (
                minute INTEGER NOT NULL,
                account TEXT NOT NULL,
                entry INTEGER NOT NULL,
                agent TEXT,
                execution TEXT,
                received_at INTEGER NOT NULL,
                reason TEXT NOT NULL,
                count INTEGER NOT NULL,
                PRIMARY KEY (minute, entry)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE incident_log (
                id INTEGER PRIMARY KEY,
                position INTEGER NOT NULL,
                account TEXT NOT NULL,
                agent TEXT NOT NULL,
                call TEXT NOT NULL,
                kind TEXT NOT NULL,
                cause TEXT,
                from_at INTEGER NOT NULL,
                to_at INTEGER,
                detail TEXT NOT NULL
            ) STRICT;
            CREATE INDEX incident_log_by_start ON incident_log (account, from_at);

            CREATE TABLE tallies (
                id INTEGER PRIMARY KEY,
                position INTEGER NOT NULL,
                account TEXT NOT NULL,
                kind TEXT NOT NULL,
                at INTEGER NOT NULL,
                name TEXT NOT NULL,
                count INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX tallies_by_time ON tallies (account, kind, at);
            CREATE TABLE tally_names (
                id INTEGER PRIMARY KEY,
                position INTEGER NOT NULL,
                account TEXT NOT NULL,
                kind TEXT NOT NULL,
                name TEXT NOT NULL,
                first_at INTEGER NOT NULL,
                last_at INTEGER NOT NULL,
                UNIQUE (account, kind, name)
            ) STRICT;
            CREATE INDEX tally_names_by_time ON tally_names (account, kind, first_at);
            """)
}
