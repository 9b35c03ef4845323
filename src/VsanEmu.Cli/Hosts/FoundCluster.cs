using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using VsanEmu.Control.Hosts;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Cli.Hosts;

/// <summary>Which host has which end of a cluster; and where no spec says what the cluster is, what the hosts that are there make of it.</summary>
internal static partial class FoundCluster
{
    // Enough to see what is wrong; the message is one line.
    private const int MostErrors = 4;
    private const int MostWords = 200;

    /// <summary>How names of hosts are compared.</summary>
    public static StringComparer Names => StringComparer.OrdinalIgnoreCase;

    /// <summary>Host by end: the one that the spec names, else the one of the end's own name.</summary>
    public static IReadOnlyDictionary<string, string> Places(ClusterSpec cluster)
    {
        var places = cluster.Members.ToDictionary(m => m.Name, m => m.Host ?? m.Name);
        if (cluster.Observer is { } observer) places[observer.Name] = observer.Host ?? observer.Name;
        foreach (OutsiderSpec outsider in cluster.Outsiders) places[outsider.Name] = outsider.Host ?? outsider.Name;
        if (places.GroupBy(p => p.Value, Names).FirstOrDefault(g => g.Count() > 1) is { } shared)
            throw new UsageException($"host {shared.Key} is to have {string.Join(" and ", shared.Select(p => p.Key))}: each endpoint needs a host of its own (a vsanemu node, in a namespace or container of its own)");
        return places;
    }

    /// <summary>Observer and outsiders of a cluster whose hosts are not there: nobody looks from where nobody is. Members are waited for.</summary>
    public static IReadOnlyList<string> Absent(ClusterSpec cluster, IReadOnlyList<HostPresence> present)
    {
        HashSet<string> there = new(present.Select(h => h.Name), Names);
        return [.. Places(cluster).Where(p => !there.Contains(p.Value) && cluster.Members.All(m => m.Name != p.Key)).Select(p => p.Key)];
    }

    /// <summary>The cluster with its hosts called as they call themselves: names of hosts are the same in capitals (RFC 4343).</summary>
    public static ClusterSpec Located(ClusterSpec cluster, IReadOnlyList<HostPresence> present)
    {
        return cluster with
        {
            Members = [.. cluster.Members.Select(m => m with { Host = Found(m.Host, m.Name) })],
            Observer = cluster.Observer is { } o ? o with { Host = Found(o.Host, o.Name) } : null,
            Outsiders = [.. cluster.Outsiders.Select(o => o with { Host = Found(o.Host, o.Name) })],
        };

        string? Found(string? host, string name) =>
            present.Any(h => h.Name == (host ?? name)) ? host : present.FirstOrDefault(h => Names.Equals(h.Name, host ?? name))?.Name ?? host;
    }

    /// <summary>A cluster of the hosts that are there, each a member at the address that it has, with a real cluster's timers.</summary>
    /// <param name="name">The cluster's name.</param>
    /// <param name="hosts">The hosts.</param>
    /// <exception cref="HostException">They make no cluster; the message names the host, and says what is missing or wrong.</exception>
    public static ClusterSpec Of(string name, IReadOnlyList<HostPresence> hosts)
    {
        Said[] all = [.. hosts.Select(Said.Of)];
        if (all.FirstOrDefault(h => h.Kind != PortKind.Observer && h.Address is null) is { } nowhere)
            throw new HostException($"host {nowhere.Name} does not say which address it has (vsanemu node -i INTERFACE or SUBNET): give --spec, or start it so");
        Said[] members = [.. all.Where(h => h.Kind == PortKind.Member)], outsiders = [.. all.Where(h => h.Kind == PortKind.Outsider)];
        Said? observer = all.FirstOrDefault(h => h.Kind == PortKind.Observer);
        if (members.Length is < LabSpec.MinMembers or > MemberId.Max)
            throw new HostException($"{members.Length} members are there: a cluster takes {LabSpec.MinMembers} to {MemberId.Max}");
        Said[] ends = observer is null ? [.. members, .. outsiders] : [.. members, .. outsiders, observer];
        if (ends.Where(e => e.Address is not null).GroupBy(e => e.Address).FirstOrDefault(g => g.Count() > 1) is { } shared)
            throw new HostException($"hosts {string.Join(" and ", shared.Select(e => e.Name))} say that they have the same address, {shared.Key}");
        IPNetwork subnet = members[0].Subnet;
        var made = new ClusterSpec
        {
            Name = name,
            ClusterId = LabSpec.ClusterIdOf(name),
            Profile = FlowProfile.Article,
            Subnet = subnet,
            Members = [.. members.Select((m, i) => new MemberSpec { Id = new MemberId((ushort)(i + 1)), Name = m.Name, Address = m.Address! })],
            Channels = ChannelSpec.Of(FlowProfile.Article),
            Timers = new(),
            Outsiders = [.. outsiders.Select(o => new OutsiderSpec { Name = o.Name, Address = o.Address!, Place = subnet.Contains(o.Address!) ? OutsiderPlace.Segment : OutsiderPlace.BeyondGateway })],
            Observer = observer is null ? null : Observer(observer),
        };
        // Written out and read, it is held to the rules of any other spec, and to its ranges.
        SpecResult result = SpecFile.Parse(SpecFile.Format(made), "the hosts that are there");
        return result.Spec ?? throw new HostException($"the hosts that are there make no cluster: {string.Join("; ", result.Errors.Take(MostErrors).Select(Told))}");

        string Told(SpecError error) => $"{Whose(error.Path)}{Said.Shown(error.Message, MostWords)}{(error.Allowed.Length > 0 ? $" (allowed: {error.Allowed})" : "")}";

        string Whose(string path) => PlaceInList().Match(path) switch
        {
            { Success: true } m when m.Groups[1].Value == "members" => $"host {members[int.Parse(m.Groups[2].ValueSpan, CultureInfo.InvariantCulture)].Name}: ",
            { Success: true } m => $"host {outsiders[int.Parse(m.Groups[2].ValueSpan, CultureInfo.InvariantCulture)].Name}: ",
            _ when path.StartsWith("observer", StringComparison.Ordinal) => $"host {observer!.Name}: ",
            _ => path.Length > 0 ? $"{path}: " : "",
        };
    }

    private static ObserverSpec Observer(Said host)
    {
        var spec = new ObserverSpec { Name = host.Name, Address = host.Address };
        return host.Interface.Length > 0 ? spec with { Interface = host.Interface } : spec;
    }

    [GeneratedRegex(@"^(members|outsiders)\[([0-9]+)\]")]
    private static partial Regex PlaceInList();
}
