import CallDomain
import Testing

@testable import BolnaClient

@Suite("RetryAfter")
struct RetryAfterTests {
    /// 2026-11-22T00:00:00Z.
    private let receipt = Timestamp(seconds: 1_795_305_600)

    @Test(
        "Seconds and dates become a time to wait from the receipt on",
        arguments: [
            ("0", Duration.zero),
            ("120", .seconds(120)),
            ("  7 ", .seconds(7)),
            ("Sun, 22 Nov 2026 00:00:30 GMT", .seconds(30)),
            ("Sunday, 22-Nov-26 00:00:30 GMT", .seconds(30)),
            ("Sun Nov 22 00:00:30 2026", .seconds(30)),
            ("Sat, 21 Nov 2026 00:00:00 GMT", .zero),
            ("86401", .seconds(86_400)),
            ("99999999999999999999999", .seconds(86_400)),
            ("Sun, 22 Nov 2099 00:00:30 GMT", .seconds(86_400)),
        ])
    func understood(value: String, wait: Duration) {
        #expect(RetryAfter.parse(value, receivedAt: receipt) == wait)
    }

    @Test("What is neither is no time to wait", arguments: ["", " ", "soon", "-1", "1.5", "12 s", "1e3", "NaN"])
    func nonsense(value: String) {
        #expect(RetryAfter.parse(value, receivedAt: receipt) == nil)
    }
}
