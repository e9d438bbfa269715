package import CallDomain

/// Reads what Bolna sends: call webhooks and the answers of its API.
///
/// Every function takes any bytes, never traps, and looks at each byte about once.
package enum BolnaDecoder {
    /// The version of what this decoder can use: raised whenever a body that was kept aside may be usable now, so that
    /// such bodies are tried again.
    package static let version = 1

    /// Reads a webhook's body.
    package static func decodeDelivery(_ body: [UInt8]) -> DecodedDelivery {
        do throws(UnusableBody) {
            return try whole(body) { scanner throws(JSONFault) in
                switch try scanner.peek() {
                case .object:
                    var reader = ExecutionReader()
                    let start = scanner.position
                    try reader.read(&scanner, isWholeBody: true)
                    return delivery(of: &reader, at: start..<scanner.position)
                case .array:
                    var rows = RowsReader()
                    try rows.read(&scanner)
                    return delivery(of: rows)
                default:
                    try scanner.skipValue()
                    return .unusable(.unknownShape, detail: "the body is neither an object nor an array")
                }
            }
        } catch {
            return .unusable(error.reason, detail: error.detail)
        }
    }

    /// Reads the answer of `GET /executions/{id}`: one object with an id.
    package static func decodeExecution(_ body: [UInt8]) throws(UnusableBody) -> DecodedStatement {
        var (reader, range) = try whole(body) { scanner throws(JSONFault) -> (ExecutionReader?, Range<Int>) in
            guard try scanner.peek() == .object else {
                try scanner.skipValue()
                return (nil, 0..<0)
            }
            var reader = ExecutionReader()
            let start = scanner.position
            try reader.read(&scanner, isWholeBody: false)
            return (reader, start..<scanner.position)
        }
        guard let statement = try reader?.statement(at: range) else {
            throw UnusableBody(.unknownShape, "the answer is no object")
        }
        return statement
    }

    /// Reads the answer of `POST /call`, `{message, status, execution_id}`, as a statement about the new call.
    package static func decodeDialAnswer(_ body: [UInt8]) throws(UnusableBody) -> Statement {
        try decodeExecution(body).statement
    }

    /// Lends the body to a reader and sees to it that nothing follows what it passed.
    static func whole<Value>(
        _ body: [UInt8], _ read: (inout JSONScanner) throws(JSONFault) -> Value
    ) throws(UnusableBody) -> Value {
        let result = body.withUnsafeBytes { bytes -> Result<Value, JSONFault> in
            var scanner = JSONScanner(bytes)
            do throws(JSONFault) {
                let value = try read(&scanner)
                try scanner.end()
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let value): return value
        case .failure(let fault): throw UnusableBody(fault, length: body.count)
        }
    }
}

// MARK: - What kind of delivery it is

extension BolnaDecoder {
    private static func delivery(of reader: inout ExecutionReader, at range: Range<Int>) -> DecodedDelivery {
        let shape = reader.shape
        // A tool of a pre-call webhook may bring any member, `event` too; such a body has an `id`, a workflow's has none.
        let isWorkflow =
            shape.event == "execution.terminal"
            || !reader.hasID && reader.hasExecutionID && (shape.event != nil || shape.hasWorkflowID)
        if isWorkflow { return .workflow }
        if shape.countsStatuses || !reader.namesCall && (shape.hasBatchID || shape.hasState) { return .batch }
        do throws(UnusableBody) {
            return .observations([try reader.statement(at: range)])
        } catch {
            return .unusable(error.reason, detail: error.detail)
        }
    }

    private static func delivery(of rows: RowsReader) -> DecodedDelivery {
        guard let fault = rows.firstFault else {
            return rows.statements.isEmpty
                ? .unusable(.unknownShape, detail: "the array is empty") : .observations(rows.statements)
        }
        let all = rows.statements.count + rows.unusableRows
        let detail = "\(rows.unusableRows) of \(all) elements cannot be used; of the first of them: \(fault.detail)"
        return rows.statements.isEmpty
            ? .unusable(fault.reason, detail: detail) : .partly(rows.statements, fault.reason, detail: detail)
    }
}

extension UnusableBody {
    /// The fault of a body of some length, in words.
    init(_ fault: JSONFault, length: Int) {
        switch fault.kind {
        case .malformed where length == 0: self.init(.notJSON, "the body is empty")
        case .malformed where fault.offset >= length: self.init(.notJSON, "the body ends in the middle of its JSON")
        case .malformed: self.init(.notJSON, "the body is not JSON from byte \(fault.offset) on")
        case .tooDeep:
            self.init(.unknownShape, "objects and arrays are nested deeper than \(JSONScanner.greatestDepth)")
        case .tooMany:
            self.init(.unknownShape, "there are more than \(JSONScanner.mostItems) members and elements")
        }
    }
}
