import CallDomain
import Testing

@testable import GatewayService

@Suite("SampleWindow")
struct SampleWindowTests {
    static let start = Timestamp(seconds: 1_790_000_000)
    static let day = Duration.seconds(86_400)

    static func window(_ lengths: some Sequence<Int>) -> SampleWindow {
        var window = SampleWindow(at: start)
        for length in lengths { window.record(.seconds(length), at: start) }
        return window
    }

    @Test("Of a hundred lengths, ninety-nine percent lie within the ninety-ninth, known to one percent")
    func quantile() throws {
        let found = try #require(Self.window((1...100).shuffled()).within(perMille: 990))
        #expect(found.samples == 100)
        #expect(found.within >= .seconds(99) && found.within < .seconds(100))
        let fine = try #require(Self.window(repeatElement(430, count: 50)).within(perMille: 995))
        #expect(fine.within >= .seconds(430) && fine.within <= .milliseconds(434_300))
        #expect(SampleWindow(at: Self.start).within(perMille: 500) == nil)
    }

    @Test("A single outlier of a thousand does not rule, and no length is beyond a day")
    func bounds() throws {
        var window = Self.window(repeatElement(10, count: 199))
        window.record(.seconds(1_000_000), at: Self.start)
        #expect(try #require(window.within(perMille: 990)).within < .seconds(11))
        #expect(try #require(window.within(perMille: 1_000)).within == Self.day)
        window.record(.seconds(-5), at: Self.start)
        #expect(window.within(perMille: 990)?.samples == 201)
    }

    @Test("When a batch is full, the batch before the last is forgotten: at most a thousand count")
    func full() throws {
        var window = SampleWindow(at: Self.start)
        for _ in 0..<500 { window.record(.seconds(900), at: Self.start) }
        for _ in 0..<500 { window.record(.seconds(10), at: Self.start) }
        #expect(window.within(perMille: 990)?.samples == 1_000)
        #expect(try #require(window.within(perMille: 990)).within >= .seconds(900))
        window.record(.seconds(10), at: Self.start)
        #expect(window.within(perMille: 990)?.samples == 501)
        #expect(try #require(window.within(perMille: 990)).within < .seconds(11))
    }

    @Test("What is older than four weeks is forgotten, what is younger than two is not")
    func age() {
        var window = Self.window(repeatElement(10, count: 60))
        window.age(to: Self.start.advanced(by: Self.day * 13))
        #expect(window.within(perMille: 990)?.samples == 60)
        window.age(to: Self.start.advanced(by: Self.day * 14))
        #expect(window.within(perMille: 990)?.samples == 60)
        window.record(.seconds(10), at: Self.start.advanced(by: Self.day * 15))
        #expect(window.within(perMille: 990)?.samples == 61)
        window.age(to: Self.start.advanced(by: Self.day * 28))
        #expect(window.within(perMille: 990)?.samples == 1)
        window.age(to: Self.start.advanced(by: Self.day * 60))
        #expect(window.within(perMille: 990) == nil)
    }

    @Test("What is stored and taken up again says the same")
    func stored() throws {
        var window = Self.window(repeatElement(430, count: 500))
        for length in 1...120 { window.record(.seconds(length), at: Self.start) }
        let batches = window.batches
        let bytes = LearnedSamples(newer: batches.newer, older: batches.older).encoded
        #expect(bytes.count < 800)
        let again = SampleWindow(try LearnedSamples(encoded: bytes))
        for perMille in [0, 100, 500, 800, 990, 1_000] {
            #expect(again.within(perMille: perMille)?.within == window.within(perMille: perMille)?.within)
        }
        #expect(again.within(perMille: 0)?.samples == 620)
        #expect(again.batches.newer == batches.newer && again.batches.older == batches.older)
    }
}
