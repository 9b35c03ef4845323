using System.Net;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>
/// A fabric as rules of who gets through to whom, and the observations that a run on it would bring. Changing one rule changes everything that
/// follows from it: a cluster that does not hear itself does not form, and a run without a cluster has neither failover nor split.
/// </summary>
internal sealed record World
{
    public required ClusterSpec Spec { get; init; }

    /// <summary>The share of the first member's group datagrams that arrives at the second.</summary>
    public Func<string, string, double> Multicast { get; init; } = (_, _) => 1;

    /// <summary>How TCP 2233 from the first member to the second ends.</summary>
    public Func<string, string, ProbeOutcome> Tcp { get; init; } = (_, _) => ProbeOutcome.Open;

    /// <summary>How TCP 2233 from an outsider to a member ends; the last says whether it bound source port 2233.</summary>
    public Func<OutsiderSpec, string, bool, ProbeOutcome> Outsider { get; init; } = (_, _, _) => ProbeOutcome.FilteredForward;

    /// <summary>Whether any frame, ARP included, passes from the first member to the second.</summary>
    public Func<string, string, bool> Frames { get; init; } = (_, _) => true;

    /// <summary>Ports that get what they did not ask for.</summary>
    public Func<string, bool> Flooded { get; init; } = _ => false;

    /// <summary>The querier's address, or null when there is none.</summary>
    public string? Querier { get; init; } = "198.18.255.254";

    /// <summary>A second querier's address, or null.</summary>
    public string? RivalQuerier { get; init; }

    /// <summary>Members whose address another endpoint uses, too.</summary>
    public Func<string, bool> Doubled { get; init; } = _ => false;

    /// <summary>Member ports at which queries arrive.</summary>
    public Func<string, bool> Queried { get; init; } = _ => true;

    public int QuerierVersion { get; init; } = 3;

    /// <summary>Time between two general queries, seconds.</summary>
    public double QueryPeriod { get; init; } = 2;

    /// <summary>How its switch treats groups.</summary>
    public WorldSwitch Switch { get; init; } = new();

    /// <summary>How an outsider's attempt on a member by other means than connect(2) over IPv4 ends.</summary>
    public Func<OutsiderSpec, string, ProbeMethod, ProbeOutcome> Odd { get; init; } = (_, _, _) => ProbeOutcome.FilteredForward;

    /// <summary>Whether an outsider in the segment can send to the groups, and join them.</summary>
    public bool GroupsOpen { get; init; }

    /// <summary>The largest packet that passes from the first member to the second, bytes.</summary>
    public Func<string, string, int> Mtu { get; init; } = (_, _) => 1500;

    /// <summary>Round trip between two members, milliseconds.</summary>
    public Func<string, string, double> RoundTripMs { get; init; } = (_, _) => 0.2;

    /// <summary>Whether an idle connection survives.</summary>
    public bool IdleSurvives { get; init; } = true;

    /// <summary>The share of the first member's unicast datagrams that arrives at the second at a high rate; null for that of its group datagrams.</summary>
    public Func<string, string, double>? Unicast { get; init; }

    /// <summary>Whether trials are made, once the cluster has formed.</summary>
    public bool Trials { get; init; } = true;

    /// <summary>Numbered datagrams of each stream.</summary>
    public int Probes { get; init; } = 200;

    public static World Healthy(int members) => new() { Spec = Cluster(members) };

    /// <summary>What a run in this world brings.</summary>
    public RunObservations Run() => new WorldRun(this).Observe();

    public static ClusterSpec Cluster(int members) => new()
    {
        Name = "test",
        ClusterId = new Guid("52d4ab3a-0000-4000-8000-000000000001"),
        Profile = FlowProfile.Article,
        Subnet = IPNetwork.Parse("198.18.0.0/16"),
        Members =
        [
            .. Enumerable.Range(1, members).Select(i => new MemberSpec
            {
                Id = new MemberId((ushort)i),
                Name = $"m{i:00}",
                Address = IPAddress.Parse($"198.18.0.{i}"),
            }),
        ],
        Channels = new ChannelSpec { AgentGroup = IPAddress.Parse("224.2.3.5"), MasterGroup = IPAddress.Parse("224.1.2.3") },
        Timers = TimerSpec.Lab,
        Trials = new TrialSpec { Groups = 8 },
        Vms = [new VmSpec { Name = "vm1", Host = new MemberId((ushort)Math.Min(3, members)), Copies = [new MemberId(1), new MemberId(2)] }],
        Outsiders =
        [
            new OutsiderSpec { Name = "outsider", Address = IPAddress.Parse("198.18.1.1"), Place = OutsiderPlace.Segment },
            new OutsiderSpec { Name = "stranger", Address = IPAddress.Parse("198.19.0.2"), Place = OutsiderPlace.BeyondGateway },
        ],
        Observer = new ObserverSpec { Address = IPAddress.Parse("198.18.1.2") },
        Gateway = IPAddress.Parse("198.18.254.1"),
    };
}
