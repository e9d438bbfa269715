import CallDomain
import Foundation
import GRDB

/// Functions in SQL that tell whether something stored names a telephone number, given by its digits. A call's state is
/// folded from its statements, so these are what is searched of it; one that cannot be read is searched as bytes, since a
/// number must be found whatever else is damaged.
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
                let bytes = Array(data)
                return (try? Statement(encoded: bytes)).map { number.isNamed(in: $0) } ?? number.isNamed(in: bytes)
            })
    }

    private static func number(_ digits: DatabaseValue) -> TelephoneNumber? {
        String.fromDatabaseValue(digits).flatMap { TelephoneNumber("+" + $0) }
    }
}
