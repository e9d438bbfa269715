import CallDomain
import GRDB

/// Reads packed values of a connection, with the roots that they need; for one transaction, since a root may change.
struct Unpacker {
    private let db: Database
    private var roots: [Int64: [UInt8]] = [:]

    /// The most roots that are kept; a list needs one for each of its calls, and each but once.
    private static let mostRoots = 64

    init(_ db: Database) { self.db = db }

    /// The value that a column has, packed or not.
    mutating func value(_ bytes: [UInt8]) throws -> [UInt8] {
        guard PackedBytes.isPacked(bytes) else { return bytes }
        return try unpacked(bytes)
    }

    /// The value of a column whose bytes may begin with anything.
    mutating func value(_ bytes: [UInt8], isPacked: Bool) throws -> [UInt8] {
        isPacked ? try unpacked(bytes) : bytes
    }

    /// The root that a value is packed with; nil without one.
    mutating func root(of bytes: [UInt8]) throws -> PackingRoot? {
        guard PackedBytes.isPacked(bytes), let position = try PackedBytes.root(of: bytes) else { return nil }
        return PackingRoot(position: position, bytes: try root(at: position))
    }

    private mutating func unpacked(_ bytes: [UInt8]) throws -> [UInt8] {
        let root = try PackedBytes.root(of: bytes)
        return try PackedBytes.unpacked(bytes, root: root.map { try self.root(at: $0) } ?? [])
    }

    private mutating func root(at position: Int64) throws -> [UInt8] {
        if let known = roots[position] { return known }
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT statement FROM observations WHERE position = ?"), arguments: [position])
        guard let stored = try row?.bytes(0) else { throw MalformedBytes() }
        // A root has none of its own, so that reading never goes further than this.
        guard try !PackedBytes.isPacked(stored) || PackedBytes.root(of: stored) == nil else { throw MalformedBytes() }
        let bytes = PackedBytes.isPacked(stored) ? try PackedBytes.unpacked(stored, root: []) : stored
        if roots.count >= Self.mostRoots { roots.removeAll(keepingCapacity: true) }
        roots[position] = bytes
        return bytes
    }
}
