extension Timestamp {
    /// Writes the time in UTC, like `2026-03-04T09:15:08.112Z`. Digits of a second that are not asked for are cut, not
    /// rounded. Years outside 0…9999 are written with a sign and six digits, as ECMAScript does.
    ///
    /// - Parameters:
    ///   - fractionDigits: Digits of a second, 0 to 6.
    ///   - zone: How UTC is spelled: `Z` or `+00:00`.
    package func iso8601(fractionDigits: Int = 3, zone: String = "Z") -> String {
        var (seconds, micros) = rawValue.quotientAndRemainder(dividingBy: 1_000_000)
        if micros < 0 { (seconds, micros) = (seconds - 1, micros + 1_000_000) }
        var (days, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        if second < 0 { (days, second) = (days - 1, second + 86_400) }
        let (year, month, day) = Self.civil(fromDays: days)

        var text: [UInt8] = []
        text.reserveCapacity(32)
        if (0...9999).contains(year) {
            text.append(decimal: year, width: 4)
        } else {
            text.append(UInt8(ascii: year < 0 ? "-" : "+"))
            text.append(decimal: abs(year), width: 6)
        }
        text.append(UInt8(ascii: "-"))
        text.append(decimal: month, width: 2)
        text.append(UInt8(ascii: "-"))
        text.append(decimal: day, width: 2)
        text.append(UInt8(ascii: "T"))
        text.append(decimal: second / 3600, width: 2)
        text.append(UInt8(ascii: ":"))
        text.append(decimal: second / 60 % 60, width: 2)
        text.append(UInt8(ascii: ":"))
        text.append(decimal: second % 60, width: 2)
        let digits = min(max(fractionDigits, 0), 6)
        if digits > 0 {
            text.append(UInt8(ascii: "."))
            for _ in digits..<6 { micros /= 10 }
            text.append(decimal: micros, width: digits)
        }
        text.append(contentsOf: zone.utf8)
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads an ISO 8601 time; see ``init(iso8601Bytes:)``.
    package init?(iso8601 text: String) {
        var text = text
        let time = text.withUTF8 { Timestamp(iso8601Bytes: UnsafeRawBufferPointer($0)) }
        guard let time else { return nil }
        self = time
    }

    /// Reads an ISO 8601 time, or returns nil where it is none.
    ///
    /// Understood are a date alone (its midnight), `T`, `t` or a blank before the time, seconds left out, a fraction of any
    /// length (cut to six digits), and `Z`, `+05:30`, `+0530`, `+05` or nothing as zone: Bolna's times without a zone are
    /// UTC (seen in captures, January 2026).
    package init?(iso8601Bytes bytes: UnsafeRawBufferPointer) {
        var reader = TimeReader(bytes: bytes)
        guard let time = reader.read() else { return nil }
        self = time
    }

    /// The civil date of a day, counted from 1970-01-01, in the proleptic Gregorian calendar: Howard Hinnant's
    /// `civil_from_days` (howardhinnant.github.io/date_algorithms.html).
    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

/// Reads one time from the start to the end of some bytes.
private struct TimeReader {
    let bytes: UnsafeRawBufferPointer
    var position = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func read() -> Timestamp? {
        guard let year = digits(4), take("-"), let month = digits(2), take("-"), let day = digits(2),
            (1...12).contains(month), (1...Self.length(ofMonth: month, year: year)).contains(day)
        else { return nil }
        var micros = Self.days(year: year, month: month, day: day) * 86_400_000_000
        if position < bytes.count {
            guard take("T") || take("t") || take(" "), let hour = digits(2), hour < 24, take(":"),
                let minute = digits(2), minute < 60
            else { return nil }
            micros += (hour * 60 + minute) * 60_000_000
            if take(":") {
                // A leap second is read as the second after it.
                guard let second = digits(2), second <= 60 else { return nil }
                micros += second * 1_000_000
                if take(".") || take(",") {
                    guard let fraction = fraction() else { return nil }
                    micros += fraction
                }
            }
            guard let offset = offset() else { return nil }
            micros -= offset * 60_000_000
        }
        return position == bytes.count && Self.years.contains(micros) ? Timestamp(rawValue: micros) : nil
    }

    /// The years 0 to 9999, in microseconds. A zone can lead out of them, to times that could be written only in another
    /// form.
    private static let years: ClosedRange<Int64> = -62_167_219_200_000_000...253_402_300_799_999_999

    /// The zone's offset in minutes; nothing is UTC.
    private mutating func offset() -> Int64? {
        if position == bytes.count || take("Z") || take("z") { return 0 }
        let sign: Int64
        if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
        guard let hours = digits(2), hours < 24 else { return nil }
        if position == bytes.count { return sign * hours * 60 }
        _ = take(":")
        guard let minutes = digits(2), minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }

    /// At least one digit, as microseconds; those after the sixth are dropped.
    private mutating func fraction() -> Int64? {
        var value: Int64 = 0
        var unit: Int64 = 100_000
        let start = position
        while position < bytes.count, let digit = Self.digit(bytes[position]) {
            value += digit * unit
            unit /= 10
            position += 1
        }
        return position > start ? value : nil
    }

    /// Exactly this many digits.
    private mutating func digits(_ count: Int) -> Int64? {
        guard bytes.count - position >= count else { return nil }
        var value: Int64 = 0
        for offset in 0..<count {
            guard let digit = Self.digit(bytes[position + offset]) else { return nil }
            value = value * 10 + digit
        }
        position += count
        return value
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private static func digit(_ byte: UInt8) -> Int64? {
        (0x30...0x39).contains(byte) ? Int64(byte - 0x30) : nil
    }

    private static func length(ofMonth month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01: Howard Hinnant's `days_from_civil`.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

extension [UInt8] {
    /// Appends a number that is not negative, with zeros before it up to a width.
    fileprivate mutating func append(decimal value: Int64, width: Int) {
        let digits = String(value).utf8
        for _ in 0..<Swift.max(0, width - digits.count) { append(UInt8(ascii: "0")) }
        append(contentsOf: digits)
    }
}
