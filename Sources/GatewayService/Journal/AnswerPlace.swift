/// Where answers are told that a commit decides: all answers of one commit that are to be told at the same place are told
/// in one go, so that a place is woken once. Two places are the same where they are one object.
package final class AnswerPlace: Sendable {
    private let start: @Sendable (@escaping @Sendable () -> Void) -> Void

    /// A place that runs bodies by a function of the caller's, which must run each body once, in the order in which it got
    /// them.
    package init(start: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) { self.start = start }

    /// Starts a body and returns without waiting for it.
    func run(_ body: @escaping @Sendable () -> Void) { start(body) }
}
