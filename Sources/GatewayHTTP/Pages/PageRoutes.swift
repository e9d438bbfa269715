/// The pages for people, and what they load.
struct PageRoutes: Sendable {
    private let dependencies: GatewayDependencies

    init(dependencies: GatewayDependencies) { self.dependencies = dependencies }

    /// Fixed addresses come before those with a call's id in their place.
    var routes: [Route] {
        AssetRoutes.routes + SignInRoutes(dependencies: dependencies).routes
            + CallExports(dependencies: dependencies).routes + DialPages(dependencies: dependencies).routes
            + PayloadPages(dependencies: dependencies).routes + CallPages(dependencies: dependencies).routes
            + ReportPages(dependencies: dependencies).routes
            + QuarantinePages(dependencies: dependencies).routes + HealthPages(dependencies: dependencies).routes
            + AccountPages.routes(dependencies: dependencies)
    }
}
