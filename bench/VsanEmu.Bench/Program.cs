using BenchmarkDotNet.Running;
using VsanEmu.Bench.Control;

// dotnet run -c Release --project bench/VsanEmu.Bench -- --filter '*' --job short
if (!await TelemetryLoad.RunAsync(args)) BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
