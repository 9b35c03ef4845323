using System.Net;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec.Keys;

namespace VsanEmu.Core.Spec;

/// <summary>
/// The rules between a spec's values. They see the resolved cluster alone, so that a default counts as what is written does, and complain by <see cref="Settings"/>,
/// which knows what is written.
/// </summary>
/// <param name="spec">The cluster, with its members in the file's order.</param>
/// <param name="settings">What the file has.</param>
internal sealed class SpecRules(ClusterSpec spec, Settings settings)
{
    /// <summary>Names that the fabric or the kernel keeps for itself.</summary>
    public static readonly IReadOnlyList<string> ReservedNames = ["gateway", "lo", "all", "default"];

    private static readonly Setting Subnet = new("subnet");

    /// <summary>Holds all of them.</summary>
    public void Hold()
    {
        Names();
        VmNames();
        Addresses();
        FixedRoles();
        Channels();
        Timers();
        Outsiders();
        Places();
        TestGroups();
    }

    private void Names()
    {
        var taken = new Dictionary<string, (Setting Key, string Name)>(HostName.Comparer);
        foreach ((Setting key, string name) in Endpoints().Select(e => (e.Name, e.Text)).Where(e => settings.Known(e.Name)))
        {
            if (ReservedNames.Contains(name, HostName.Comparer)) settings.Refuse($"'{name}' is reserved", $"any name but {string.Join(", ", ReservedNames)}", key);
            else if (!taken.TryAdd(name, (key, name))) Twice(key, name, taken[name].Key, taken[name].Name);
        }
    }

    private void Twice(Setting key, string name, Setting other, string otherName)
    {
        bool written = settings.Written(key) && settings.Written(other);
        string spelling = name == otherName ? "" : $" as '{otherName}', and case does not tell host names apart";
        settings.Refuse($"'{(settings.Written(key) ? name : otherName)}' is taken{(written ? $": line {settings.Line(other)}" : "")}{spelling}", "each name once", key, other);
    }

    private void VmNames()
    {
        var taken = new Dictionary<string, Setting>();
        foreach ((Setting key, string name) in spec.Vms.Select((v, i) => (new Setting($"vms[{i}].name"), v.Name)).Where(v => settings.Known(v.Item1)))
            if (!taken.TryAdd(name, key)) settings.Refuse($"VM '{name}' is there already: line {settings.Line(taken[name])}", "each name once", key);
    }

    private void Addresses()
    {
        var taken = new Dictionary<IPAddress, Setting>();
        IEnumerable<(Setting Key, IPAddress? Address, bool Inside)> all =
        [
            (new("gateway"), spec.Gateway, true),
            .. Endpoints().Where(e => e.Place is not { } place || settings.Known(place)).Select(e => (e.Address, e.Value, e.Inside)),
        ];
        foreach ((Setting key, IPAddress? address, bool inside) in all)
        {
            if (address is null || !settings.Known(key)) continue;
            if (!taken.TryAdd(address, key)) settings.Refuse($"{address} is taken: line {settings.Line(taken[address])} ({taken[address].Path})", "each address once", key);
            if (inside) MustBeInside(key, address);
            else if (spec.Subnet.Contains(address)) settings.Refuse($"{address} is in the segment, not beyond its gateway", $"an address outside {spec.Subnet}", key, Subnet);
        }
    }

    private void MustBeInside(Setting key, IPAddress address)
    {
        uint network = SpecTypes.Bits(spec.Subnet.BaseAddress), broadcast = network | (uint)(0xFFFFFFFFUL >> spec.Subnet.PrefixLength), bits = SpecTypes.Bits(address);
        if (bits > network && bits < broadcast) return;
        string what = bits == network ? "the subnet's network address" : bits == broadcast ? "the subnet's broadcast address" : $"outside the subnet {spec.Subnet}";
        settings.Refuse($"{address} is {what}", $"{SpecTypes.ToAddress(network + 1)} to {SpecTypes.ToAddress(broadcast - 1)}", key, Subnet);
    }

    private void FixedRoles()
    {
        Setting[] keys = [.. spec.Members.Select((m, i) => new Setting($"members[{i}].role", m.FixedRole?.ToString() ?? "elected"))];
        foreach (Role role in (Role[])[Role.Master, Role.Backup])
        {
            int[] fixedSo = [.. Enumerable.Range(0, keys.Length).Where(i => spec.Members[i].FixedRole == role)];
            foreach (int i in fixedSo.Skip(1)) settings.Refuse($"{spec.Members[fixedSo[0]].Name} is fixed as {role} already", $"one {role} at most", keys[i]);
        }

        if (spec.Members.Count >= LabSpec.MinMembers && spec.Members.All(m => m.FixedRole == Role.Agent))
            settings.Refuse("every member is fixed as agent, so there can be no Master", "at least one that is not", [new("members"), .. keys]);
    }

