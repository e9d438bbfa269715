extension Migration {
    /// Version 4: entries of the quarantine that can be settled. Agent and sender are part of what makes an entry itself,
    /// since they decide what a replay may do; hence a new table.
    ///
    /// The column `shelf` follows from the others: 0 open, 1 open and unverified, 2 settled, 3 of another kind than calls
    /// (settled as it comes: resolution 4). The totals of a shelf bound it without counting. A body that is no longer kept
    /// is NULL.
    static let quarantine = Migration(
        version: 4,
        sql: """
            CREATE TABLE new_quarantine (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                account TEXT NOT NULL,
                agent TEXT,
                execution TEXT,
                source INTEGER NOT NULL,
                trust INTEGER NOT NULL,
                is_hint INTEGER NOT NULL DEFAULT 0,
                received_at INTEGER NOT NULL,
                sent_at INTEGER,
                reason TEXT NOT NULL,
                detail TEXT NOT NULL,
                digest BLOB NOT NULL,
                count INTEGER NOT NULL,
                resolution INTEGER,
                settled_at INTEGER,
                tried_under TEXT,
                shelf INTEGER NOT NULL GENERATED ALWAYS AS (CASE
                    WHEN reason IN ('workflow', 'batch') THEN 3 WHEN resolution IS NOT NULL THEN 2 ELSE is_hint END)
                    STORED,
                body_bytes INTEGER NOT NULL,
                body BLOB
            ) STRICT;
            INSERT INTO new_quarantine (id, account, agent, source, trust, received_at, reason, detail, digest, count,
                resolution, settled_at, body_bytes, body)
                SELECT id, account, agent, source, trust, received_at, reason, detail, digest, count,
                    iif(reason IN ('workflow', 'batch'), 4, NULL), iif(reason IN ('workflow', 'batch'), received_at, NULL),
                    length(body), body
                FROM quarantine ORDER BY id;
            DROP TABLE quarantine;
            ALTER TABLE new_quarantine RENAME TO quarantine;

            CREATE UNIQUE INDEX quarantine_by_bytes
                ON quarantine (account, digest, reason, source, trust, ifnull(agent, ''));
            CREATE INDEX quarantine_by_account ON quarantine (account);
            CREATE INDEX quarantine_by_receipt ON quarantine (account, received_at);
            CREATE INDEX quarantine_open ON quarantine (account, reason) WHERE resolution IS NULL;
            CREATE INDEX quarantine_open_by_execution ON quarantine (account, execution)
                WHERE resolution IS NULL AND execution IS NOT NULL;
            CREATE INDEX quarantine_settled ON quarantine (account, shelf) WHERE resolution IS NOT NULL;
            CREATE INDEX quarantine_bodies ON quarantine (account, shelf)
                WHERE resolution IS NOT NULL AND body IS NOT NULL;

            CREATE TABLE quarantine_totals (
                account TEXT NOT NULL,
                shelf INTEGER NOT NULL,
                entries INTEGER NOT NULL,
                bytes INTEGER NOT NULL,
                PRIMARY KEY (account, shelf)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO quarantine_totals SELECT account, shelf, count(*), sum(length(body)) FROM quarantine
                GROUP BY account, shelf;

            CREATE TRIGGER quarantine_entered AFTER INSERT ON quarantine BEGIN
                INSERT INTO quarantine_totals VALUES (NEW.account, NEW.shelf, 1, ifnull(length(NEW.body), 0))
                    ON CONFLICT DO UPDATE SET entries = entries + 1, bytes = bytes + excluded.bytes;
            END;
            CREATE TRIGGER quarantine_moved AFTER UPDATE OF resolution, body ON quarantine
            WHEN OLD.shelf <> NEW.shelf OR (OLD.body IS NULL) <> (NEW.body IS NULL) BEGIN
                UPDATE quarantine_totals SET entries = entries - 1, bytes = bytes - ifnull(length(OLD.body), 0)
                    WHERE account = OLD.account AND shelf = OLD.shelf;
                INSERT INTO quarantine_totals VALUES (NEW.account, NEW.shelf, 1, ifnull(length(NEW.body), 0))
                    ON CONFLICT DO UPDATE SET entries = entries + 1, bytes = bytes + excluded.bytes;
            END;
            CREATE TRIGGER quarantine_left AFTER DELETE ON quarantine BEGIN
                UPDATE quarantine_totals SET entries = entries - 1, bytes = bytes - ifnull(length(OLD.body), 0)
                    WHERE account = OLD.account AND shelf = OLD.shelf;
            END;
            """)
}
