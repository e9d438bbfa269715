import CallDomain

/// The newest of the digests that it was given, as many as it has room for.
struct RecentDigests {
    private let most: Int
    private var known: Set<ContentDigest> = []
    /// In the order in which they came, beginning at ``oldest`` once there is no more room.
    private var order: [ContentDigest] = []
    private var oldest = 0

    init(most: Int) { self.most = most }

    /// Remembers a digest, in place of the oldest where there is no room; returns whether it was not remembered before.
    mutating func insert(_ digest: ContentDigest) -> Bool {
        guard known.insert(digest).inserted else { return false }
        if order.count < most {
            order.append(digest)
        } else {
            known.remove(order[oldest])
            order[oldest] = digest
            oldest = (oldest + 1) % most
        }
        return true
    }
}
