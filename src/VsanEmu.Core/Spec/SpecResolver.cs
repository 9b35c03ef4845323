using VsanEmu.Core.Spec.Keys;

namespace VsanEmu.Core.Spec;

/// <summary>Makes the cluster of what a file says: defaults that depend on other values are filled in, names of members become their numbers, and the rules are held.</summary>
internal sealed class SpecResolver(ClusterDraft draft, SpecReader reader)
{
    // As host names, case does not tell them apart.
    private readonly Dictionary<string, MemberId> _ids = new(HostName.Comparer);

    /// <summary>The cluster; its worth is nothing when the reader has failed.</summary>
    public ClusterSpec Resolve()
    {
        IReadOnlyList<MemberSpec> members = Members();
        ChannelSpec defaults = ChannelSpec.Of(draft.Profile);
        var spec = new ClusterSpec
        {
            Name = draft.Name,
            ClusterId = draft.Id ?? LabSpec.ClusterIdOf(draft.Name),
            Profile = draft.Profile with { DataConnection = draft.Data },
            Subnet = draft.Subnet,
            Members = members,
            Channels = draft.Channels with
            {
                AgentGroup = draft.Channels.AgentGroup ?? defaults.AgentGroup,
                MasterGroup = draft.Channels.MasterGroup ?? defaults.MasterGroup,
            },
            Timers = draft.Timers,
            Vms = [.. draft.Vms.Select(Vm)],
            Outsiders = draft.Outsiders,
            Observer = draft.Observer,
            Gateway = draft.Gateway,
            Trials = draft.Trials,
            Thresholds = draft.Thresholds,
        };
        new SpecRules(spec, new Settings(reader)).Hold();
        return spec with { Members = [.. members.OrderBy(m => m.Id)] };
    }

    // In the file's order, by which the rules name their keys.
    private List<MemberSpec> Members()
    {
        var members = new List<MemberSpec>();
        var takenBy = new Dictionary<int, string>();
        for (int i = 0; i < draft.Members.Count; i++)
        {
            MemberDraft member = draft.Members[i];
            int id = member.Id ?? i + 1;
            string path = $"members[{i}]";
            if (!reader.Wrong($"{path}.id") && !takenBy.TryAdd(id, member.Spec.Name))
            {
                string place = member.Id is null ? "has no id, so its place in the list gives it" : "has";
                reader.Fail(reader.Has($"{path}.id") ? $"{path}.id" : path, $"{Quoted(member.Spec.Name)} {place} id {id}, which is {Quoted(takenBy[id])}'s", "each id once");
            }

            if (member.Spec.Name.Length > 0) _ids.TryAdd(member.Spec.Name, new MemberId((ushort)id));
            members.Add(member.Spec with { Id = new MemberId((ushort)id) });
        }

        return members;
    }

    private VmSpec Vm(VmDraft vm, int index)
    {
        string path = $"vms[{index}]";
        var seen = new HashSet<string>(HostName.Comparer);
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
        string allowed = _ids.Count <= 8 ? string.Join(", ", _ids.Keys) : $"a name from members, {_ids.Keys.First()} to {_ids.Keys.Last()}";
        reader.Fail(path, $"there is no member '{name}'{Spelling.DidYouMean(name, _ids.Keys)}", allowed);
        return id;
    }

    private static string Quoted(string name) => name.Length == 0 ? "another member" : name;
}
