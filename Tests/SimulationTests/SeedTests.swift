import Testing

@testable import Simulation

@Suite struct SeedTests {
    @Test func keepsItsNumber() { #expect(Seed(rawValue: 7).rawValue == 7) }
}
