import ArgumentParser

/// How a command prints its result.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    /// For people.
    case table
    /// For programs.
    case json
}

/// How a command prints a result that is made of rows.
enum RowFormat: String, CaseIterable, ExpressibleByArgument {
    /// For people.
    case table
    /// For programs.
    case json
    /// For spreadsheets: RFC 4180, with a header line.
    case csv
}
