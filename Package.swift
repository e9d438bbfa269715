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

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")

let package = Package(
    name: "bolna-gateway",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0")
    ],
    targets: [
        .systemLibrary(name: "COpenSSL"),
        .target(name: "CallDomain", swiftSettings: strict),
        .target(name: "BolnaWire", dependencies: ["CallDomain"], swiftSettings: strict),
        .target(name: "WebhookTrust", dependencies: ["CallDomain", "COpenSSL"], swiftSettings: strictWithC),
        .target(name: "SQLiteStore", dependencies: ["CallDomain", grdb], swiftSettings: strict),
        .testTarget(name: "CallDomainTests", dependencies: ["CallDomain"], swiftSettings: strict),
        .testTarget(
            name: "BolnaWireTests", dependencies: ["BolnaWire", "CallDomain"],
            resources: [.copy("Payloads")], swiftSettings: strict),
        .testTarget(
            name: "WebhookTrustTests", dependencies: ["WebhookTrust", "CallDomain"], swiftSettings: strict),
        .testTarget(
            name: "SQLiteStoreTests", dependencies: ["SQLiteStore", "CallDomain", grdb], swiftSettings: strict),
    ]
)
