using System.Reflection;

namespace VsanEmu.Cli;

/// <summary>What this program says of itself.</summary>
internal static class ThisTool
{
    /// <summary>Its version, without the commit.</summary>
    public static string Version { get; } =
        typeof(ThisTool).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
