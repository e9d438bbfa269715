extension PathHealth {
    private static let formVersion: UInt8 = 2
    /// The form without the time of the last webhook.
    private static let firstForm: UInt8 = 1

    /// What to keep over a restart: the state, when time was last seen to pass, and the counted changes. What waits for
    /// its webhook is not kept: that webhook may have come while nobody listened.
    package var record: [UInt8] {
        // What is counted while nothing was ever heard says nothing later.
        let results = state == .unproven ? [] : results
        var writer = BinaryWriter(version: Self.formVersion, capacity: 16 + results.count * 9)
        writer.write(byte: state.rawValue)
        writer.write(optional: seenAt) { $0.write($1) }
        writer.write(optional: heardAt) { $0.write($1) }
        writer.write(count: results.count)
        for result in results {
            writer.write(result.at)
            writer.write(result.hasArrived)
        }
        return writer.bytes
    }

    /// Takes up what ``record`` kept; nil where the bytes are none.
    package init?(record: [UInt8], scale: Double = 1) {
        do {
            let isFirstForm = record.first == Self.firstForm
            var reader = try BinaryReader(record, version: isFirstForm ? Self.firstForm : Self.formVersion)
            guard let state = PathState(rawValue: try reader.byte()) else { return nil }
            let seenAt = try reader.optionalTime()
            let heardAt = isFirstForm ? nil : try reader.optionalTime()
            let count = try reader.count()
            guard count <= Self.mostResults, state != .unproven || count == 0 else { return nil }
            var results: [Result] = []
            for _ in 0..<count {
                results.append(Result(at: try reader.time(), hasArrived: try reader.flag()))
            }
            try reader.end()
            self.init(state: state, results: results, seenAt: seenAt, heardAt: heardAt, scale: scale)
        } catch {
            return nil
        }
    }
}
