using System.Diagnostics;
using System.Text;

namespace VsanEmu.Scenarios;

/// <summary>What a process says, while it says it.</summary>
internal sealed class Listening
{
    private readonly StringBuilder _said = new();
    private readonly Task _all;

    public Listening(Process process) => _all = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));

    /// <summary>Waits until a line begins with these words.</summary>
    public Task UntilAsync(string words) => Eventually.UntilAsync(() => Said().Split('\n').Any(l => l.StartsWith(words, StringComparison.Ordinal)), () => $"'{words}' in:\n{Said()}");

    /// <summary>All that it said, when it has ended.</summary>
    public async Task<string> AllAsync()
    {
        await _all;
        return Said();
    }

    private async Task ReadAsync(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line)
            lock (_said) _said.Append(line).Append('\n');
    }

    private string Said()
    {
        lock (_said) return $"{_said}";
    }
}
