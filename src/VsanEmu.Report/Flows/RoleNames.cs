using System.Net;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Report.Flows;

/// <summary>Names the ends of the matrix's rows by role, with the addresses of the members that have these roles.</summary>
internal sealed class RoleNames(ClusterSpec spec, IReadOnlyDictionary<MemberId, Role> roles)
{
    public FlowLine Line(FlowRow row) => new()
    {
        Id = row.Id.ToString(),
        Direction = FlowLine.Forward,
        From = Name(row.From, row.From),
        FromAddress = Address(row.From),
        To = Name(row.To, row.From),
        ToAddress = row.To == FlowParty.OwnGroups && spec.Channels.IgmpVersion >= 3 ? "224.0.0.22" : Address(row.To),
        Group = spec.Profile.Unicast ? "" : row.To switch
        {
            FlowParty.AgentGroup => FlowSheet.Group(FlowGroup.Agent),
            FlowParty.MasterGroup => FlowSheet.Group(FlowGroup.Master),
            FlowParty.OwnGroups => "own groups",
            _ => "",
        },
        Protocol = FlowSheet.Word(row.Transport),
        SourcePort = FlowSheet.Port(row.Transport, row.SourcePort),
        DestinationPort = FlowSheet.Port(row.Transport, row.DestinationPort),
        OpenedBy = row.Opener switch { FlowOpener.Sender => Name(row.From, row.From), FlowOpener.Receiver => Name(row.To, row.From), _ => "" },
        Cadence = row.Cadence,
        Purpose = row.Purpose,
        Condition = row.Condition,
        Seen = FlowSheet.Word(row.Presence),
        Mark = FlowSheet.Letter(row.Mark),
        CadenceMark = FlowSheet.Letter(row.CadenceMark),
    };

    private string Name(FlowParty party, FlowParty sender) => party switch
    {
        FlowParty.Master => "Master",
        FlowParty.Backup => "Backup",
        FlowParty.Agent => "Agents",
        FlowParty.BackupOrAgent => "Backup, Agents",
        FlowParty.Member => "every member",
        FlowParty.VmHost => "VM host",
        FlowParty.CopyHolder => "copy holders",
        FlowParty.RebuildTarget => "rebuild target",
        FlowParty.AgentGroup => spec.Profile.Unicast ? "every other" : "Agent Group",
        FlowParty.MasterGroup => !spec.Profile.Unicast ? "Master Group" : sender == FlowParty.Backup ? "Master" : "Master, Backup",
        _ => "its groups",
    };

    private string Address(FlowParty party) => party switch
    {
        FlowParty.Master => Members(Role.Master),
        FlowParty.Backup => Members(Role.Backup),
        FlowParty.Agent => Members(Role.Agent),
        FlowParty.BackupOrAgent => Members(Role.Backup, Role.Agent),
        FlowParty.VmHost => Members(m => spec.Vms.Any(v => v.Host == m.Id)),
        FlowParty.CopyHolder => Members(m => spec.Vms.Any(v => v.Copies.Contains(m.Id))),
        FlowParty.AgentGroup when !spec.Profile.Unicast => Text(spec.Channels.AgentGroup),
        FlowParty.MasterGroup when !spec.Profile.Unicast => Text(spec.Channels.MasterGroup),
        FlowParty.MasterGroup => Members(Role.Master),
        FlowParty.OwnGroups => $"{Text(spec.Channels.AgentGroup)} {Text(spec.Channels.MasterGroup)}",
        _ => Members(_ => true),
    };

    private string Members(params Role[] wanted) => Members(m => wanted.Contains(roles[m.Id]));

    private string Members(Func<MemberSpec, bool> wanted) => FlowSheet.Addresses(spec.Members.Where(wanted).Select(m => m.Address));

    private static string Text(IPAddress? address) => address?.ToString() ?? "";
}
