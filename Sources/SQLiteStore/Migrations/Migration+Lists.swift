extension Migration {
    /// Version 12: what lists need at millions of calls.
    ///
    /// Calls by agent, by status, and those with a recording, newest last, so that a filter which few calls meet, or none,
    /// does not look at all of them; none of these but the one by status is written when a status changes. And how many
    /// calls there are, by the day (UTC) of their creation, so that a total, and a page far back, needs no counting. Triggers
    /// keep the numbers: what a call's row said before, only SQLite knows for certain. And an index of the texts that are too
    /// long to be indexed, so that they are not looked for in each block.
    static let lists = Migration(
        version: 12,
        sql: """
            CREATE INDEX calls_by_agent ON calls (account, agent, created_at, call_id)
                WHERE agent IS NOT NULL AND erased_at IS NULL;
            CREATE INDEX calls_by_status ON calls (account, status, created_at, call_id) WHERE status IS NOT NULL;
            CREATE INDEX calls_with_recording ON calls (account, created_at, call_id) WHERE has_recording = 1;
            CREATE INDEX text_grams_long ON text_grams (block) WHERE gram = \(TextIndex.longTexts);

            CREATE TABLE call_counts (
                account TEXT NOT NULL,
                day INTEGER NOT NULL,
                status TEXT NOT NULL,
                has_recording INTEGER NOT NULL,
                calls INTEGER NOT NULL,
                PRIMARY KEY (account, day, status, has_recording)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO call_counts
                SELECT account, created_at / \(CallCounts.day), status, has_recording, count(*) FROM calls
                WHERE status IS NOT NULL GROUP BY 1, 2, 3, 4;

            CREATE TRIGGER call_counted AFTER INSERT ON calls WHEN NEW.status IS NOT NULL BEGIN
                INSERT INTO call_counts
                    VALUES (NEW.account, NEW.created_at / \(CallCounts.day), NEW.status, NEW.has_recording, 1)
                    ON CONFLICT DO UPDATE SET calls = calls + 1;
            END;
            CREATE TRIGGER call_recounted AFTER UPDATE OF status, has_recording, created_at ON calls
            WHEN OLD.status IS NOT NEW.status OR OLD.has_recording <> NEW.has_recording
                OR OLD.created_at / \(CallCounts.day) <> NEW.created_at / \(CallCounts.day)
            BEGIN
                UPDATE call_counts SET calls = calls - 1
                    WHERE account = OLD.account AND day = OLD.created_at / \(CallCounts.day) AND status = OLD.status
                        AND has_recording = OLD.has_recording;
                INSERT INTO call_counts
                    SELECT NEW.account, NEW.created_at / \(CallCounts.day), NEW.status, NEW.has_recording, 1
                    WHERE NEW.status IS NOT NULL
                    ON CONFLICT DO UPDATE SET calls = calls + 1;
            END;
            """)
}
