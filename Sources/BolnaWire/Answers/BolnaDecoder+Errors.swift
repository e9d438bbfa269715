extension BolnaDecoder {
    /// The longest text taken from an error's body, in bytes.
    package static let longestErrorText = 200

    /// What an error's body says, as one line of at most ``longestErrorText`` bytes. Words with several digits, or with `@`,
    /// are left out: numbers, addresses and ids may be a person's.
    ///
    /// Bolna documents `{error, message}` with a number as error; seen were also `{message}`, `{detail}`, `{error}` with
    /// text, a list of details, empty bodies and bodies that are no JSON (official clients, August 2026).
    package static func decodeErrorBody(_ body: [UInt8]) -> String {
        guard !body.isEmpty else { return "Bolna gave no reason" }
        let texts = try? whole(body) { scanner throws(JSONFault) in try ErrorTexts(&scanner) }
        guard let texts else { return "Bolna's answer is no JSON" }
        guard let text = texts.best else { return "Bolna gave no reason" }
        let safe = withoutPersonalData(text)
        return safe.isEmpty ? "Bolna gave no reason" : safe
    }

    /// The words of a text that can hardly be a person's number, address or id; cut at ``longestErrorText``.
    private static func withoutPersonalData(_ text: String) -> String {
        var line = ""
        let words = text.unicodeScalars.prefix(4 * longestErrorText).split {
            $0.properties.isWhitespace || $0.value < 0x20 || $0.value == 0x7F
        }
        for word in words {
            let digits = word.count { $0.properties.numericType != nil }
            let isSuspect = digits >= 4 || word.contains("@")
            let part = (line.isEmpty ? "" : " ") + (isSuspect ? "…" : String(word))
            guard line.utf8.count + part.utf8.count <= longestErrorText else { break }
            line += part
        }
        return line
    }
}

/// What an error's body may say, by the member that says it.
private struct ErrorTexts {
    var message: String?
    var detail: String?
    var error: String?

    private enum Name: String, CaseIterable {
        case message
        case detail
        case error
        case msg

        static let table = NameTable<Name>()
    }

    /// The most telling text.
    var best: String? { message ?? detail ?? error }

    init(_ scanner: inout JSONScanner) throws(JSONFault) {
        switch try scanner.peek() {
        case .object: try readObject(&scanner)
        case .array: try readFirst(&scanner)
        case .string: message = try scanner.readText().value
        default: try scanner.skipValue()
        }
    }

    private mutating func readObject(_ scanner: inout JSONScanner) throws(JSONFault) {
        try scanner.openObject()
        var isFirst = true
        while let name = try scanner.nextMember(isFirst: &isFirst) {
            switch Name.table.find(name, in: scanner) {
            case .message, .msg: message = try ErrorTexts(&scanner).best
            case .detail: detail = try ErrorTexts(&scanner).best
            case .error: error = try ErrorTexts(&scanner).best
            case nil: try scanner.skipValue()
            }
        }
    }

    /// A list of details: the first one stands for all.
    private mutating func readFirst(_ scanner: inout JSONScanner) throws(JSONFault) {
        try scanner.openArray()
        var isFirst = true
        while try scanner.nextElement(isFirst: &isFirst) {
            if message == nil { message = try ErrorTexts(&scanner).best } else { try scanner.skipValue() }
        }
    }
}
