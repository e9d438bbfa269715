extension Migration {
    /// Version 10: an index of the texts that are searched, see ``TextIndex``. Its blocks are filled later, in steps; until
    /// then their texts are read one by one.
    static let texts = Migration(
        version: 10,
        sql: """
            CREATE TABLE text_blocks (
                block INTEGER PRIMARY KEY,
                changed_at INTEGER
            ) STRICT;
            CREATE INDEX text_blocks_changed ON text_blocks (changed_at) WHERE changed_at IS NOT NULL;
            CREATE TABLE text_grams (
                block INTEGER NOT NULL,
                gram INTEGER NOT NULL,
                slots BLOB NOT NULL,
                PRIMARY KEY (block, gram)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO text_blocks (block, changed_at) \(everyBlock);
            """)

    /// The blocks up to that of the newest call, all of them: those without texts go when it is their turn. Texts are read
    /// by nothing here, since an upgrade would wait for that.
    static let everyBlock = """
        WITH RECURSIVE blocks (block, last) AS (
            SELECT 0, last FROM (SELECT (SELECT max(id) FROM calls) / 256 AS last) WHERE last IS NOT NULL
            UNION ALL SELECT block + 1, last FROM blocks WHERE block < last)
        SELECT block, 0 FROM blocks
        """
}
