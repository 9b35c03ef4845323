namespace VsanEmu.Cli.Tests;

/// <summary>What a command line printed, and its exit code.</summary>
internal sealed record Ran(int Code, string Output, string Error)
{
    public static async Task<Ran> Async(params string[] args)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        int code = await CommandRun.RunAsync(Commands.All(), args, output, error);
        return new(code, output.ToString(), error.ToString());
    }
}
