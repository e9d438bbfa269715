import CallDomain
import Foundation
import GRDB

/// A function in SQL that tells whether stored bytes name a telephone number, given by its digits.
enum NumberFunctions {
    /// Adds it to a connection.
    static func add(to db: Database) {
        db.add(
            function: DatabaseFunction("bytes_name", argumentCount: 2, pure: true) { values in
                guard let data = Data.fromDatabaseValue(values[0]), let number = number(values[1]) else { return false }
                return number.isNamed(in: Array(data))
            })
    }

    private static func number(_ digits: DatabaseValue) -> TelephoneNumber? {
        String.fromDatabaseValue(digits).flatMap { TelephoneNumber("+" + $0) }
    }
}
