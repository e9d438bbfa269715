/// Sets of the arrivals of a table, as bits.
struct ArrivalSet: Hashable, Sendable {
    /// Bit n is the arrival n of the table.
    let bits: UInt64

    /// The empty set.
    static let empty = ArrivalSet(bits: 0)

    /// The places in the table, ascending.
    var members: [Int] { (0..<UInt64.bitWidth).filter { bits & 1 << UInt64($0) != 0 } }

    /// The set without one of its members.
    func removing(_ member: Int) -> ArrivalSet { ArrivalSet(bits: bits & ~(1 << UInt64(member))) }

    /// All sets of so many of the first `count` arrivals of a table; `count` is at most 32.
    static func all(of count: Int, size: Int) -> [ArrivalSet] {
        (0..<UInt64(1) << UInt64(min(count, 32))).lazy.filter { $0.nonzeroBitCount == size }.map(ArrivalSet.init(bits:))
    }
}

/// Calls a body with every order of some elements; it stops where the body returns false.
@discardableResult
func forEachOrder<Element>(of elements: [Element], _ body: ([Element]) -> Bool) -> Bool {
    func go(_ order: inout [Element], from place: Int) -> Bool {
        guard place < order.count - 1 else { return body(order) }
        for other in place..<order.count {
            order.swapAt(place, other)
            defer { order.swapAt(place, other) }
            guard go(&order, from: place + 1) else { return false }
        }
        return true
    }
    var order = elements
    return go(&order, from: 0)
}
