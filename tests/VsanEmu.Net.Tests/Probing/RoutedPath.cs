using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Tools;

namespace VsanEmu.Net.Tests.Probing;

/// <summary>A client, a router that filters as told, and a server, each in a namespace of its own, with captures at both ends.</summary>
public sealed class RoutedPath : IDisposable
{
    public const int Port = 2233;

    private readonly NetworkNamespace _router = NetworkNamespace.Create();
    private readonly NetworkNamespace _server = NetworkNamespace.Create();

    public RoutedPath()
    {
        Client = new("client", NetworkNamespace.Create(), "eth0", IPAddress.Parse("198.18.1.2"));
        _router.Run(() =>
        {
            File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1");
            // A test after the other asks it to say no: by default it would say so to one host six times, and then once a second.
            File.WriteAllText("/proc/sys/net/ipv4/icmp_ratelimit", "0");
            Tool.IpBatch([
                $"link add name r0 type veth peer name eth0 netns {Client.Namespace.Path}", "addr add 198.18.1.1/24 dev r0", "link set dev r0 up",
                $"link add name r1 type veth peer name eth0 netns {_server.Path}", "addr add 198.18.2.1/24 dev r1", "link set dev r1 up"]);
        });
        foreach ((NetworkNamespace place, int net) in new[] { (Client.Namespace, 1), (_server, 2) })
        {
            place.Run(() =>
            {
                Tool.IpBatch([$"addr add 198.18.{net}.2/24 dev eth0", "link set dev eth0 up", $"route add 198.18.0.0/16 via 198.18.{net}.1"]);
                Assert.True(SpinWait.SpinUntil(() => LinkState.IsRunning("eth0"), Eventually.Limit));
            });
        }
        // An address that nobody has is given up on after three ARP requests: sooner than after three seconds.
        Client.Namespace.Run(() => File.WriteAllText("/proc/sys/net/ipv4/neigh/eth0/retrans_time_ms", "200"));
        _router.Run(() => File.WriteAllText("/proc/sys/net/ipv4/neigh/r1/retrans_time_ms", "200"));
        _router.Run(() => Assert.True(SpinWait.SpinUntil(() => LinkState.IsRunning("r0") && LinkState.IsRunning("r1"), Eventually.Limit)));
        var channels = new ChannelSpec { AgentGroup = null, MasterGroup = null };
        Captures = new CaptureSet(channels, Stopwatch.GetTimestamp());
        Captures.Add("client", PortKind.Outsider, Client.Namespace.Run(() => PacketCapture.Open("eth0", channels)));
        Captures.Add("server", PortKind.Member, _server.Run(() => PacketCapture.Open("eth0", channels)));
    }

    public ProbeSource Client { get; }

    public ProbeTarget Server { get; } = new("server", IPAddress.Parse("198.18.2.2"));

    public CaptureSet Captures { get; }

    /// <summary>Takes all rules away, so that the next test finds the path open.</summary>
    public RoutedPath Opened()
    {
        foreach (NetworkNamespace place in new[] { Client.Namespace, _router, _server }) place.Run(() => Tool.Run("nft", ["flush", "ruleset"]));
        return this;
    }

    /// <summary>A rule in the router's forward chain, nft's language.</summary>
    public void OnTheWay(string rule) => _router.Run(() => Filter("forward", rule));

    public void OnRouter(Action work) => _router.Run(work);

    /// <summary>A rule in the server's own input chain.</summary>
    public void AtTheServer(string rule) => _server.Run(() => Filter("input", rule));

    /// <summary>A rule in a chain of the client's own.</summary>
    public void AtTheClient(string hook, string rule) => Client.Namespace.Run(() => Filter(hook, rule));

    public Socket Listen() => _server.Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, Port));
        socket.Listen(512);
        return socket;
    });

    /// <summary>A probe of which an answer, or what the kernel says, comes in its time; one that is to end without waits no longer than it is told.</summary>
    public Task<ProbeObservation> ProbeAsync(ProbeTarget? target = null, int sourcePort = 0, TimeSpan? timeout = null) =>
        new TcpProbe(Captures, new LocalPorts(Captures, []), timeout ?? Eventually.Limit).RunAsync("probing", Client, sourcePort, target ?? Server, Port, CancellationToken.None);

    public void Dispose()
    {
        Captures.Dispose();
        Client.Namespace.Dispose();
        _router.Dispose();
        _server.Dispose();
    }

    private static void Filter(string hook, string rule) =>
        Tool.Run("nft", ["-f", "-"], $"table inet t {{ chain c {{ type filter hook {hook} priority 0; policy accept; {rule}; }}; }}");
}
