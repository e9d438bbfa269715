/// The pieces that several stored forms share.
extension BinaryWriter {
    /// Statuses by their place, from 1; 0 is followed by a word that is not known. Stored: append, never reorder.
    static let statuses: [CallStatus] = [
        .scheduled, .prepared, .rescheduled, .queued, .initiated, .ringing, .inProgress, .callDisconnected,
        .completed, .busy, .noAnswer, .failed, .error, .canceled, .stopped, .balanceLow,
    ]

    mutating func write(_ status: CallStatus) {
        if case .unknown(let word) = status {
            write(byte: 0)
            write(word)
        } else if let place = Self.statuses.firstIndex(of: status) {
            write(byte: UInt8(place + 1))
        }
    }

    mutating func write(_ value: FieldValue) {
        switch value {
        case .text(let text):
            write(byte: 0)
            write(text)
        case .number(let number):
            write(byte: 1)
            write(number)
        case .flag(let flag):
            write(byte: flag ? 3 : 2)
        case .time(let time):
            write(byte: 4)
            write(time)
        case .json(let json):
            write(byte: 5)
            write(json)
        }
    }

    mutating func write(_ policy: RetryPolicy) {
        write(policy.isEnabled)
        write(policy.retriesVoicemail)
        write(optional: policy.mostRetries) { $0.write($1) }
        write(optional: policy.statuses) { writer, statuses in
            writer.write(count: statuses.count)
            for status in statuses.sorted(by: { $0.word < $1.word }) { writer.write(status) }
        }
        write(count: policy.intervalsMinutes.count)
        for minutes in policy.intervalsMinutes { write(minutes) }
    }
}

extension BinaryReader {
    mutating func status() throws(MalformedBytes) -> CallStatus {
        let place = Int(try byte())
        guard place > 0 else { return .unknown(try text()) }
        guard place <= BinaryWriter.statuses.count else { throw MalformedBytes() }
        return BinaryWriter.statuses[place - 1]
    }

    mutating func field() throws(MalformedBytes) -> CallField {
        guard let field = CallField(rawValue: Int(try byte())) else { throw MalformedBytes() }
        return field
    }

    mutating func fieldValue() throws(MalformedBytes) -> FieldValue {
        switch try byte() {
        case 0: .text(try text())
        case 1: .number(try double())
        case 2: .flag(false)
        case 3: .flag(true)
        case 4: .time(try time())
        case 5: .json(try text())
        default: throw MalformedBytes()
        }
    }

    mutating func retryPolicy() throws(MalformedBytes) -> RetryPolicy {
        let isEnabled = try flag()
        let retriesVoicemail = try flag()
        let mostRetries = try optional { reader throws(MalformedBytes) in try reader.int() }
        let statuses = try optional { reader throws(MalformedBytes) in
            var statuses: Set<CallStatus> = []
            for _ in 0..<(try reader.count()) { statuses.insert(try reader.status()) }
            return statuses
        }
        var intervals: [Int] = []
        for _ in 0..<(try count()) { intervals.append(try int()) }
        return RetryPolicy(
            isEnabled: isEnabled, mostRetries: mostRetries, statuses: statuses, retriesVoicemail: retriesVoicemail,
            intervalsMinutes: intervals)
    }
}
