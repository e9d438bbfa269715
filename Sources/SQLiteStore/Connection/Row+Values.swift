import Foundation
import GRDB

/// Values of columns. They throw where GRDB's subscripts trap: a damaged file must not stop the process.
extension Row {
    /// The value of a column.
    func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ index: Int) throws -> Value {
        try decode(atIndex: index)
    }

    /// The bytes of a blob.
    func bytes(_ index: Int) throws -> [UInt8] { [UInt8](try decode(Data.self, atIndex: index)) }

    /// The bytes of a blob; nil for NULL.
    func optionalBytes(_ index: Int) throws -> [UInt8]? { try decode(Data?.self, atIndex: index).map { [UInt8]($0) } }
}
