using System.Diagnostics;
using System.Text;

namespace VsanEmu.Cli.Tests;

/// <summary>The command as a process of its own.</summary>
internal sealed class Vsanemu : IDisposable
{
    // A run behind a server takes a minute where nothing else does.
    private static readonly TimeSpan LongestLife = 3 * Eventually.Limit;

    private readonly StringBuilder _said = new();
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private Vsanemu(Process process)
    {
        _process = process;
        _output = ReadAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public static Vsanemu Start(params string[] arguments) => new(Process.Start(
        new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "vsanemu"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);

    /// <summary>Sends SIGTERM.</summary>
    public void Terminate() => Signal.Send(_process, "TERM");

    /// <summary>Waits until it has said something.</summary>
    public Task SaysAsync(string what) => Eventually.UntilAsync(() => Said().Contains(what, StringComparison.Ordinal), () => $"'{what}' in:\n{Said()}");

    /// <summary>Waits for its end.</summary>
    public async Task<(int Code, string Output, string Error)> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(LongestLife);
        return (_process.ExitCode, await _output, await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private async Task<string> ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            lock (_said) _said.Append(line).Append('\n');
        return Said();
    }

    private string Said()
    {
        lock (_said) return $"{_said}";
    }
}
