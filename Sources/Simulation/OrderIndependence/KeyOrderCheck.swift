package import CallDomain

/// Shows that the canonical key is a total order: on all pairs and triples of the keys that the arrivals of a table get
/// in any of its sets. The same statement has several keys, since its place depends on the evidence beside it.
package struct KeyOrderCheck: Sendable {
    /// The distinct keys.
    package private(set) var keys: [CanonicalKey]

    /// What was looked at, and what was found.
    package struct Figures: Hashable, Sendable {
        /// Distinct keys.
        package var keys = 0
        /// Ordered triples of them.
        package var triples = 0
        /// Pairs of distinct keys of which not exactly one sorts first, keys that sort before themselves, and triples
        /// that are not transitive.
        package var violations = 0
    }

    /// Gathers the keys of the statements of each set of up to `largestSet` of these arrivals.
    package init(arrivals: [EvidenceArrival] = EvidenceTable.arrivals, largestSet: Int) {
        var keys: Set<CanonicalKey> = []
        for size in 1...max(largestSet, 1) {
            for set in ArrivalSet.all(of: arrivals.count, size: size) {
                let call = KeptCall(set.members.map { arrivals[$0] })
                keys.formUnion(Reconciler().places(in: call.evidence))
            }
        }
        self.keys = keys.sorted()
    }

    /// Checks these keys.
    package init(keys: [CanonicalKey]) { self.keys = keys }

    /// Goes through all pairs and triples.
    package func run() -> Figures {
        let count = keys.count
        let isBefore = keys.map { left in keys.map { left < $0 } }
        var figures = Figures(keys: count, triples: count * count * count, violations: 0)
        for left in 0..<count {
            if isBefore[left][left] { figures.violations += 1 }
            for right in 0..<left where isBefore[left][right] == isBefore[right][left] { figures.violations += 1 }
        }
        for first in 0..<count {
            for second in 0..<count where isBefore[first][second] {
                for third in 0..<count where isBefore[second][third] && !isBefore[first][third] {
                    figures.violations += 1
                }
            }
        }
        return figures
    }
}
