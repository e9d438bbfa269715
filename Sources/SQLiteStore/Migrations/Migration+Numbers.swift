extension Migration {
    /// Version 9: calls by the last four digits of either number, newest last, so that a number, or its end, is found
    /// without looking at every call.
    static let numbers = Migration(
        version: 9,
        sql: """
            CREATE INDEX calls_by_from_end ON calls (account, substr(from_digits, -4), created_at, call_id)
                WHERE status IS NOT NULL AND from_digits IS NOT NULL;
            CREATE INDEX calls_by_to_end ON calls (account, substr(to_digits, -4), created_at, call_id)
                WHERE status IS NOT NULL AND to_digits IS NOT NULL;
            """)
}
