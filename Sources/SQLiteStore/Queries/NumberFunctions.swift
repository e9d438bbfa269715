import CallDomain
import Foundation
import GRDB

/// Functions in SQL that tell whether something stored names a telephone number, given by its digits. A call's state is
/// folded from its statements, so these are what is searched of it.
enum NumberFunctions {
    /// Adds them to a connection.
    static func add(to db: Database) {
        db.add(
            function: DatabaseFunction("bytes_name", argumentCount: 2, pure: true) { values in
                guard let data = Data.fromDatabaseValue(values[0]), let number = number(values[1]) else { return false }
                return number.isNamed(in: Array(data))
            })
        db.add(
            function: DatabaseFunction("statement_names", argumentCount: 2, pure: true) { values in
                guard let data = Data.fromDatabaseValue(values[0]), let number = number(values[1]) else { return false }
                return number.isNamed(in: try Statement(encoded: Array(data)))
            })
    }

    private static func number(_ digits: DatabaseValue) -> TelephoneNumber? {
        String.fromDatabaseValue(digits).flatMap { TelephoneNumber("+" + $0) }
    }
}
