let arguments = Array(CommandLine.arguments.dropFirst())
let rest = Array(arguments.dropFirst())

switch arguments.first {
case "spawn": try SpawnBench.run(rest)
case "read": try ReadBench.run(rest)
case "demo-data": try DemoDataBench.run(rest)
default: print("usage: pfor-bench spawn [ITEMS] [THREADS] | read FILE | demo-data FOLDER")
}
