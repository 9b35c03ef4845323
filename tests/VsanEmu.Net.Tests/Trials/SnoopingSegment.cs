using System.Diagnostics;
using System.Net;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Tools;
using VsanEmu.Net.Trials;

namespace VsanEmu.Net.Tests.Trials;

/// <summary>
/// A switch that snoops and asks, and prunes what nobody joined, with three members, an outsider and an observer: captures at all ports, and a bench. Made by
/// ip(8) alone. Two last-member queries 100 ms apart: a port loses a group 200 ms after its leave.
/// </summary>
public sealed class SnoopingSegment : IDisposable
{
    public const string Phase = "trials";
    public const int Port = 23451;
    public static readonly TimeSpan LeaveDelay = TimeSpan.FromMilliseconds(200);

    private readonly NetworkNamespace _switch = NetworkNamespace.Create();
    private int _lastTrial;

    public SnoopingSegment()
    {
        _switch.Run(() => Tool.IpBatch(
        [
            "link add name sw type bridge stp_state 0 forward_delay 0 mcast_snooping 1 mcast_igmp_version 3 mcast_query_use_ifaddr 1 mcast_query_response_interval 0",
            "addr add 198.18.0.253/24 dev sw", "link set dev sw up", "link set dev sw type bridge mcast_querier 1",
            "link set dev sw type bridge mcast_query_interval 1000 mcast_query_response_interval 100 mcast_last_member_interval 10 mcast_last_member_count 2",
        ]));
        Cluster = LabSpec.Create(3);
        Ends =
        [
            .. Cluster.Members.Select(m => Add(m.Name, PortKind.Member, m.Address)),
            Add("outsider", PortKind.Outsider, Cluster.Outsiders[0].Address), Add("observer", PortKind.Observer, Cluster.Observer!.Address!),
        ];
        foreach (FabricEnd end in Ends)
        {
            Assert.True(SpinWait.SpinUntil(() => end.Namespace.Run(() => LinkState.IsRunning("eth0")), Eventually.Limit));
            Assert.True(SpinWait.SpinUntil(() => _switch.Run(() => LinkState.IsRunning(end.Name)), Eventually.Limit));
        }

        Captures = new CaptureSet(Cluster.Channels, Stopwatch.GetTimestamp());
        foreach (FabricEnd end in Ends) Captures.Add(end.Name, end.Kind, end.Namespace.Run(() => PacketCapture.Open("eth0", Cluster.Channels)));
        Captures.BeginPhase(Phase);
        Bench = new TrialBench(Captures, new LocalPorts(Captures, Ends), Ends, Cluster);
    }

    public ClusterSpec Cluster { get; }

    public IReadOnlyList<FabricEnd> Ends { get; }

    public CaptureSet Captures { get; }

    public TrialBench Bench { get; }

    public void OnSwitch(string ipCommand) => _switch.Run(() => Tool.IpBatch([ipCommand]));

    public PortCapture At(string port) => Captures.Snapshot().Single(c => c.Port == port);

    public TrialSighting? Seen(string port, int trial, PortDirection direction = PortDirection.In) => At(port).Trials.SingleOrDefault(t => t.Trial == trial && t.Direction == direction);

    /// <summary>Waits until a stream's datagrams are on their way, however long their sender took to begin.</summary>
    public Task UnderWayAsync(int trial, string sender = "m01") => Eventually.UntilAsync(() => Seen(sender, trial, PortDirection.Out) is not null, "the stream does not begin");

    /// <summary>Waits until a stream comes to a port, however long the switch took to open it.</summary>
    public Task ComesAsync(int trial, string port) => Eventually.UntilAsync(() => Seen(port, trial) is not null, $"the stream does not come to {port}");

    /// <summary>When a port's first report, or leave, for a group was on the wire.</summary>
    public long SaidAtNs(string port, IPAddress group, bool leave = false) =>
        At(port).Memberships.Where(m => m.Direction == PortDirection.Out && m.Group == group.ToString() && m.Leave == leave).Min(m => m.FirstNs);

    /// <summary>A trial's number, and the group that it alone uses.</summary>
    public (int Trial, IPAddress Group) Next()
    {
        int trial = Interlocked.Increment(ref _lastTrial);
        return (trial, IPAddress.Parse($"239.255.{42 + (trial >> 8)}.{trial & 255}"));
    }

    public Task<StreamSent> StreamAsync(int trial, IPAddress to, int milliseconds, string sender = "m01", int bytes = 200, byte ttl = 5) => Bench.StreamAsync(
        new TrialStream { Trial = trial, Sender = sender, To = to, Port = Port, Count = milliseconds / 2, Interval = TimeSpan.FromMilliseconds(2), Bytes = bytes, Ttl = ttl },
        TestContext.Current.CancellationToken);

    public async Task<GroupActDone> ActAsync(string who, GroupAct act, IPAddress group)
    {
        GroupActDone done = await Bench.ActAsync(who, act, group, TestContext.Current.CancellationToken);
        Assert.Equal("", done.Error);
        return done;
    }

    public void Dispose()
    {
        Bench.Dispose();
        Captures.Dispose();
        foreach (FabricEnd end in Ends) end.Namespace.Dispose();
        _switch.Dispose();
    }

    private FabricEnd Add(string name, PortKind kind, IPAddress address)
    {
        var place = NetworkNamespace.Create();
        place.Run(() =>
        {
            foreach (string scope in (string[])["all", "default"]) File.WriteAllText($"/proc/sys/net/ipv6/conf/{scope}/disable_ipv6", "1");
        });
        _switch.Run(() => Tool.IpBatch(
        [
            $"link add name {name} master sw type veth peer name eth0 netns {place.Path}",
            $"link set dev {name} type bridge_slave mcast_flood off", $"link set dev {name} up",
        ]));
        place.Run(() => Tool.IpBatch([$"addr add {address}/24 dev eth0", "link set dev eth0 up"]));
        return new(name, kind, place, "eth0", address, InSegment: true);
    }
}
