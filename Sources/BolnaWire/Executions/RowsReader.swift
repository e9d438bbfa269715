internal import CallDomain

/// Reads an array of execution objects: a webhook that brings several at once.
struct RowsReader {
    /// The most rows that are taken from one array; Bolna's pages have 50 at most.
    static let mostRows = 1000

    /// The rows that make statements.
    private(set) var statements: [DecodedStatement] = []
    /// Why the first of the others makes none.
    private(set) var firstFault: UnusableBody?
    /// How many others there are.
    private(set) var unusableRows = 0

    /// Passes one array.
    mutating func read(_ scanner: inout JSONScanner) throws(JSONFault) {
        try scanner.openArray()
        var isFirst = true
        while try scanner.nextElement(isFirst: &isFirst) {
            guard try scanner.peek() == .object else {
                try scanner.skipValue()
                refuse(UnusableBody(.unknownShape, "an element of the array is no object"))
                continue
            }
            guard statements.count < Self.mostRows else {
                try scanner.skipValue()
                refuse(UnusableBody(.unknownShape, "the array has more than \(Self.mostRows) executions"))
                continue
            }
            let start = scanner.position
            var row = ExecutionReader()
            try row.read(&scanner, isWholeBody: false)
            do throws(UnusableBody) {
                statements.append(try row.statement(at: start..<scanner.position))
            } catch {
                refuse(error)
            }
        }
    }

    private mutating func refuse(_ fault: UnusableBody) {
        unusableRows += 1
        if firstFault == nil { firstFault = fault }
    }
}
