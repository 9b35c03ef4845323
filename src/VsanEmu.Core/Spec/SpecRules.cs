using System.Net;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec.Keys;

namespace VsanEmu.Core.Spec;

/// <summary>
/// The rules between a spec's values, and the cluster that follows from them. A rule looks only at values that were read well, so that one mistake gives one error.
/// </summary>
internal sealed class SpecRules(ClusterDraft draft, SpecReader reader)
{
    /// <summary>Names that the fabric or the kernel keeps for itself.</summary>
    public static readonly IReadOnlyList<string> ReservedNames = ["gateway", "lo", "all", "default"];

    private readonly Dictionary<string, MemberId> _ids = [];

    /// <summary>The cluster; its worth is nothing when the reader has failed.</summary>
    public ClusterSpec Resolve()
    {
        IReadOnlyList<MemberSpec> members = Members();
        Names();
        Addresses();
        FixedRoles();
        Channels();
        Timers();
        Outsiders();
        Places();
        TestGroups();
        IReadOnlyList<VmSpec> vms = [.. draft.Vms.Select(Vm)];
        ChannelSpec defaults = ChannelSpec.Of(draft.Profile);
        return new ClusterSpec
        {
            Name = draft.Name,
            ClusterId = draft.Id ?? LabSpec.ClusterIdOf(draft.Name),
            Profile = draft.Profile with { DataConnection = draft.Data },
            Subnet = draft.Subnet,
            Members = [.. members.OrderBy(m => m.Id)],
            Channels = draft.Channels with
            {
                AgentGroup = draft.Channels.AgentGroup ?? defaults.AgentGroup,
                MasterGroup = draft.Channels.MasterGroup ?? defaults.MasterGroup,
            },
            Timers = draft.Timers,
            Vms = vms,
            Outsiders = draft.Outsiders,
            Observer = draft.Observer,
            Gateway = draft.Gateway,
            Trials = draft.Trials,
            Thresholds = draft.Thresholds,
        };
    }

    private List<MemberSpec> Members()
    {
        var members = new List<MemberSpec>();
        var takenBy = new Dictionary<int, string>();
        for (int i = 0; i < draft.Members.Count; i++)
        {
            MemberDraft member = draft.Members[i];
            int id = member.Id ?? i + 1;
            string path = $"members[{i}]";
            if (!takenBy.TryAdd(id, member.Spec.Name))
            {
                string place = member.Id is null ? "has no id, so its place in the list gives it" : "has";
                reader.Fail(reader.Has($"{path}.id") ? $"{path}.id" : path, $"{Quoted(member.Spec.Name)} {place} id {id}, which is {Quoted(takenBy[id])}'s", "each id once");
            }

            if (member.Spec.Name.Length > 0) _ids.TryAdd(member.Spec.Name, new MemberId((ushort)id));
            members.Add(member.Spec with { Id = new MemberId((ushort)id) });
        }

        return members;
    }

