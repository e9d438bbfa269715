import Testing

@testable import BolnaModel

@Suite("Moment")
struct MomentTests {
    @Test(
        "Times are written and read",
        arguments: [
            (0 as Int64, "1970-01-01T00:00:00.000000"), (951_782_399_999_999, "2000-02-28T23:59:59.999999"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000"), (1_772_615_708_112_233, "2026-03-04T09:15:08.112233"),
            (-1, "1969-12-31T23:59:59.999999"),
        ])
    func spellings(microseconds: Int64, text: String) {
        let moment = Moment(microseconds: microseconds)
        #expect(moment.text() == text)
        #expect(moment.text(.offset) == text + "+00:00")
        #expect(Moment(text: text) == moment)
        #expect(Moment(text: text + "+00:00") == moment)
        #expect(Moment(text: text + "Z") == moment)
        #expect(Moment(text: text + "+05:30") == moment + -19_800_000_000)
        #expect(Moment(text: text + " 05:30") == moment + -19_800_000_000)
    }

    @Test(
        "What is no time is refused",
        arguments: [
            "", "2026", "2026-13-01T00:00:00", "2026-01-01", "2026-01-01T25:00:00", "2026-01-01T00:00:00x",
            "2026-01-01T00:00:00+5", "２０２６-01-01T00:00:00",
        ])
    func refused(text: String) {
        #expect(Moment(text: text) == nil)
    }
}

@Suite("Share")
struct ShareTests {
    @Test(
        "Percentages and fractions are read", arguments: [("30%", 0.3), ("0.3", 0.3), ("100%", 1), ("0", 0), ("1", 1)])
    func read(text: String, value: Double) {
        #expect(Share(text: text)?.value == value)
    }

    @Test("Anything else is refused", arguments: ["", "%", "30", "101%", "-1%", "-0.1", "nan", "x"])
    func refused(text: String) {
        #expect(Share(text: text) == nil)
    }

    @Test("Faults take the shares they are told and leave the others; nothing changes on a mistake")
    func faults() {
        var faults = Faults()
        let isTaken = faults.update(json: Array(#"{"webhook_loss":"30%","rate_5xx":0.1}"#.utf8))
        #expect(isTaken)
        #expect(faults.webhookLoss == 0.3 && faults.serverErrors == 0.1 && faults.slowAnswers == .never)
        for wrong in [#"{"cut":"50%","webhook_loss":2}"#, #"{"cut":0.5,"unknown":1}"#, "[]", "x", #"{"cut":null}"#] {
            let isTaken = faults.update(json: Array(wrong.utf8))
            #expect(!isTaken)
        }
        #expect(faults.webhookLoss == 0.3 && faults.cutAnswers == .never)
    }
}

@Suite("SeededGenerator")
struct SeededGeneratorTests {
    @Test("It is xoshiro256** seeded by SplitMix64")
    func knownValues() {
        var generator = SeededGenerator(seed: 0)
        let numbers = [generator.next(), generator.next(), generator.next()]
        #expect(numbers == [0x99ec_5f36_cb75_f2b4, 0xbf6e_1f78_4956_452a, 0x1a5f_849d_4933_e6e0])
    }

    @Test("Identifiers look like UUIDs of version 4")
    func identifiers() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<100 {
            let parts = generator.identifier().split(separator: "-")
            #expect(parts.map(\.count) == [8, 4, 4, 4, 12])
            #expect(parts[2].first == "4" && "89ab".contains(parts[3].first ?? "x"))
        }
    }
}

@Suite("JSONValue")
struct JSONValueTests {
    @Test(
        "What is read is written the same",
        arguments: [
            #"{"a":[1,2.5,null,true,"x"],"b":{}}"#, #""क्या \"ठीक\" \n\\ \u0001""#, "[]", "-3", "1e+300",
            "9007199254740993",
        ])
    func roundTrip(text: String) {
        #expect(JSONValue(bytes: Array(text.utf8))?.bytes == Array(text.utf8))
    }

    @Test("What is no JSON is refused", arguments: ["", "{", "nope", "{\"a\"}"])
    func refused(text: String) {
        #expect(JSONValue(bytes: Array(text.utf8)) == nil)
    }
}
