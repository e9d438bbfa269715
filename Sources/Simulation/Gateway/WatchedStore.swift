import CallDomain

/// The writing half of the store as one gateway sees it: the simulation may let a commit fail, or kill the gateway
/// before or after it, and learns of each commit that succeeded.
final class WatchedStore: JournalStore {
    private let store: any JournalStore
    private let world: SimulatedWorld
    private let gateway: Int

    init(_ store: any JournalStore, world: SimulatedWorld, gateway: Int) {
        self.store = store
        self.world = world
        self.gateway = gateway
    }

    func apply(_ batch: [JournalEntry]) throws(StoreError) -> [JournalReceipt] {
        if let failure = world.beginCommit(of: batch, by: gateway) { throw failure }
        let batch = world.poisoned(batch)
        let receipts = try store.apply(batch)
        world.endCommit(of: batch, receipts: receipts, by: gateway)
        if let failure = world.unclearCommit() { throw failure }
        return receipts
    }
}
