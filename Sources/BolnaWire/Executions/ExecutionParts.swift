internal import CallDomain

/// What is read of `telephony_data`.
struct TelephonyData {
    var duration: Reading<Double> = .empty
    var toNumber: Reading<String> = .empty
    var fromNumber: Reading<String> = .empty
    var recordingURL: Reading<String> = .empty
    var providerCallID: Reading<String> = .empty
    var direction: Reading<String> = .empty
    var provider: Reading<String> = .empty
    var hangupBy: Reading<String> = .empty
    var hangupReason: Reading<String> = .empty
    var hangupProviderCode: Reading<Double> = .empty
    var hangupCode: Reading<Double> = .empty
    /// Whether it was something else than an object.
    var isUnreadable = false

    init() {}

    init(_ scanner: inout JSONScanner) throws(JSONFault) {
        guard try scanner.peek() == .object else {
            isUnreadable = try scanner.skipUnlessEmpty()
            return
        }
        try scanner.openObject()
        var isFirst = true
        while let name = try scanner.nextMember(isFirst: &isFirst) {
            switch TelephonyName.table.find(name, in: scanner) {
            case .duration: duration = try scanner.readNumber()
            case .toNumber: toNumber = try scanner.readText()
            case .fromNumber: fromNumber = try scanner.readText()
            case .recordingURL: recordingURL = try scanner.readText()
            case .providerCallID: providerCallID = try scanner.readText()
            case .callType: direction = try scanner.readText().map { $0.lowercased() }
            case .provider: provider = try scanner.readText()
            case .hangupBy: hangupBy = try scanner.readText()
            case .hangupReason: hangupReason = try scanner.readText()
            case .hangupProviderCode: hangupProviderCode = try scanner.readNumber()
            case .hangupCode: hangupCode = try scanner.readNumber()
            case nil: try scanner.skipValue()
            }
        }
    }
}

/// What is read of `context_details`.
struct ContextDetails {
    var recipientData: Reading<String> = .empty
    var recipientPhoneNumber: Reading<String> = .empty
    /// Whether it was something else than an object.
    var isUnreadable = false

    init() {}

    init(_ scanner: inout JSONScanner) throws(JSONFault) {
        guard try scanner.peek() == .object else {
            isUnreadable = try scanner.skipUnlessEmpty()
            return
        }
        try scanner.openObject()
        var isFirst = true
        while let name = try scanner.nextMember(isFirst: &isFirst) {
            switch ContextName.table.find(name, in: scanner) {
            case .recipientData: recipientData = try scanner.readContainer()
            case .recipientPhoneNumber: recipientPhoneNumber = try scanner.readText()
            case nil: try scanner.skipValue()
            }
        }
    }
}

extension RetryPolicy {
    /// The most statuses and the most intervals that are taken.
    static let mostListed = 16

    /// Reads `retry_config`; nil where it is no object.
    init?(json: String) {
        var json = json
        let policy = json.withUTF8 { utf8 -> RetryPolicy? in
            var scanner = JSONScanner(UnsafeRawBufferPointer(utf8))
            return try? RetryPolicy(&scanner)
        }
        guard let policy else { return nil }
        self = policy
    }

    private init(_ scanner: inout JSONScanner) throws(JSONFault) {
        self.init(isEnabled: false)
        try scanner.openObject()
        var isFirst = true
        while let name = try scanner.nextMember(isFirst: &isFirst) {
            switch RetryName.table.find(name, in: scanner) {
            case .enabled: isEnabled = try scanner.readFlag().value ?? false
            case .mostRetries: mostRetries = try scanner.readNumber().value.flatMap(Self.count)
            case .statuses: statuses = try Self.statuses(&scanner)
            case .retriesVoicemail: retriesVoicemail = try scanner.readFlag().value ?? false
            case .intervalsMinutes: intervalsMinutes = try Self.intervals(&scanner)
            case nil: try scanner.skipValue()
            }
        }
    }

    private static func statuses(_ scanner: inout JSONScanner) throws(JSONFault) -> Set<CallStatus>? {
        guard try scanner.peek() == .array else {
            try scanner.skipValue()
            return nil
        }
        var statuses: Set<CallStatus> = []
        try scanner.openArray()
        var isFirst = true
        while try scanner.nextElement(isFirst: &isFirst) {
            let status = try scanner.readText().value.flatMap(CallStatus.init(spelling:))
            if let status, statuses.count < mostListed { statuses.insert(status) }
        }
        return statuses
    }

    private static func intervals(_ scanner: inout JSONScanner) throws(JSONFault) -> [Int] {
        guard try scanner.peek() == .array else {
            try scanner.skipValue()
            return []
        }
        var intervals: [Int] = []
        try scanner.openArray()
        var isFirst = true
        while try scanner.nextElement(isFirst: &isFirst) {
            let minutes = try scanner.readNumber().value.flatMap(count)
            if let minutes, intervals.count < mostListed { intervals.append(minutes) }
        }
        return intervals
    }

    /// A count or a number of minutes: whole, not negative, at most a million.
    private static func count(_ number: Double) -> Int? {
        (0...1_000_000).contains(number) ? Int(exactly: number) : nil
    }
}

extension JSONScanner {
    /// The longest id that is taken, in bytes.
    static let longestID = 256

    /// An id: text without control characters, or an integer, kept as its digits.
    mutating func readID() throws(JSONFault) -> Reading<String> {
        switch try peek() {
        case .string:
            return try readText().map { text in
                let isPrintable = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
                return isPrintable && text.utf8.count <= Self.longestID ? text : nil
            }
        case .number:
            let range = try number()
            let isInteger = bytes[range].allSatisfy { (0x30...0x39).contains($0) }
            return isInteger && range.count <= Self.longestID ? .value(raw(range)) : .unreadable
        default: return try emptyOrUnreadable()
        }
    }

    /// A transcript: text, or a list of turns, which is written as lines of `role: text`.
    mutating func readTranscript() throws(JSONFault) -> Reading<String> {
        guard try peek() == .array else { return try readText() }
        var lines = ""
        try openArray()
        var isFirst = true
        while try nextElement(isFirst: &isFirst) {
            guard try peek() == .object else {
                try skipValue()
                continue
            }
            let (role, text) = try readTurn()
            guard let text else { continue }
            lines += "\(role ?? "unknown"): \(text)\n"
        }
        return lines.isEmpty ? .empty : .value(lines)
    }

    private mutating func readTurn() throws(JSONFault) -> (role: String?, text: String?) {
        var role, content, message: String?
        try openObject()
        var isFirst = true
        while let name = try nextMember(isFirst: &isFirst) {
            switch TurnName.table.find(name, in: self) {
            case .role: role = try readText().value
            case .content: content = try readText().value
            case .message: message = try readText().value
            case nil: try skipValue()
            }
        }
        return (role, content ?? message)
    }

    /// `retry_count`: whole, from 0 to what is believed.
    mutating func readRetryCount() throws(JSONFault) -> Reading<Double> {
        try readNumber().map { number in
            (0...Double(Statement.mostRetries)).contains(number) && number == number.rounded() ? number : nil
        }
    }

    /// Passes a value that cannot be taken whatever it is.
    mutating func skipUnreadable() throws(JSONFault) -> Reading<String> {
        try skipValue()
        return .unreadable
    }

    /// Passes a value; whether it was something that cannot be taken, rather than null or empty.
    mutating func skipUnlessEmpty() throws(JSONFault) -> Bool {
        let reading: Reading<Never> = try emptyOrUnreadable()
        if case .unreadable = reading { return true }
        return false
    }
}
