extension Statement {
    private static let formVersion: UInt8 = 1

    /// The form in which stores keep a statement beside its raw bytes.
    package var encoded: [UInt8] {
        var writer = BinaryWriter(version: Self.formVersion, capacity: 512)
        writer.write(executionID.rawValue)
        writer.write(optional: status) { $0.write($1) }
        writer.write(optional: updatedAt) { $0.write($1) }
        writer.write(optional: retryCount) { $0.write($1) }
        writer.write(optional: retryPolicy) { $0.write($1) }
        writer.write(looksPreCall)
        let present = fields.fields
        writer.write(count: present.count)
        for field in present {
            guard let value = fields[field] else { continue }
            writer.write(byte: UInt8(field.rawValue))
            writer.write(value)
        }
        return writer.bytes
    }

    /// Reads the stored form.
    package init(encoded: [UInt8]) throws(MalformedBytes) {
        var reader = try BinaryReader(encoded, version: Self.formVersion)
        let executionID = ExecutionID(rawValue: try reader.text())
        let status = try reader.optional { reader throws(MalformedBytes) in try reader.status() }
        let updatedAt = try reader.optional { reader throws(MalformedBytes) in try reader.time() }
        let retryCount = try reader.optional { reader throws(MalformedBytes) in try reader.int() }
        let retryPolicy = try reader.optional { reader throws(MalformedBytes) in try reader.retryPolicy() }
        let looksPreCall = try reader.flag()
        var fields = FieldSet()
        for _ in 0..<(try reader.count()) { fields[try reader.field()] = try reader.fieldValue() }
        try reader.end()
        self.init(
            executionID: executionID, status: status, updatedAt: updatedAt, retryCount: retryCount,
            retryPolicy: retryPolicy, fields: fields, looksPreCall: looksPreCall)
    }
}