    private void Channels()
    {
        ChannelSpec channels = spec.Channels;
        (Setting agents, Setting masters) = Groups();
        if (spec.Profile.Unicast)
        {
            foreach (Setting group in ((Setting[])[agents, masters]).Where(settings.Written))
                settings.Refuse($"profile {spec.Profile.Name} is unicast and has no groups", "leave it out, or choose profile article or vsan65", group);
        }
        else if (Equals(channels.AgentGroup, channels.MasterGroup) && channels.AgentPort == channels.MasterPort)
        {
            Setting agentPort = new("channels.agentPort", channels.AgentPort), masterPort = new("channels.masterPort", channels.MasterPort);
            settings.Refuse("both groups have the same address and port", "two different groups", masters, masterPort, agents, agentPort);
        }
    }

    // Without groups of its own a cluster has those of its profile.
    private (Setting Agents, Setting Masters) Groups() =>
        (new("channels.agentGroup", (object?)spec.Channels.AgentGroup ?? "none", From: "profile"), new("channels.masterGroup", (object?)spec.Channels.MasterGroup ?? "none", From: "profile"));

    private void Timers()
    {
        TimerSpec t = spec.Timers;
        Setting heartbeat = Timer("heartbeat", t.Heartbeat);
        AtLeast(Timer("listen", t.Listen), t.Listen, t.Heartbeat, "one heartbeat");
        AtLeast(Timer("tcpIdle", t.TcpIdle), t.TcpIdle, t.Heartbeat * 2, "two heartbeats");
        if (t.QueryResponse >= t.QueryInterval)
        {
            settings.Refuse(
                $"the query response interval {Duration.Format(t.QueryResponse)} is not below the query interval {Duration.Format(t.QueryInterval)}", "RFC 3376 8.3: less than it",
                Timer("queryResponse", t.QueryResponse), Timer("queryInterval", t.QueryInterval));
        }

        void AtLeast(Setting timer, TimeSpan value, TimeSpan least, string what)
        {
            if (value >= least) return;
            string name = timer.Path["timers.".Length..];
            settings.Refuse($"{name} is {Duration.Format(value)}, which is less than {what}", $"{name} of {Duration.Format(least)} or more", timer, heartbeat);
        }
    }

    private static Setting Timer(string name, TimeSpan value) => new($"timers.{name}", Duration.Format(value));

    private void Outsiders()
    {
        for (int i = 0; i < spec.Outsiders.Count; i++)
        {
            if (spec.Outsiders[i].Place == OutsiderPlace.BeyondGateway && spec.Gateway is null && settings.Known(new Setting("gateway", "none")))
                settings.Refuse("there is no gateway to be beyond", "give the cluster a gateway, or place segment", new Setting($"outsiders[{i}].place"));
        }
    }

    private void Places()
    {
        foreach ((string path, string? netns, string? host) in
            (IEnumerable<(string, string?, string?)>)[
                .. spec.Members.Select((m, i) => ($"members[{i}]", m.Netns, m.Host)),
                .. spec.Outsiders.Select((o, i) => ($"outsiders[{i}]", o.Netns, o.Host)),
                ("observer", spec.Observer?.Netns, spec.Observer?.Host),
            ])
        {
            if (netns is not null && host is not null)
                settings.Refuse("it has a netns too: an endpoint is in one place", "netns or host, not both", new Setting($"{path}.host"), new Setting($"{path}.netns"));
        }
    }

    private void TestGroups()
    {
        var firstGroup = new Setting("trials.firstGroup", spec.Trials.FirstGroup);
        uint first = SpecTypes.Bits(spec.Trials.FirstGroup), last = first + TrialSpec.MaxGroups - 1;
        if (last > SpecTypes.Bits(IPAddress.Parse("239.255.255.255")))
            settings.Refuse($"there is no room for {TrialSpec.MaxGroups} groups from here", "up to 239.255.240.0", firstGroup);
        (Setting agents, Setting masters) = Groups();
        foreach ((Setting key, IPAddress? own) in ((Setting, IPAddress?)[])[(agents, spec.Channels.AgentGroup), (masters, spec.Channels.MasterGroup)])
        {
            if (own is null || SpecTypes.Bits(own) < first || SpecTypes.Bits(own) > last) continue;
            string told = settings.Written(firstGroup) ? $"the test groups, up to {SpecTypes.ToAddress(last)}, hold the cluster's own {own}" : $"{own} is one of the test groups, {spec.Trials.FirstGroup} to {SpecTypes.ToAddress(last)}";
            settings.Refuse(told, settings.Written(firstGroup) ? "a range without it" : "a group outside them", firstGroup, key);
        }
    }

    /// <summary>Every endpoint: the keys of its name, its address and, where it has one, its place; and whether its address belongs into the subnet.</summary>
    private IEnumerable<(Setting Name, string Text, Setting Address, IPAddress? Value, Setting? Place, bool Inside)> Endpoints()
    {
        foreach ((int i, MemberSpec m) in spec.Members.Index())
            yield return (new($"members[{i}].name"), m.Name, new($"members[{i}].address"), m.Address, null, true);
        foreach ((int i, OutsiderSpec o) in spec.Outsiders.Index())
            yield return (new($"outsiders[{i}].name"), o.Name, new($"outsiders[{i}].address"), o.Address, new Setting($"outsiders[{i}].place"), o.Place == OutsiderPlace.Segment);
        if (spec.Observer is { } observer)
            yield return (new("observer.name", observer.Name), observer.Name, new("observer.address"), observer.Address, null, true);
    }
}
