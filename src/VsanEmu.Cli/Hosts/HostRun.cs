using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using VsanEmu.Cli.Health;
using VsanEmu.Cli.Runs;
using VsanEmu.Control.Hosts;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Attachments;
using VsanEmu.Net.Processes;
using VsanEmu.Net.Threads;

namespace VsanEmu.Cli.Hosts;

/// <summary>The life of <c>vsanemu node --control</c>: it waits for controllers, and is in their runs whatever they make of it.</summary>
internal sealed class HostRun
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(2);

    private string _unreached = "control has not answered yet";

    public required ControlAddress Address { get; init; }

    public required Space Space { get; init; }

    public required string Name { get; init; }

    public PortKind Kind { get; init; }

    /// <summary>The interface by name or subnet; null for the one that has the address that the run gives.</summary>
    public string? Choice { get; init; }

    public string? Namespace { get; init; }

    public string? CaptureDirectory { get; init; }

    public TimeSpan? Duration { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Serves until the token or the duration ends it.</summary>
    /// <exception cref="ControlException">Control will never work like that.</exception>
    public async Task<ExitCode> RunAsync(CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (Duration is { } duration) end.CancelAfter(duration);
        Func<(bool Good, string What)> state = () => (false, _unreached);
        await using var health = new HealthSocket(() => state());
        HostPresence self = Placed(new() { Name = Name, Life = Guid.NewGuid(), Version = ThisTool.Version, Machine = Environment.MachineName, Kind = Kind });
        while (!end.IsCancellationRequested)
        {
            try
            {
                await using RedisLine line = await RedisLine.OpenAsync(Address, end.Token);
                await using var server = new HostServer(line, Space, self, AsNow, OpenAsync, Say);
                state = () => server.Trouble is { } trouble ? (false, trouble) : (true, $"{Name} {server.State}");
                await server.RunAsync(end.Token);
            }
            catch (ControlException e) when (!e.Lasting)
            {
                // A host may be up before its server is.
                _unreached = e.Message;
                state = () => (false, _unreached);
                Say($"{e.Message}; trying again");
                await Task.Delay(BetweenTries, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                // The way it ends.
            }
        }

        return ExitCode.Passed;
    }

    // An address may come late, and a container's interface may go and come back.
    private HostPresence AsNow(HostPresence self)
    {
        try
        {
            return Placed(self);
        }
        catch (IOException)
        {
            return self with { Address = "" };
        }
    }

    /// <exception cref="AttachmentException">There is no such namespace.</exception>
    private HostPresence Placed(HostPresence self)
    {
        var local = Choice is null ? null : PlacedEnd.Look(Namespace, Choice);
        return self with { Interface = local?.Name ?? Choice ?? "", Address = local is null ? "" : $"{local.Address}/{local.PrefixLength}" };
    }

    private async Task<IHost> OpenAsync(HostServer server, HostOrder.Open order, CancellationToken cancellation)
    {
        if (order.Ends is not [{ } end]) throw new HostException($"{order.Ends.Count} endpoints at once: a host has one");
        if (!ThisProcess.Has(ThisProcess.NetRaw, ThisProcess.NetAdmin))
            throw new HostException("it lacks CAP_NET_RAW or CAP_NET_ADMIN: it captures, and takes its link down when it plays dead (a container: cap_add: [NET_RAW, NET_ADMIN]; else: as root)");
        ISite site = await OwnThread.RunAsync(() => PlacedSite.Open(order.Cluster, end, Namespace, Choice), cancellation);
        LocalHost? host = null;
        try
        {
            IReadOnlyCollection<IPEndPoint> control = await ControlEndsAsync(cancellation);
            host = await LocalHost.OpenAsync(
                new LocalHostOptions
                {
                    Name = Name,
                    Cluster = order.Cluster,
                    Origin = order.OriginNs,
                    Run = order.Run,
                    Force = order.Force,
                    CaptureDirectory = CaptureDirectory,
                    Control = control,
                    WithFarPorts = own => new FarPorts(own, order.Ends, order.Places, order.Run, server),
                },
                site,
                cancellation);
            await site.WaitReadyAsync(cancellation);
            return new PlacedHost(host, site);
        }
        catch
        {
            if (host is not null) await host.DisposeAsync();
            await site.DisposeAsync();
            throw;
        }
    }

    private async Task<IReadOnlyCollection<IPEndPoint>> ControlEndsAsync(CancellationToken cancellation)
    {
        if (Address.Server is not DnsEndPoint server) return [];
        try
        {
            return [.. (await Dns.GetHostAddressesAsync(server.Host, cancellation)).Select(address => new IPEndPoint(address, server.Port))];
        }
        catch (SocketException)
        {
            // Its name is gone since it was reached: then nothing is left out, and F3 names it.
            return [];
        }
    }

    private void Say(string what) => Logger.Say(what);

    // A host with its site, which ends with it.
    private sealed class PlacedHost(LocalHost host, ISite site) : IHost
    {
        public string Name => host.Name;

        public IReadOnlyList<EndInfo> Ends => host.Ends;

        public MemberView View(string member) => host.View(member);

        public Task<HostAnswer> AskAsync(HostOrder order, CancellationToken cancellation) => host.AskAsync(order, cancellation);

        public async ValueTask DisposeAsync()
        {
            await host.DisposeAsync();
            await site.DisposeAsync();
        }
    }
}

/// <summary>What a host logs.</summary>
internal static partial class HostLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{What}")]
    public static partial void Say(this ILogger logger, string what);
}
