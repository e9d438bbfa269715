/// A point of wall-clock time, in microseconds since 1970-01-01T00:00:00Z: the resolution of Bolna's own timestamps.
package struct Moment: Comparable, Hashable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    package var microseconds: Int64

    /// A moment from microseconds since 1970-01-01T00:00:00Z.
    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// A moment from seconds since 1970-01-01T00:00:00Z.
    package init(seconds: Int64) {
        microseconds = seconds * 1_000_000
    }

    /// Whether one moment is before another.
    package static func < (left: Moment, right: Moment) -> Bool {
        left.microseconds < right.microseconds
    }

    /// The moment that many microseconds later.
    package static func + (moment: Moment, microseconds: Int64) -> Moment {
        Moment(microseconds: moment.microseconds + microseconds)
    }

    /// The microseconds from the right moment to the left one.
    package static func - (left: Moment, right: Moment) -> Int64 {
        left.microseconds - right.microseconds
    }
}

extension Moment {
    /// How Bolna spells a time; it does so in several ways.
    enum Spelling {
        /// `2026-03-04T09:15:08.112233`: execution bodies. There is no zone; it is UTC.
        case zoneless
        /// `2026-03-04T09:15:08.112233+00:00`: rows of lists.
        case offset
        /// `2026-03-04T09:15:08Z`: retry fields.
        case zulu
    }

    /// The moment as ISO 8601 text in UTC.
    func text(_ spelling: Spelling = .zoneless) -> String {
        let (seconds, fraction) = microseconds.flooredDivision(by: 1_000_000)
        let (days, secondOfDay) = seconds.flooredDivision(by: 86_400)
        let date = CivilDate(daysSince1970: days)
        var text = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T"
        text += "\(padded(secondOfDay / 3600, 2)):\(padded(secondOfDay / 60 % 60, 2)):\(padded(secondOfDay % 60, 2))"
        switch spelling {
        case .zoneless: return text + ".\(padded(fraction, 6))"
        case .offset: return text + ".\(padded(fraction, 6))+00:00"
        case .zulu: return text + "Z"
        }
    }

    /// Reads `YYYY-MM-DDThh:mm:ss`, with or without a fraction and a zone. A time without a zone is UTC.
    package init?(text: some StringProtocol) {
        var rest = Substring(text)
        guard let year = rest.takeNumber(digits: 4), rest.take("-"), let month = rest.takeNumber(digits: 2),
            rest.take("-"), let day = rest.takeNumber(digits: 2), (1...12).contains(month), (1...31).contains(day),
            rest.take("T") || rest.take(" "), let hour = rest.takeNumber(digits: 2), rest.take(":"),
            let minute = rest.takeNumber(digits: 2), rest.take(":"), let second = rest.takeNumber(digits: 2),
            hour < 24, minute < 60, second < 60
        else { return nil }
        var fraction: Int64 = 0
        if rest.take(".") {
            var digits = ""
            while let digit = rest.first, digit.isASCII, digit.isNumber {
                if digits.count < 6 { digits.append(digit) }
                rest.removeFirst()
            }
            guard let value = Int64(digits + String(repeating: "0", count: 6 - digits.count)) else { return nil }
            fraction = value
        }
        guard let offset = rest.takeZone(), rest.isEmpty else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }
}

extension Substring {
    fileprivate mutating func take(_ character: Character) -> Bool {
        guard first == character else { return false }
        removeFirst()
        return true
    }

    fileprivate mutating func takeNumber(digits: Int) -> Int64? {
        let head = prefix(digits)
        guard head.count == digits, head.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        removeFirst(digits)
        return Int64(head)
    }

    /// The offset from UTC in seconds; nothing and `Z` are zero.
    fileprivate mutating func takeZone() -> Int64? {
        if isEmpty || take("Z") { return 0 }
        // An unescaped `+` in a query arrives as a blank where a client or proxy decodes it as a form.
        let sign: Int64 = first == "-" ? -1 : 1
        guard take("+") || take("-") || take(" ") else { return nil }
        guard let hours = takeNumber(digits: 2) else { return nil }
        _ = take(":")
        guard let minutes = isEmpty ? 0 : takeNumber(digits: 2) else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}

/// A day of the proleptic Gregorian calendar; the arithmetic counts years from March, so that a leap day ends one.
private struct CivilDate {
    var year: Int64
    var month: Int64
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSince1970: Int64) {
        let (era, dayOfEra) = (daysSince1970 + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shiftedYear.flooredDivision(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
