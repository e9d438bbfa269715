// swift-tools-version: 6.2

import PackageDescription

/// One set of rules for every target: Swift 6 language mode, explicit existentials, visible imports, warnings as errors.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "bolna-gateway",
    platforms: [.macOS(.v15)],
    targets: [
        .target(name: "CallDomain", swiftSettings: strict),
        .testTarget(name: "CallDomainTests", dependencies: ["CallDomain"], swiftSettings: strict),
    ]
)