    private void Names()
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string path, string name) in Endpoints().Select(e => ($"{e.Path}.name", e.Name)))
        {
            if (!reader.Has(path)) continue;
            if (ReservedNames.Contains(name)) reader.Fail(path, $"'{name}' is reserved", $"any name but {string.Join(", ", ReservedNames)}");
            else if (!taken.TryAdd(name, path)) reader.Fail(path, $"'{name}' is taken: line {reader.At(taken[name]).Line}", "each name once");
        }

        var vms = new Dictionary<string, string>();
        for (int i = 0; i < draft.Vms.Count; i++)
        {
            string path = $"vms[{i}].name";
            string name = draft.Vms[i].Spec.Name;
            if (reader.Has(path) && !vms.TryAdd(name, path)) reader.Fail(path, $"VM '{name}' is there already: line {reader.At(vms[name]).Line}", "each name once");
        }
    }

    private void Addresses()
    {
        var taken = new Dictionary<IPAddress, string>();
        IEnumerable<(string Path, IPAddress? Address, bool Inside)> all =
        [
            ("gateway", draft.Gateway, true),
            .. Endpoints().Select(e => ($"{e.Path}.address", e.Address, e.Inside)),
        ];
        foreach ((string path, IPAddress? address, bool inside) in all)
        {
            if (address is null || !reader.Has(path)) continue;
            if (!taken.TryAdd(address, path)) reader.Fail(path, $"{address} is taken: line {reader.At(taken[address]).Line} ({taken[address]})", "each address once");
            if (!reader.Has("subnet")) continue;
            (uint first, uint last) = Range(draft.Subnet);
            uint bits = SpecTypes.Bits(address);
            if (inside && (bits < first || bits > last))
            {
                string what = bits == first - 1 ? "the subnet's network address" : bits == last + 1 ? "the subnet's broadcast address" : $"outside the subnet {draft.Subnet}";
                reader.Fail(path, $"{address} is {what}", $"{SpecTypes.ToAddress(first)} to {SpecTypes.ToAddress(last)}");
            }
            else if (!inside && draft.Subnet.Contains(address))
            {
                reader.Fail(path, $"{address} is in the segment, not beyond its gateway", $"an address outside {draft.Subnet}");
            }
        }
    }

    private void FixedRoles()
    {
        foreach (Role role in (Role[])[Role.Master, Role.Backup])
        {
            string? first = null;
            for (int i = 0; i < draft.Members.Count; i++)
            {
                string path = $"members[{i}].role";
                if (draft.Members[i].Spec.FixedRole != role || !reader.Has(path)) continue;
                if (first is not null) reader.Fail(path, $"{first} is fixed as {role} already", $"one {role} at most");
                first ??= draft.Members[i].Spec.Name;
            }
        }

        if (draft.Members.Count >= LabSpec.MinMembers && draft.Members.All(m => m.Spec.FixedRole == Role.Agent) && reader.Has("members"))
            reader.Fail("members", "every member is fixed as agent, so there can be no Master", "at least one that is not");
    }

    private void Channels()
    {
        ChannelSpec channels = draft.Channels;
        if (draft.Profile.Unicast)
        {
            foreach (string key in (string[])["channels.agentGroup", "channels.masterGroup"])
            {
                if (reader.Has(key)) reader.Fail(key, $"profile {draft.Profile.Name} is unicast and has no groups", "leave it out, or choose profile article or vsan65");
            }
        }

        if (reader.Has("channels.agentGroup") && reader.Has("channels.masterGroup") && Equals(channels.AgentGroup, channels.MasterGroup) && channels.AgentPort == channels.MasterPort)
            reader.Fail("channels.masterGroup", "both groups have the same address and port", "two different groups");
    }

    private void Timers()
    {
        TimerSpec t = draft.Timers;
        AtLeast("timers.listen", t.Listen, t.Heartbeat, "one heartbeat");
        AtLeast("timers.tcpIdle", t.TcpIdle, t.Heartbeat * 2, "two heartbeats");
        if (t.QueryResponse >= t.QueryInterval && Given("timers.queryResponse", "timers.queryInterval") is { } key)
            reader.Fail(key, $"the query response interval {Duration.Format(t.QueryResponse)} is not below the query interval {Duration.Format(t.QueryInterval)}", "RFC 3376 8.3: less than it");

        void AtLeast(string path, TimeSpan value, TimeSpan least, string what)
        {
            if (value < least && Given(path, "timers.heartbeat") is { } at)
                reader.Fail(at, $"{path[7..]} is {Duration.Format(value)}, which is less than {what}", $"{path[7..]} of {Duration.Format(least)} or more");
        }
    }

    private void Outsiders()
    {
        for (int i = 0; i < draft.Outsiders.Count; i++)
        {
            string path = $"outsiders[{i}].place";
            if (draft.Outsiders[i].Place == OutsiderPlace.BeyondGateway && draft.Gateway is null && reader.Has(path))
                reader.Fail(path, "there is no gateway to be beyond", "give the cluster a gateway, or place segment");
        }
    }

    private void Places()
    {
        foreach ((string path, string? netns, string? host) in
            (IEnumerable<(string, string?, string?)>)[
                .. draft.Members.Select((m, i) => ($"members[{i}]", m.Spec.Netns, m.Spec.Host)),
                .. draft.Outsiders.Select((o, i) => ($"outsiders[{i}]", o.Netns, o.Host)),
                ("observer", draft.Observer?.Netns, draft.Observer?.Host),
            ])
        {
            if (netns is not null && host is not null && reader.Has($"{path}.host"))
                reader.Fail($"{path}.host", "it has a netns too: an endpoint is in one place", "netns or host, not both");
        }
    }

    private void TestGroups()
    {
        const string path = "trials.firstGroup";
        if (!reader.Has(path)) return;
        uint first = SpecTypes.Bits(draft.Trials.FirstGroup), last = first + TrialSpec.MaxGroups - 1;
        if (last > SpecTypes.Bits(IPAddress.Parse("239.255.255.255")))
            reader.Fail(path, $"there is no room for {TrialSpec.MaxGroups} groups from here", "up to 239.255.240.0");
        foreach (IPAddress? own in (IPAddress?[])[draft.Channels.AgentGroup, draft.Channels.MasterGroup])
        {
            if (own is not null && SpecTypes.Bits(own) >= first && SpecTypes.Bits(own) <= last)
                reader.Fail(path, $"the test groups, up to {SpecTypes.ToAddress(last)}, hold the cluster's own {own}", "a range without it");
        }
    }

    private VmSpec Vm(VmDraft vm, int index)
    {
        string path = $"vms[{index}]";
        var seen = new HashSet<string>();
        for (int i = 0; i < vm.Copies.Count; i++)
        {
            string copy = $"{path}.copies[{i}]";
            if (reader.Has(copy) && !seen.Add(vm.Copies[i])) reader.Fail(copy, $"{vm.Copies[i]} holds a copy already", "each member once");
        }

        return vm.Spec with { Host = Find($"{path}.host", vm.Host), Copies = [.. vm.Copies.Select((c, i) => Find($"{path}.copies[{i}]", c))] };
    }

    private MemberId Find(string path, string name)
    {
        if (_ids.TryGetValue(name, out MemberId id) || !reader.Has(path)) return id;
        reader.Fail(path, $"there is no member '{name}'{Spelling.DidYouMean(name, _ids.Keys)}", _ids.Count <= 8 ? string.Join(", ", _ids.Keys) : $"a name from members, {_ids.Keys.First()} to {_ids.Keys.Last()}");
        return id;
    }

    /// <summary>Every endpoint with a name, and whether its address belongs into the subnet.</summary>
    private IEnumerable<(string Path, string Name, IPAddress? Address, bool Inside)> Endpoints() =>
    [
        .. draft.Members.Select((m, i) => ($"members[{i}]", m.Spec.Name, (IPAddress?)m.Spec.Address, true)),
        .. draft.Outsiders.Select((o, i) => ($"outsiders[{i}]", o.Name, (IPAddress?)o.Address, o.Place == OutsiderPlace.Segment)),
        ("observer", draft.Observer?.Name ?? "", draft.Observer?.Address, true),
    ];

    /// <summary>The first of these keys that the file gives: the one to complain about.</summary>
    private string? Given(params string[] paths) => paths.FirstOrDefault(reader.Has);

    private static (uint First, uint Last) Range(IPNetwork subnet)
    {
        uint network = SpecTypes.Bits(subnet.BaseAddress);
        return (network + 1, (network | (uint.MaxValue >> subnet.PrefixLength)) - 1);
    }

    private static string Quoted(string name) => name.Length == 0 ? "another member" : name;
}
