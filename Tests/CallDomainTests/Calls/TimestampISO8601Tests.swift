import CallDomain
import Testing

@Suite("Timestamp, ISO 8601")
struct TimestampISO8601Tests {
    @Test(
        "Every form that is seen is read",
        arguments: [
            ("2026-03-04T09:15:08.112233", 1_772_615_708_112_233), ("2026-03-04T09:15:08Z", 1_772_615_708_000_000),
            ("2026-03-04T09:15:08.112233+00:00", 1_772_615_708_112_233),
            ("2026-03-04T14:45:08+05:30", 1_772_615_708_000_000),
            ("2026-03-04T14:45:08+0530", 1_772_615_708_000_000), ("2026-03-04T04:15:08-05", 1_772_615_708_000_000),
            ("2026-03-04 09:15:08", 1_772_615_708_000_000), ("2026-03-04t09:15:08z", 1_772_615_708_000_000),
            ("2026-03-04T09:15", 1_772_615_700_000_000), ("2026-03-04", 1_772_582_400_000_000),
            ("2026-03-04T09:15:08.1", 1_772_615_708_100_000), ("2026-03-04T09:15:08,5Z", 1_772_615_708_500_000),
            ("2026-03-04T09:15:08.1122334455667788990011", 1_772_615_708_112_233), ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59.999999Z", -1), ("2024-02-29", 1_709_164_800_000_000),
            ("0001-01-01", -62_135_596_800_000_000),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999), ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),
            ("2000-02-29T00:00:00-23:59", 951_868_740_000_000),
        ] as [(String, Int64)])
    func read(text: String, micros: Int64) {
        #expect(Timestamp(iso8601: text)?.rawValue == micros)
    }

    @Test(
        "Nonsense is not read",
        arguments: [
            "", " ", "yesterday", "2026", "2026-03", "2026-3-4", "2026-13-01", "2026-00-01", "2026-02-30", "2023-02-29",
            "1900-02-29", "2026-04-31", "2026-03-04T", "2026-03-04T9:15", "2026-03-04T24:00", "2026-03-04T09:60",
            "2026-03-04T09:15:61", "2026-03-04T09:15:08.", "2026-03-04T09:15:08.Z", "2026-03-04T09:15:08+",
            "2026-03-04T09:15:08+5",
            "2026-03-04T09:15:08+05:3", "2026-03-04T09:15:08+24:00", "2026-03-04T09:15:08+05:60",
            "2026-03-04T09:15:08ZZ",
            "2026-03-04T09:15:08 Z", " 2026-03-04", "2026-03-04 ", "20260304T091508Z", "-2026-03-04", "+02026-03-04",
            "２０２６-03-04", "2026/03/04", "1772615708", "2026-03-04T09:15:08é",
            "0000-01-01T00:00+00:01", "9999-12-31T23:59:59-00:01",
        ])
    func nonsense(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test("Times are written in UTC, cut to the digits asked for")
    func write() {
        let time = Timestamp(rawValue: 1_772_615_708_112_999)
        #expect(time.iso8601() == "2026-03-04T09:15:08.112Z")
        #expect(time.iso8601(fractionDigits: 6) == "2026-03-04T09:15:08.112999Z")
        #expect(time.iso8601(fractionDigits: 0, zone: "+00:00") == "2026-03-04T09:15:08+00:00")
        #expect(time.iso8601(fractionDigits: 99) == time.iso8601(fractionDigits: 6))
        #expect(time.iso8601(fractionDigits: -1) == time.iso8601(fractionDigits: 0))
        #expect(Timestamp(rawValue: -1).iso8601(fractionDigits: 6) == "1969-12-31T23:59:59.999999Z")
    }

    @Test("The ends of time are written without trapping")
    func extremes() {
        #expect(Timestamp.distantPast.iso8601() == "-290308-12-21T19:59:05.224Z")
        #expect(Timestamp.distantFuture.iso8601() == "+294247-01-10T04:00:54.775Z")
        #expect(Timestamp(seconds: -62_167_219_201).iso8601(fractionDigits: 0) == "-000001-12-31T23:59:59Z")
        #expect(Timestamp(seconds: 253_402_300_800).iso8601(fractionDigits: 0) == "+010000-01-01T00:00:00Z")
    }

    @Test("What is written is read back, for days all over four centuries")
    func roundTrip() {
        for step in 0..<20_000 {
            let time = Timestamp(rawValue: -3_000_000_000_000_000 + Int64(step) * 800_000_123_457)
            #expect(Timestamp(iso8601: time.iso8601(fractionDigits: 6)) == time)
        }
    }
}
