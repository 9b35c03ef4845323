using System.Reflection;

namespace VsanEmu.Cli;

/// <summary>What this program says of itself.</summary>
internal static class ThisTool
{
    /// <summary>Who runs it where, for others to know.</summary>
    public static string WhoRuns => $"{Environment.UserName}@{Environment.MachineName} (pid {Environment.ProcessId})";

    /// <summary>Its version, without the commit.</summary>
    public static string Version { get; } =
        typeof(ThisTool).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
