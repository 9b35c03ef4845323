using System.Diagnostics;

namespace VsanEmu.Containers;

/// <summary>Commands as an operator types them.</summary>
internal static class Shell
{
    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int Exit, string Said)> RunAsync(string program, IReadOnlyList<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    /// <summary>Runs one that must succeed, and returns what it said.</summary>
    public static async Task<string> MustAsync(string program, params string[] arguments)
    {
        (int exit, string said) = await RunAsync(program, arguments);
        return exit == 0 ? said.TrimEnd() : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: exit code {exit}: {said}");
    }

    /// <summary>Asks until an answer is right, and returns it; with none in time, fails with the last.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> right, Func<T, string> what)
    {
        TimeSpan limit = Eventually.Limit;
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            T answer = await ask();
            if (right(answer)) return answer;
            Assert.True(Stopwatch.GetElapsedTime(start) < limit, $"not within {limit.TotalSeconds:0} s; the last was: {what(answer)}");
            await Task.Delay(100);
        }
    }
}
