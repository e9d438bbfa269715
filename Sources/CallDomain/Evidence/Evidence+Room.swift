extension Evidence {
    /// How many distinct observations a call may have already where one more of this kind is to be taken. What others
    /// send stops first, then reads of a call under way, so that its end can always be read.
    package static func bound(for key: ObservationKey, status: CallStatus?) -> Int {
        switch key.source {
        case .webhook, .dial, .import: mostBeforeReads
        case .poll, .check, .sweep: status?.isFinal == true ? mostObservations : mostBeforeFinals
        case .ruling: mostObservations
        }
    }
}
