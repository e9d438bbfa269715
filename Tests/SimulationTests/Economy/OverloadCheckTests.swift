import Testing

@testable import Simulation

@Suite struct OverloadCheckTests {
    @Test("Accounts of one organization share its budget evenly while more is due than fits it")
    func isFair() {
        let figures = OverloadCheck.run()
        #expect(OverloadCheck.complaint(about: figures) == nil)
        #expect(figures.granted.values.reduce(0, +) > 1_000)
    }

    @Test("An account that gets nothing, a budget that is overdrawn and a person who is sent away are named")
    func findsWhatIsWrong() {
        func complaint(_ granted: [String: Int], budget: Int = 1_000, personsRefused: Int = 0) -> String? {
            OverloadCheck.complaint(about: .init(granted: granted, budget: budget, personsRefused: personsRefused))
        }
        #expect(complaint(["first": 10, "middle": 10]) != nil)
        #expect(complaint(["first": 100, "middle": 100, "last": 50]) != nil)
        let even = ["first": 100, "middle": 101, "last": 99]
        #expect(complaint(even) == nil)
        #expect(complaint(even, budget: 299) != nil)
        #expect(complaint(even, personsRefused: 1) != nil)
    }
}
