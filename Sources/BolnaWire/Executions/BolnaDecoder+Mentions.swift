package import CallDomain

extension BolnaDecoder {
    /// The one call that an unusable body names all the same: a readable id of its object; nil where
    /// there is none, or where it is no object.
    package static func mentionedExecution(in body: [UInt8]) -> ExecutionID? {
        let reader = try? whole(body) { scanner throws(JSONFault) -> ExecutionReader? in
            guard try scanner.peek() == .object else {
                try scanner.skipValue()
                return nil
            }
            var reader = ExecutionReader()
            try reader.read(&scanner, isWholeBody: true)
            return reader
        }
        return reader?.mentionedID.map(ExecutionID.init(rawValue:))
    }
}
