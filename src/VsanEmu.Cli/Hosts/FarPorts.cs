using System.Net;
using VsanEmu.Control.Hosts;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Frames;
using VsanEmu.Net.Probing;

namespace VsanEmu.Cli.Hosts;

/// <summary>All ports of a run: those here, and those of which their hosts are asked.</summary>
/// <param name="own">The ports here.</param>
/// <param name="names">Their names.</param>
/// <param name="places">Host by end, of all ends.</param>
/// <param name="run">The run's number.</param>
/// <param name="server">Asks other hosts.</param>
internal sealed class FarPorts(IPorts own, IReadOnlyList<string> names, IReadOnlyDictionary<string, string> places, ulong run, HostServer server) : IPorts
{
    // How far apart the clocks of two hosts may be: an earlier probe is further away.
    private const long ClockMarginNs = 20_000_000;

    public async ValueTask<bool?> ArrivedAsync(string port, FiveTuple probe, long sinceNs, CancellationToken cancellation)
    {
        if (names.Contains(port)) return await own.ArrivedAsync(port, probe, sinceNs, cancellation);
        var order = new HostOrder.Arrival(port, $"{probe.Source}", probe.SourcePort, $"{probe.Destination}", probe.DestinationPort, sinceNs - ClockMarginNs);
        return await server.AskAsync(Place(port), run, order, cancellation) is HostAnswer.Arrived arrived ? arrived.Did : null;
    }

    public async ValueTask<IReadOnlyList<IPAddress>> Ipv6Async(string port, CancellationToken cancellation)
    {
        if (names.Contains(port)) return await own.Ipv6Async(port, cancellation);
        return await server.AskAsync(Place(port), run, new HostOrder.Ipv6(port), cancellation) is HostAnswer.Addresses found ? found.All : [];
    }

    private string Place(string port) => places.TryGetValue(port, out string? host) ? host : throw new KeyNotFoundException($"nobody has a port {port}");
}
