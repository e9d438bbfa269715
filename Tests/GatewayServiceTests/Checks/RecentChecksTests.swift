import CallDomain
import Testing

@testable import GatewayService

@Suite struct RecentChecksTests {
    private func call(_ number: Int) -> CheckedCall {
        CheckedCall(account: .default, call: CallID(rawValue: "\(number)"))
    }

    @Test("However many calls are checked within their cool-down, few are remembered, the newest among them")
    func bounded() {
        var checks = RecentChecks()
        let many = RecentChecks.most * 3
        for number in 0..<many {
            let wait = checks.check(call(number), cooldown: .seconds(60), now: .at(Double(number) / 1_000))
            #expect(wait == nil)
        }
        #expect(checks.count <= RecentChecks.most)
        let now = Timestamp.at(Double(many) / 1_000)
        let newest = checks.check(call(many - 1), cooldown: .seconds(60), now: now)
        #expect(newest != nil)
        let oldest = checks.check(call(0), cooldown: .seconds(60), now: now)
        #expect(oldest == nil)
    }

    @Test("A clock that was set back cools nothing")
    func setBack() {
        var checks = RecentChecks()
        _ = checks.check(call(1), cooldown: .seconds(5), now: .at(10_000))
        let wait = checks.check(call(1), cooldown: .seconds(5), now: .start)
        #expect(wait == nil)
    }
}
