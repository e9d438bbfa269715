import Foundation

/// Runs a body on a thread of its own: a simulation drives its tasks itself and must not block those of the tests.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Result(catching: body)) }
        thread.stackSize = 16 << 20
        thread.start()
    }
}
