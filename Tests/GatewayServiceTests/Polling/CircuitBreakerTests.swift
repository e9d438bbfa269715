import GatewayService
import Testing

@Suite struct CircuitBreakerTests {
    @Test("It opens when half of the last twenty requests failed, and not before", arguments: [9, 10, 11])
    func opens(failures: Int) {
        var breaker = CircuitBreaker()
        for number in 0..<CircuitBreaker.window { breaker.record(hasFailed: number < failures) }
        #expect(breaker.isOpen == (failures >= 10))
    }

    @Test("Fewer than twenty requests prove nothing")
    func tooFew() {
        var breaker = CircuitBreaker()
        for _ in 1..<CircuitBreaker.window { breaker.record(hasFailed: true) }
        #expect(!breaker.isOpen)
    }

    @Test("While it is open one request passes per tick, and a success closes it")
    func probes() {
        var breaker = CircuitBreaker()
        for _ in 0..<CircuitBreaker.window { breaker.record(hasFailed: true) }
        #expect(breaker.mayPass)
        #expect(breaker.mayPass, "asking sends nothing")
        breaker.passed()
        #expect(!breaker.mayPass)
        breaker.record(hasFailed: true)
        #expect(!breaker.mayPass)
        breaker.tick()
        #expect(breaker.mayPass)
        breaker.passed()
        breaker.record(hasFailed: false)
        #expect(!breaker.isOpen)
        breaker.passed()
        #expect(breaker.mayPass)
    }

    @Test("After closing, old failures are forgotten")
    func forgets() {
        var breaker = CircuitBreaker()
        for _ in 0..<CircuitBreaker.window { breaker.record(hasFailed: true) }
        breaker.record(hasFailed: false)
        for _ in 1..<CircuitBreaker.window { breaker.record(hasFailed: true) }
        #expect(!breaker.isOpen)
    }
}
