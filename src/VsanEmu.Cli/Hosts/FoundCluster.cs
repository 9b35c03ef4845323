using System.Globalization;
using System.Net;
using System.Text;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Cli.Hosts;

/// <summary>Which host has which end of a cluster; and where no spec says what the cluster is, what the hosts that are there make of it.</summary>
internal static class FoundCluster
{
    /// <summary>Host by end: the one that the spec names, else the one of the end's own name.</summary>
    public static IReadOnlyDictionary<string, string> Places(ClusterSpec cluster)
    {
        var places = cluster.Members.ToDictionary(m => m.Name, m => m.Host ?? m.Name);
        if (cluster.Observer is { } observer) places[observer.Name] = observer.Host ?? observer.Name;
        foreach (OutsiderSpec outsider in cluster.Outsiders) places[outsider.Name] = outsider.Host ?? outsider.Name;
        if (places.GroupBy(p => p.Value).FirstOrDefault(g => g.Count() > 1) is { } shared)
            throw new UsageException($"host {shared.Key} is to have {string.Join(" and ", shared.Select(p => p.Key))}: each endpoint needs a host of its own (a vsanemu node, in a namespace or container of its own)");
        return places;
    }

    /// <summary>The cluster with observer and outsiders left out whose hosts are not there: nobody looks from where nobody is. Members stay: they are waited for.</summary>
    public static ClusterSpec WithoutAbsent(ClusterSpec cluster, IReadOnlyList<HostPresence> present)
    {
        IReadOnlyDictionary<string, string> places = Places(cluster);
        bool Here(string end) => present.Any(h => h.Name == places[end]);
        return cluster with
        {
            Observer = cluster.Observer is { } observer && Here(observer.Name) ? observer : null,
            Outsiders = [.. cluster.Outsiders.Where(o => Here(o.Name))],
        };
    }

    /// <summary>A cluster of the hosts that are there, each a member at the address that it has, with a real cluster's timers.</summary>
    /// <param name="name">The cluster's name.</param>
    /// <param name="hosts">The hosts.</param>
    /// <exception cref="UsageException">They make no cluster; the message says what is missing.</exception>
    public static ClusterSpec Of(string name, IReadOnlyList<HostPresence> hosts)
    {
        HostPresence[] members = [.. hosts.Where(h => h.Kind == PortKind.Member)];
        foreach (HostPresence host in hosts.Where(h => h.Kind != PortKind.Observer))
            if (host.Address.Length == 0) throw new UsageException($"host {host.Name} does not say which address it has (vsanemu node -i INTERFACE or SUBNET): give --spec, or start it so");
        if (members.Length < LabSpec.MinMembers) throw new UsageException($"{members.Length} members are there: a cluster takes {LabSpec.MinMembers} or more");
        var subnet = Subnet(members[0].Address);
        var yaml = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"name: {name}").AppendLine(CultureInfo.InvariantCulture, $"subnet: {subnet}").AppendLine("members:");
        foreach (HostPresence member in members) yaml.AppendLine(CultureInfo.InvariantCulture, $"  - {{name: '{member.Name}', address: {Bare(member.Address)}}}");
        if (hosts.FirstOrDefault(h => h.Kind == PortKind.Observer) is { } observer)
            yaml.AppendLine(CultureInfo.InvariantCulture, $"observer: {{name: '{observer.Name}'{(observer.Address.Length > 0 ? $", address: {Bare(observer.Address)}" : "")}, interface: '{(observer.Interface.Length > 0 ? observer.Interface : "eth0")}'}}");
        HostPresence[] outsiders = [.. hosts.Where(h => h.Kind == PortKind.Outsider)];
        if (outsiders.Length > 0) yaml.AppendLine("outsiders:");
        foreach (HostPresence outsider in outsiders)
        {
            string place = subnet.Contains(IPAddress.Parse(Bare(outsider.Address))) ? "segment" : "beyond-gateway";
            yaml.AppendLine(CultureInfo.InvariantCulture, $"  - {{name: '{outsider.Name}', address: {Bare(outsider.Address)}, place: {place}}}");
        }

        SpecResult result = SpecFile.Parse(yaml.ToString(), "the hosts that are there");
        return result.Spec ?? throw new UsageException($"the hosts that are there make no cluster: {string.Join("; ", result.Lines)}");
    }

    private static IPNetwork Subnet(string address)
    {
        string[] parts = address.Split('/');
        int prefix = int.Parse(parts[1], CultureInfo.InvariantCulture);
        Span<byte> octets = stackalloc byte[4];
        IPAddress.Parse(parts[0]).TryWriteBytes(octets, out _);
        for (int bit = prefix; bit < 32; bit++) octets[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(octets), prefix);
    }

    private static string Bare(string address) => address.Split('/')[0];
}
