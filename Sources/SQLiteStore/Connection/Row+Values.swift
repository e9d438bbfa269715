import Foundation
import GRDB

/// A row's values by the place of their column. They throw where the value is of another kind: a damaged file must not
/// stop the process.
protocol ColumnReading {
    /// A number.
    func value(_ index: Int) throws -> Int64
    /// A number; nil for NULL.
    func value(_ index: Int) throws -> Int64?
    /// A text.
    func value(_ index: Int) throws -> String
    /// A text; nil for NULL.
    func value(_ index: Int) throws -> String?
    /// The bytes of a blob.
    func bytes(_ index: Int) throws -> [UInt8]
    /// The bytes of a blob; nil for NULL.
    func optionalBytes(_ index: Int) throws -> [UInt8]?
}

/// Values of columns, where GRDB's subscripts trap.
extension Row: ColumnReading {
    /// The value of a column.
    func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ index: Int) throws -> Value {
        try decode(atIndex: index)
    }

    func value(_ index: Int) throws -> Int64 { try decode(atIndex: index) }

    func value(_ index: Int) throws -> Int64? { try decode(atIndex: index) }

    func value(_ index: Int) throws -> String { try decode(atIndex: index) }

    func value(_ index: Int) throws -> String? { try decode(atIndex: index) }

    func bytes(_ index: Int) throws -> [UInt8] { [UInt8](try decode(Data.self, atIndex: index)) }

    func optionalBytes(_ index: Int) throws -> [UInt8]? { try decode(Data?.self, atIndex: index).map { [UInt8]($0) } }
}
