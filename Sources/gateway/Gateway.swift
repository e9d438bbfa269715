import GatewayCommands

/// The program's entry; everything is in GatewayCommands.
@main
enum Gateway {
    static func main() async { await GatewayCommand.runToExit() }
}
