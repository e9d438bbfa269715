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

/// Targets that touch C also have to mark each memory-unsafe expression.
let strictWithC: [SwiftSetting] = strict + [.strictMemorySafety()]

let package = Package(
    name: "bolna-gateway",
    platforms: [.macOS(.v15)],
    targets: [
        .systemLibrary(name: "COpenSSL"),
        .target(name: "CallDomain", swiftSettings: strict),
        .target(name: "BolnaWire", dependencies: ["CallDomain"], swiftSettings: strict),
        .target(name: "WebhookTrust", dependencies: ["CallDomain", "COpenSSL"], swiftSettings: strictWithC),
        .testTarget(name: "CallDomainTests", dependencies: ["CallDomain"], swiftSettings: strict),
        .testTarget(
            name: "BolnaWireTests", dependencies: ["BolnaWire", "CallDomain"],
            resources: [.copy("Payloads")], swiftSettings: strict),
        .testTarget(
            name: "WebhookTrustTests", dependencies: ["WebhookTrust", "CallDomain"], swiftSettings: strict),
    ]
)
