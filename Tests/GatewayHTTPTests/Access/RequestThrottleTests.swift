import CallDomain
import GatewayService
import Synchronization
import Testing

@testable import GatewayHTTP

@Suite("RequestQuota")
struct RequestQuotaTests {
    private static let window = Duration.seconds(60)
    private static let start = Timestamp(seconds: 1_000)

    @Test("So many at once, then one for each even share of the window")
    func takes() {
        var quota = RequestQuota(at: Self.start)
        for left in (0..<6).reversed() {
            let answer = quota.take(most: 6, window: Self.window, at: Self.start)
            #expect(answer == RequestQuota.Answer(left: left, whole: .seconds(10 * (6 - left)), wait: nil))
        }
        let refused = quota.take(most: 6, window: Self.window, at: Self.start)
        #expect(refused == RequestQuota.Answer(left: 0, whole: .seconds(60), wait: .seconds(10)))
        let early = Self.start.advanced(by: .milliseconds(9_999))
        #expect(quota.take(most: 6, window: Self.window, at: early).wait == .milliseconds(1))
        let later = Self.start.advanced(by: .seconds(10))
        #expect(quota.take(most: 6, window: Self.window, at: later).wait == nil)
        #expect(quota.take(most: 6, window: Self.window, at: later).wait == .seconds(10))
    }

    @Test("A refused request costs nothing, and a look costs nothing")
    func refusalsAreFree() {
        var quota = RequestQuota(at: Self.start)
        _ = quota.take(most: 1, window: Self.window, at: Self.start)
        for _ in 0..<1_000 { _ = quota.take(most: 1, window: Self.window, at: Self.start) }
        #expect(quota.wait(most: 1, window: Self.window, at: Self.start) == .seconds(60))
        let later = Self.start.advanced(by: .seconds(60))
        #expect(quota.wait(most: 1, window: Self.window, at: later) == nil)
        #expect(quota.take(most: 1, window: Self.window, at: later).wait == nil)
    }

    @Test("A clock that is set back prolongs no wait beyond one window")
    func clockBack() {
        var quota = RequestQuota(at: Self.start)
        for _ in 0..<6 { _ = quota.take(most: 6, window: Self.window, at: Self.start) }
        let before = Self.start.advanced(by: .seconds(-86_400))
        #expect(quota.wait(most: 6, window: Self.window, at: before) == .seconds(10))
    }

    @Test("Within any window it is at most twice the quota", arguments: [1, 6, 7, 600, 60_000])
    func bound(most: Int) {
        var quota = RequestQuota(at: Self.start)
        var granted = 0
        for step in 0..<600 {
            let now = Self.start.advanced(by: .milliseconds(step * 100))
            while granted <= 2 * most, quota.take(most: most, window: Self.window, at: now).wait == nil { granted += 1 }
        }
        #expect(granted >= most)
        #expect(granted <= 2 * most)
    }
}

@Suite("RequestThrottle")
struct RequestThrottleTests {
    private static let now = Timestamp(seconds: 1_000)

    private static func principal(_ actor: String, account: AccountID = .default) -> Principal {
        Principal(account: account, scopes: [.read, .check], actor: actor)
    }

    @Test("Keys, users and accounts do not use up each other's quotas")
    func apart() {
        let throttle = RequestThrottle()
        func wait(_ principal: Principal) -> Duration? {
            throttle.take(for: principal, mostPerMinute: 1, scope: .read, at: Self.now).compactMap(\.answer.wait).max()
        }
        #expect(wait(Self.principal("key a")) == nil)
        #expect(wait(Self.principal("key a")) != nil)
        #expect(wait(Self.principal("key b")) == nil)
        #expect(wait(Self.principal("key a", account: AccountID(rawValue: "other"))) == nil)
    }

