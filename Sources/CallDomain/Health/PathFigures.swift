/// How the webhooks of one account and agent fared in the time over which a path is judged.
package struct PathFigures: Hashable, Sendable {
    /// How they fare now.
    package var state: PathState
    /// Changes whose webhook came in time.
    package var arrived: Int
    /// When each webhook was given up that did not come in time.
    package var missed: [Timestamp]
    /// Webhooks that came after they had been given up.
    package var late: Int

    /// Puts figures together.
    package init(state: PathState, arrived: Int, missed: [Timestamp], late: Int) {
        self.state = state
        self.arrived = arrived
        self.missed = missed
        self.late = late
    }

    /// Whether most of what was to come came in time.
    package var fareWell: Bool { arrived > missed.count }
}
