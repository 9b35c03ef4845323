using System.Diagnostics;

namespace VsanEmu.Scenarios;

/// <summary>The command as a user runs it: a process of its own.</summary>
internal static class Command
{
    /// <summary>Its words: what is shipped, where it was built for these tests; else what the compiler made.</summary>
    public static IReadOnlyList<string> Words { get; } =
        Environment.GetEnvironmentVariable("VSANEMU_BINARY") is { Length: > 0 } binary ? [binary] : ["dotnet", Path.Combine(AppContext.BaseDirectory, "vsanemu.dll")];

    private const string Root = "root";

    // Root builds in folders that nobody else may enter (a home, what mktemp makes): another user gets a copy where he may.
    private static readonly Lazy<IReadOnlyList<string>> ForAnyone = new(() => Words is [var binary] ? [Copied(binary)] : Words);

    public static Process Start(string user, params string[] arguments) => Process.Start(Prepared(user, arguments))!;

    /// <summary>What starts it.</summary>
    public static ProcessStartInfo Prepared(string user, params string[] arguments)
    {
        // setpriv(1) needs no account with a shell: any number that is not 0 is an ordinary user.
        string[] prefix = user == Root ? [] : ["setpriv", "--reuid", user, "--regid", user, "--clear-groups"];
        // Who runs the tests in the background may ignore Ctrl-C, and so would what they start.
        string[] all = [.. prefix, "env", "--default-signal=INT", .. user == Root ? Words : ForAnyone.Value, .. arguments];
        var start = new ProcessStartInfo(all[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in all.Skip(1)) start.ArgumentList.Add(argument);
        // The user has no home of his own.
        start.Environment["DOTNET_CLI_HOME"] = Path.GetTempPath();
        return start;
    }

    public static async Task<(int Exit, string Output, string Error)> RunAsync(string user, params string[] arguments)
    {
        using Process process = Start(user, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    private static string Copied(string binary)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("vsanemu-command-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        string copy = Path.Combine(folder.FullName, Path.GetFileName(binary));
        File.Copy(binary, copy);
        Process.Start("chmod", ["-R", "755", folder.FullName]).WaitForExit();
        return copy;
    }
}