    @Test("A tenth of the requests may have Bolna asked; those that may not cost none of it")
    func checks() {
        let throttle = RequestThrottle()
        let principal = Self.principal("key a")
        for left in [1, 0] {
            let limits = throttle.take(for: principal, mostPerMinute: 20, scope: .check, at: Self.now)
            #expect(limits.map(\.kind) == [.requests, .checks])
            #expect(limits.last?.answer.left == left)
        }
        let third = throttle.take(for: principal, mostPerMinute: 20, scope: .check, at: Self.now)
        #expect(third.map { $0.answer.wait != nil } == [false, true])
        let read = throttle.take(for: principal, mostPerMinute: 20, scope: .read, at: Self.now)
        #expect(read.map { $0.answer.wait != nil } == [false])
    }

    @Test("Wrong keys are counted by address, those of one IPv6 network together")
    func wrongKeys() {
        let throttle = RequestThrottle(wrongKeysPerMinute: 2)
        func guess(_ address: String) { throttle.countWrongKey(from: address, at: Self.now) }
        guess("203.0.113.7")
        #expect(throttle.blocked("203.0.113.7", at: Self.now) == nil)
        guess("::ffff:203.0.113.7")
        #expect(throttle.blocked("203.0.113.7", at: Self.now) == .seconds(30))
        #expect(throttle.blocked("203.0.113.8", at: Self.now) == nil)
        guess("2001:db8::1")
        guess("2001:db8::2:1")
        #expect(throttle.blocked("2001:db8::3", at: Self.now) != nil)
        #expect(throttle.blocked("2001:db8:0:1::3", at: Self.now) == nil)
        #expect(throttle.blocked("203.0.113.7", at: Self.now.advanced(by: .seconds(30))) == nil)
    }

    @Test("Each request that is refused is told, by the quota that was used up")
    func told() {
        let told = Mutex<[QuotaKind]>([])
        let throttle = RequestThrottle(wrongKeysPerMinute: 1) { kind in told.withLock { $0.append(kind) } }
        let principal = Self.principal("key a")
        for _ in 1...2 { _ = throttle.take(for: principal, mostPerMinute: 6, scope: .check, at: Self.now) }
        #expect(told.withLock { $0 } == [.checks])
        for _ in 1...6 { _ = throttle.take(for: principal, mostPerMinute: 6, scope: .read, at: Self.now) }
        #expect(told.withLock { $0 } == [.checks, .requests, .requests])
        throttle.countWrongKey(from: "203.0.113.7", at: Self.now)
        _ = throttle.blocked("203.0.113.8", at: Self.now)
        #expect(told.withLock { $0.count } == 3)
        _ = throttle.blocked("203.0.113.7", at: Self.now)
        #expect(told.withLock { $0.last } == .wrongKeys)
    }

    @Test("What is remembered is bounded, and who was refused last is forgotten last")
    func bounded() {
        let throttle = RequestThrottle(wrongKeysPerMinute: 1)
        for number in 0..<(RequestThrottle.mostQuotas + 500) {
            let address = "10.\(number >> 16).\(number >> 8 & 0xFF).\(number & 0xFF)"
            throttle.countWrongKey(from: address, at: Self.now.advanced(by: .milliseconds(number)))
        }
        #expect(throttle.count <= RequestThrottle.mostQuotas)
        let end = Self.now.advanced(by: .milliseconds(RequestThrottle.mostQuotas + 500))
        let last = RequestThrottle.mostQuotas + 499
        #expect(throttle.blocked("10.0.\(last >> 8 & 0xFF).\(last & 0xFF)", at: end) != nil)
        #expect(throttle.blocked("10.0.0.0", at: end) == nil)
        // A minute later all quotas are whole again, and one more makes room by forgetting them.
        let later = end.advanced(by: .seconds(120))
        for number in 0...RequestThrottle.mostQuotas {
            throttle.countWrongKey(from: "11.0.\(number >> 8 & 0xFF).\(number & 0xFF)", at: later)
        }
        #expect(throttle.count <= RequestThrottle.mostQuotas)
    }
}
