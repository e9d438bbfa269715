/// Packs what is to be written of one call after the other, as the journal does: for those who write rows themselves. Not to
/// be used by several threads at a time.
package final class CallPacking {
    private let packer = Packer()
    private var root: PackingRoot?

    /// Knows no call.
    package init() {}

    /// Begins another call.
    package func begin() { root = nil }

    /// A statement as it is to be stored at this position of the journal; those of a call in their order.
    package func statement(_ bytes: [UInt8], at position: Int64) -> [UInt8] {
        packer.packed(statement: bytes, at: position, root: &root)
    }

    /// A state as it is to be stored, after all statements.
    package func value(_ bytes: [UInt8]) -> [UInt8] { packer.packed(bytes, with: root) }
}

extension Packer {
    /// A statement as it is to be stored at this position of the journal. The first long one of a call becomes its root, and
    /// so does one that has less than half in common with the root.
    func packed(statement bytes: [UInt8], at position: Int64, root: inout PackingRoot?) -> [UInt8] {
        let packed = packed(bytes, with: root)
        guard bytes.count >= StoreBounds.shortestPacked, root == nil || packed.count > bytes.count / 2 else {
            return packed
        }
        let alone = root == nil ? packed : self.packed(bytes, with: nil)
        root = PackingRoot(position: position, bytes: bytes)
        return alone
    }
}
