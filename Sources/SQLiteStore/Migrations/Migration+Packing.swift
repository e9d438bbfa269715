extension Migration {
    /// Version 11: values that are packed, see ``PackedBytes``, and indexes that a change of status leaves alone.
    ///
    /// SQLite writes an index anew whenever an update sets a column that its condition names. What clients see of calls is
    /// now found by `born_at`, which is set once, and `erased_at`. Statements and states tell by their first byte whether
    /// they are packed, bodies by `is_packed`; what earlier versions wrote stays as it is, so that an upgrade reads each
    /// row of `calls` once for its indexes, and none of the others.
    static let packing = Migration(
        version: 11,
        sql: """
            ALTER TABLE bodies ADD COLUMN is_packed INTEGER NOT NULL DEFAULT 0;

            DROP INDEX calls_by_creation;
            DROP INDEX calls_by_from_end;
            DROP INDEX calls_by_to_end;
            DROP INDEX calls_by_due;
            DROP INDEX hints_by_due;
            DROP INDEX hints_by_first_heard;
            CREATE INDEX calls_by_creation ON calls (account, created_at, call_id)
                WHERE born_at IS NOT NULL AND erased_at IS NULL;
            CREATE INDEX calls_by_from_end ON calls (account, substr(from_digits, -4), created_at, call_id)
                WHERE from_digits IS NOT NULL;
            CREATE INDEX calls_by_to_end ON calls (account, substr(to_digits, -4), created_at, call_id)
                WHERE to_digits IS NOT NULL;
            CREATE INDEX calls_by_due ON calls (account, next_due_at)
                WHERE next_due_at IS NOT NULL AND born_at IS NOT NULL;
            CREATE INDEX hints_by_due ON calls (account, next_due_at)
                WHERE next_due_at IS NOT NULL AND born_at IS NULL;
            CREATE INDEX hints_by_first_heard ON calls (account, first_heard_at)
                WHERE born_at IS NULL AND erased_at IS NULL;
            """)
}
