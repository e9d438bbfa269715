import CallDomain
import Testing

@Suite struct CanonicalKeyTests {
    /// Keys that differ in every part, also in pairs of parts that pull in opposite directions.
    static let keys: [CanonicalKey] = {
        let digests = [ContentDigest(words: (0, 0, 0, 1)), ContentDigest(words: (1, 0, 0, 0))]
        var observations: [ObservationKey] = []
        for digest in digests {
            observations += [
                ObservationKey(source: .webhook, trust: .addressed, standing: .applied, digest: digest),
                ObservationKey(source: .webhook, trust: .addressed, standing: .hint, digest: digest),
                ObservationKey(source: .poll, trust: .authoritative, standing: .applied, digest: digest),
                ObservationKey(source: .dial, trust: .authoritative, standing: .applied, digest: digest),
            ]
        }
        var keys: [CanonicalKey] = []
        for attempt in 0...1 {
            for step in [-1, 10] {
                for generation in 0...1 {
                    for time in [Timestamp.distantPast, Timestamp(second: 7)] {
                        for observation in observations.prefix(attempt == 0 ? 8 : 3) {
                            keys.append(
                                CanonicalKey(
                                    attempt: attempt, step: step, generation: generation, updatedAt: time,
                                    observation: observation))
                        }
                    }
                }
            }
        }
        return keys
    }()

    @Test("Of two distinct keys exactly one sorts first, and no key sorts before itself")
    func isTrichotomous() {
        for (index, left) in Self.keys.enumerated() {
            #expect(!(left < left))
            let bad = Self.keys.enumerated().filter { other, right in
                other != index && ((left < right) == (right < left) || left == right)
            }
            #expect(bad.isEmpty)
        }
    }

    @Test("The order is transitive over all triples")
    func isTransitive() {
        let keys = Self.keys
        let isBefore = keys.map { left in keys.map { left < $0 } }
        var broken = 0
        for first in keys.indices {
            for second in keys.indices where isBefore[first][second] {
                for third in keys.indices where isBefore[second][third] && !isBefore[first][third] { broken += 1 }
            }
        }
        #expect(broken == 0)
    }

    @Test("Attempt goes before step, step before generation, generation before time, time before trust, then digest")
    func comparesPartByPart() {
        let low = ObservationKey(
            source: .poll, trust: .signed, standing: .applied, digest: ContentDigest(words: (9, 9, 9, 9)))
        let high = ObservationKey(
            source: .webhook, trust: .authoritative, standing: .applied, digest: ContentDigest(words: (0, 0, 0, 0)))
        func key(_ attempt: Int, _ step: Int, _ generation: Int, _ second: Int, _ key: ObservationKey) -> CanonicalKey {
            CanonicalKey(
                attempt: attempt, step: step, generation: generation, updatedAt: Timestamp(second: second),
                observation: key)
        }
        #expect(key(0, 10, 9, 9, high) < key(1, 0, 0, 0, low))
        #expect(key(0, 8, 9, 9, high) < key(0, 10, 0, 0, low))
        #expect(key(0, 8, 1, 9, high) < key(0, 8, 2, 0, low))
        #expect(key(0, 8, 1, 8, high) < key(0, 8, 1, 9, low))
        #expect(key(0, 8, 1, 8, low) < key(0, 8, 1, 8, high))
    }
}
