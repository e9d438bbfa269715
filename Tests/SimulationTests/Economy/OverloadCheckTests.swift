import Testing

@testable import Simulation

@Suite struct OverloadCheckTests {
    @Test("Accounts of one organization share its budget evenly while more is due than fits it")
    func isFair() {
        let granted = OverloadCheck.run()
        #expect(OverloadCheck.complaint(about: granted) == nil)
        #expect(granted.values.reduce(0, +) > 1_000)
    }

    @Test("An account that gets nothing is named")
    func findsStarvation() {
        #expect(OverloadCheck.complaint(about: ["first": 10, "middle": 10]) != nil)
        #expect(OverloadCheck.complaint(about: ["first": 100, "middle": 100, "last": 50]) != nil)
        #expect(OverloadCheck.complaint(about: ["first": 100, "middle": 101, "last": 99]) == nil)
    }
}
