extension Migration {
    /// Version 4: entries of the quarantine that can be settled. Agent and sender are part of what makes an entry itself,
    /// since they decide what a replay may do; hence a new table. The totals bound it without counting.
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
                received_at INTEGER NOT NULL,
                sent_at INTEGER,
                reason TEXT NOT NULL,
                detail TEXT NOT NULL,
                digest BLOB NOT NULL,
                count INTEGER NOT NULL,
                resolution INTEGER,
                settled_at INTEGER,
                tried_under TEXT,
                body BLOB NOT NULL
            ) STRICT;
            INSERT INTO new_quarantine (id, account, agent, source, trust, received_at, reason, detail, digest, count, body)
                SELECT id, account, agent, source, trust, received_at, reason, detail, digest, count, body
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

            CREATE TABLE quarantine_totals (
                account TEXT PRIMARY KEY,
                open_entries INTEGER NOT NULL,
                open_bytes INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            INSERT INTO quarantine_totals SELECT account, count(*), sum(length(body)) FROM quarantine GROUP BY account;

            CREATE TRIGGER quarantine_entered AFTER INSERT ON quarantine WHEN NEW.resolution IS NULL BEGIN
                INSERT INTO quarantine_totals VALUES (NEW.account, 1, length(NEW.body))
                    ON CONFLICT DO UPDATE SET open_entries = open_entries + 1,
                        open_bytes = open_bytes + length(NEW.body);
            END;
            CREATE TRIGGER quarantine_settled AFTER UPDATE OF resolution ON quarantine
            WHEN OLD.resolution IS NULL AND NEW.resolution IS NOT NULL BEGIN
                UPDATE quarantine_totals SET open_entries = open_entries - 1,
                    open_bytes = open_bytes - length(OLD.body) WHERE account = OLD.account;
            END;
            CREATE TRIGGER quarantine_left AFTER DELETE ON quarantine WHEN OLD.resolution IS NULL BEGIN
                UPDATE quarantine_totals SET open_entries = open_entries - 1,
                    open_bytes = open_bytes - length(OLD.body) WHERE account = OLD.account;
            END;
            """)
}
