extension LearnedSamples {
    private static let formVersion: UInt8 = 1

    /// The form in which stores keep samples.
    package var encoded: [UInt8] {
        var writer = BinaryWriter(
            version: Self.formVersion, capacity: 32 + 4 * (newer.counts.count + older.counts.count))
        for batch in [newer, older] {
            writer.write(batch.since)
            writer.write(count: batch.counts.count)
            for count in batch.counts {
                writer.write(count.milliseconds)
                writer.write(count.count)
            }
        }
        writer.write(count: calls.count)
        for call in calls {
            writer.write(call.at)
            writer.write(call.hasArrived)
        }
        return writer.bytes
    }

    /// Reads the stored form; more samples than are ever kept, or none of a length that is kept, are refused.
    package init(encoded: [UInt8]) throws(MalformedBytes) {
        var reader = try BinaryReader(encoded, version: Self.formVersion)
        let newer = try reader.batch()
        let older = try reader.batch()
        let count = try reader.count()
        guard count <= ArtefactHistory.mostCalls else { throw MalformedBytes() }
        var calls: [Call] = []
        for _ in 0..<count { calls.append(Call(at: try reader.time(), hasArrived: try reader.flag())) }
        try reader.end()
        self.init(newer: newer, older: older, calls: calls)
    }
}

extension BinaryReader {
    fileprivate mutating func batch() throws(MalformedBytes) -> LearnedSamples.Batch {
        var batch = LearnedSamples.Batch(since: try time())
        var total = 0
        for _ in 0..<(try count()) {
            let sample = LearnedSamples.Count(milliseconds: try int(), count: try int())
            guard sample.milliseconds >= 0, (1...LearnedSamples.mostInBatch).contains(sample.count) else {
                throw MalformedBytes()
            }
            total += sample.count
            guard total <= LearnedSamples.mostInBatch else { throw MalformedBytes() }
            batch.counts.append(sample)
        }
        return batch
    }
}
