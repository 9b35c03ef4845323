using System.Net;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Flows;

/// <summary>What a cluster is doing, as far as its flows depend on it: who may be what, which VMs run, who holds their copies.</summary>
internal sealed record FlowSituation
{
    /// <summary>The members that take part, and the roles of each: one when it is known, several when it is not.</summary>
    public required IReadOnlyDictionary<MemberId, IReadOnlyList<Role>> Roles { get; init; }

    public required IReadOnlyCollection<string> VmsOn { get; init; }

    /// <summary>Who may hold a copy of a VM's disk.</summary>
    public required Func<VmSpec, IEnumerable<MemberId>> Copies { get; init; }

    /// <summary>Nothing is known for certain, so nothing has to be seen.</summary>
    public bool Uncertain { get; init; }
}

/// <summary>Makes concrete flows of the matrix's rows: one for each pair of members that are a row's ends.</summary>
internal sealed class FlowExpansion(ClusterSpec spec, FlowSituation situation)
{
    // RFC 3376 4.2.14: version 3 reports go to all capable routers; earlier versions report to the group itself.
    private static readonly IPAddress AllIgmpV3Routers = IPAddress.Parse("224.0.0.22");

    private readonly MemberSpec[] _alive = [.. spec.Members.Where(m => situation.Roles.ContainsKey(m.Id))];

    public IEnumerable<Flow> Flows() => FlowRows.For(spec).SelectMany(Expand);

    private IEnumerable<Flow> Expand(FlowRow row) => row.From switch
    {
        FlowParty.VmHost or FlowParty.CopyHolder => Data(row),
        _ => Control(row),
    };

    private IEnumerable<Flow> Control(FlowRow row)
    {
        foreach (MemberSpec from in _alive)
        {
            if (Played(from, row.From) is not { } role) continue;
            switch (row.To)
            {
                case FlowParty.OwnGroups:
                    yield return Report(row, from, role, FlowGroup.Agent);
                    if (Plays(from, Role.Master) || Plays(from, Role.Backup)) yield return Report(row, from, role, FlowGroup.Master);
                    break;
                case FlowParty.AgentGroup or FlowParty.MasterGroup when !spec.Profile.Unicast:
                    yield return ToGroup(row, from, role, row.To == FlowParty.AgentGroup ? FlowGroup.Agent : FlowGroup.Master);
                    break;
                default:
                    foreach (MemberSpec to in _alive)
                    {
                        if (to != from && Played(to, row.To) is not null) yield return Between(row, from, role, to, row.Condition);
                    }

                    break;
            }
        }
    }

    private IEnumerable<Flow> Data(FlowRow row)
    {
        // Where anyone may hold anything, one VM's rebuild says it for all.
        IEnumerable<VmSpec> vms = situation.Uncertain && row.Id == FlowId.D3 ? spec.Vms.Take(1) : spec.Vms;
        foreach (VmSpec vm in vms)
        {
            if (!situation.VmsOn.Contains(vm.Name) || _alive.FirstOrDefault(m => m.Id == vm.Host) is not { } host) continue;
            var copies = situation.Copies(vm).ToHashSet();
            MemberSpec[] holders = [.. _alive.Where(m => copies.Contains(m.Id))];
            IEnumerable<(MemberSpec From, MemberSpec To)> pairs = row.Id switch
            {
                FlowId.D1 => holders.Select(h => (host, h)),
                FlowId.D2 => holders.Select(h => (h, host)),
                // Who will be the target is the cluster's choice, also one that holds a copy which fell behind.
                _ => holders.SelectMany(h => _alive.Select(target => (h, target))),
            };
            string condition = row.Id == FlowId.D3 ? $"while a copy of {vm.Name} is rebuilt" : $"while VM {vm.Name} is on";
            foreach ((MemberSpec from, MemberSpec to) in pairs)
            {
                if (from != to) yield return Between(row, from, situation.Roles[from.Id][0], to, condition);
            }
        }
    }

    private Flow Report(FlowRow row, MemberSpec from, Role role, FlowGroup group) => Start(row, from, role, row.Condition) with
    {
        Group = group,
        Destination = spec.Channels.IgmpVersion >= 3 ? AllIgmpV3Routers : Address(group),
        Purpose = $"{row.Purpose} for the {group} Group",
    };

    private Flow ToGroup(FlowRow row, MemberSpec from, Role role, FlowGroup group) =>
        Start(row, from, role, row.Condition) with { Group = group, Destination = Address(group) };

    private Flow Between(FlowRow row, MemberSpec from, Role role, MemberSpec to, string condition) => Start(row, from, role, condition) with
    {
        To = to.Id,
        Destination = to.Address,
        OpenedBy = row.Opener switch { FlowOpener.Sender => from.Id, FlowOpener.Receiver => to.Id, _ => MemberId.None },
    };

    private Flow Start(FlowRow row, MemberSpec from, Role role, string condition) => new()
    {
        Id = row.Id,
        From = from.Id,
        FromRole = role,
        To = MemberId.None,
        Transport = row.Transport,
        Source = from.Address,
        SourcePort = row.SourcePort,
        Destination = IPAddress.None,
        DestinationPort = row.DestinationPort,
        Cadence = row.Period,
        Purpose = row.Purpose,
        Condition = condition,
        Mark = row.Mark,
        Presence = situation.Uncertain ? FlowPresence.Permitted : row.Presence,
    };

    private IPAddress Address(FlowGroup group) =>
        (group == FlowGroup.Agent ? spec.Channels.AgentGroup : spec.Channels.MasterGroup)
        ?? throw new InvalidOperationException($"profile {spec.Profile.Name} uses groups, but cluster {spec.Name} has no {group} Group");

    private bool Plays(MemberSpec member, Role role) => situation.Roles[member.Id].Contains(role);

    /// <summary>The role in which a member belongs to a party, or null when it does not.</summary>
    private Role? Played(MemberSpec member, FlowParty party)
    {
        foreach (Role role in situation.Roles[member.Id])
        {
            if (Belongs(role, party)) return role;
        }

        return null;
    }

    private static bool Belongs(Role role, FlowParty party) => party switch
    {
        FlowParty.Master => role == Role.Master,
        FlowParty.Backup => role == Role.Backup,
        FlowParty.Agent => role == Role.Agent,
        FlowParty.BackupOrAgent => role is Role.Backup or Role.Agent,
        FlowParty.MasterGroup => role is Role.Master or Role.Backup,
        // A member that only listens sends nothing, but it is there and joins.
        FlowParty.Member => true,
        FlowParty.AgentGroup => true,
        _ => throw new InvalidOperationException($"party {party} is not a role's"),
    };
}
