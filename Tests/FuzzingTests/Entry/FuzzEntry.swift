import Foundation

/// The target of this run: the environment names it.
private let target = FuzzTarget.all.first { $0.name == ProcessInfo.processInfo.environment["FUZZ_TARGET"] }

/// What libFuzzer calls once: lists the targets with the longest inputs to try, or writes a target's seeds to a folder, where it is asked to.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_: UnsafeMutableRawPointer, _: UnsafeMutableRawPointer) -> CInt {
    guard let target else {
        for target in FuzzTarget.all { print(target.name, target.readsBodies ? "16384 bodies" : "2048") }
        exit(0)
    }
    guard let folder = ProcessInfo.processInfo.environment["FUZZ_SEEDS"] else { return 0 }
    for (number, seed) in target.seeds.enumerated() {
        guard FileManager.default.createFile(atPath: "\(folder)/\(target.name)-\(number)", contents: Data(seed)) else {
            exit(1)
        }
    }
    exit(0)
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try target?.run(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        fatalError("\(error)")
    }
    return 0
}
