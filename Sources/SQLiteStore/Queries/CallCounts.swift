import CallDomain
import GRDB

/// How many calls there are, by the day of their creation, as the table `call_counts` keeps it.
enum CallCounts {
    /// The microseconds of a day.
    static let day: Int64 = 86_400_000_000

    /// How many calls a query finds, and where the page begins that is so many calls behind the newest.
    struct Place {
        /// All that the query finds.
        var total: Int
        /// The page's calls were created before this time; nil where nothing is known of it.
        var before: Int64?
        /// How many calls the page lies behind the newest of these.
        var offset: Int
    }

    /// Finds a page; nil for a query that the numbers say nothing of.
    static func place(_ db: Database, account: AccountID, query: CallQuery, offset: Int) throws -> Place? {
        var counted = CallQuery()
        (counted.statuses, counted.hasRecording) = (query.statuses, query.hasRecording)
        guard counted == query else { return nil }
        var place = Place(total: 0, before: nil, offset: offset)
        var isFound = false
        for row in try rows(db, account: account, query: query) {
            let (day, calls): (Int64, Int) = (try row.value(0), try row.value(1))
            place.total += calls
            guard !isFound else { continue }
            // Days before 1970 are cut towards it: day 0 has two, and the bounds of those before it are others.
            isFound = place.offset < calls || day <= 0
            if isFound {
                place.before = day < 0 ? place.before : (day + 1) * Self.day
            } else {
                place.offset -= calls
                place.before = day * Self.day
            }
        }
        return place
    }

    /// How many calls of these statuses there are, or how many of them with a recording.
    static func total(
        _ db: Database, account: AccountID, statuses: Set<CallStatus>, hasRecording: Bool
    ) throws -> Int {
        var query = CallQuery()
        (query.statuses, query.hasRecording) = (statuses, hasRecording)
        return try rows(db, account: account, query: query).reduce(0) { $0 + (try $1.value(1) as Int) }
    }

    /// The days that have any, newest first, with their numbers.
    private static func rows(_ db: Database, account: AccountID, query: CallQuery) throws -> [Row] {
        var conditions = ["account = ?"]
        var arguments: StatementArguments = [account.rawValue]
        if !query.statuses.isEmpty {
            let words = query.statuses.map(\.word).sorted()
            conditions.append("status IN (\(words.map { _ in "?" }.joined(separator: ", ")))")
            arguments += StatementArguments(words)
        }
        if query.hasRecording { conditions.append("has_recording = 1") }
        return try Row.fetchAll(
            db.makeStatement(
                sql: """
                    SELECT day, sum(calls) FROM call_counts WHERE \(conditions.joined(separator: " AND "))
                    GROUP BY day HAVING sum(calls) > 0 ORDER BY day DESC
                    """),
            arguments: arguments)
    }
}
