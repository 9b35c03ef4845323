using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Tools;

namespace VsanEmu.Lab.Hosting;

/// <summary>Something that the lab needs and this machine lacks.</summary>
/// <param name="What">What it is, in words.</param>
/// <param name="Remedy">The command that brings it.</param>
public sealed record MissingPrerequisite(string What, string Remedy)
{
    /// <summary>Both, in one line.</summary>
    public override string ToString() => $"{What}: {Remedy}";
}

/// <summary>What the lab needs of the machine: two tools and a few features of the kernel.</summary>
public static class Prerequisites
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(10);

    private static readonly (string Tool, string Package)[] Tools = [("ip", "iproute2"), ("nft", "nftables")];

    private static readonly (string Feature, string Tool, string Module, string Script)[] Features =
    [
        ("virtual Ethernet cables", "ip", "veth", "link add name a type veth peer name b"),
        ("a bridge with IGMP snooping", "ip", "bridge", "link add name s type bridge mcast_snooping 1 mcast_querier 1"),
        ("packet filters on a bridge", "nft", "nf_tables", "table bridge t { chain c { type filter hook forward priority 0; ip saddr { 198.18.0.1 } meta l4proto tcp th dport 2233 counter drop; }; }"),
        ("packet filters in a router", "nft", "nf_tables", "table inet t { chain c { type filter hook forward priority 0; ip saddr { 198.18.0.1 } meta l4proto tcp th dport 2233 counter drop; }; }"),
    ];

    /// <summary>Tools that are not installed. Needs no rights.</summary>
    public static IReadOnlyList<MissingPrerequisite> MissingTools()
    {
        (string Tool, string Package)[] missing = [.. Tools.Where(t => Tool.Find(t.Tool) is null)];
        if (missing.Length == 0) return [];
        string install = InstallCommand(missing.Select(t => t.Package));
        return [.. missing.Select(t => new MissingPrerequisite($"{t.Tool} is not installed", install))];
    }

    /// <summary>Features that the kernel lacks, tried out in a namespace of their own. Needs <see cref="Privilege"/> and the tools.</summary>
    public static IReadOnlyList<MissingPrerequisite> MissingFeatures()
    {
        using NetworkNamespace trial = NetworkNamespace.Create();
        return trial.Run(() => Features.Select(Try).OfType<MissingPrerequisite>().ToList());
    }

    /// <summary>Installs the tools that are missing, with apt-get.</summary>
    /// <exception cref="PrivilegeException">Not as root.</exception>
    /// <exception cref="ToolException">apt-get failed.</exception>
    public static void Install()
    {
        string[] packages = [.. Tools.Where(t => Tool.Find(t.Tool) is null).Select(t => t.Package)];
        if (packages.Length == 0) return;
        if (!Environment.IsPrivilegedProcess || Privilege.InUserNamespace) throw new PrivilegeException($"only root can install; as root: {InstallCommand(packages)}");
        Tool.Run("apt-get", ["update", "-qq"], limit: InstallLimit);
        Tool.Run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", .. packages], limit: InstallLimit);
    }

    private static string InstallCommand(IEnumerable<string> packages) => $"apt-get install -y {string.Join(' ', packages)}";

    private static MissingPrerequisite? Try((string Feature, string Tool, string Module, string Script) feature)
    {
        try
        {
            if (feature.Tool == "ip") Tool.IpBatch([feature.Script]);
            else Tool.Run(feature.Tool, ["-f", "-"], feature.Script);
            return null;
        }
        catch (ToolException e)
        {
            return new($"this kernel lacks {feature.Feature} ({e.Message})", $"modprobe {feature.Module}");
        }
    }
}
