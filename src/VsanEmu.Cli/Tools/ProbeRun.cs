using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Probing;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Trials;

namespace VsanEmu.Cli.Tools;

/// <summary>Probes addresses one after the other: each by several ways, with the control before and after, and a search for somebody there where silence is met.</summary>
internal sealed class ProbeRun
{
    /// <summary>Addresses and names.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>Their TCP port.</summary>
    public required int Port { get; init; }

    /// <summary>Source ports to try from, 0 for an ephemeral one.</summary>
    public required IReadOnlyList<int> SourcePorts { get; init; }

    /// <summary>Whether fragments are tried too, over IPv4.</summary>
    public required bool Fragments { get; init; }

    /// <summary>The source address; null for the kernel's choice.</summary>
    public IPAddress? From { get; init; }

    /// <summary>The interface to leave by; null for the kernel's choice.</summary>
    public string? Interface { get; init; }

    /// <summary>How long to wait for an answer.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>An endpoint that may reach the targets; null for none.</summary>
    public ControlPlace? Control { get; init; }

    /// <summary>Probes them. What is wrong with any of them is said before anything is sent.</summary>
    /// <exception cref="ProbeWayException">Some cannot be probed, or none can.</exception>
    public async Task<IReadOnlyList<ProbedTarget>> RunAsync(CancellationToken cancellation)
    {
        using NetworkNamespace here = Place.Open(null), there = Place.Open(Control?.Netns);
        var aims = new List<Aim>();
        foreach (string target in Targets)
            foreach (NamedAddress address in await TargetNames.ResolveAsync(target, cancellation)) aims.Add(AimAt(address, here, there));
        // One that cannot be probed is a line among others; the only one is the answer.
        if (aims is [{ Fault: { } only }]) throw only;
        var probed = new List<ProbedTarget>();
        foreach (Aim aim in aims) probed.Add(aim.Fault is { } fault ? Shown(aim) with { NotProbed = fault.Message } : await ProbeAsync(aim, cancellation));
        return probed;
    }

    private Aim AimAt(NamedAddress address, NetworkNamespace here, NetworkNamespace there)
    {
        try
        {
            ProbeWay way = ProbeWay.Find("here", here, address.Address, address.Zone, Interface, From);
            return new(address, way, Control is null ? null : ControlWay(address, there), null);
        }
        catch (ProbeWayException e) when (!e.IsMistake)
        {
            return new(address, null, null, e);
        }
        catch (ProbeWayException e) when (address.Name.Length > 0)
        {
            throw e.Of(address.Name);
        }
    }

    // The zone is the prober's: the control has an interface of its own.
    private ProbeWay ControlWay(NamedAddress address, NetworkNamespace there)
    {
        try
        {
            return ProbeWay.Find("control", there, address.Address, "", Control!.Interface, null);
        }
        catch (ProbeWayException e)
        {
            throw e.Of($"the control {Control}");
        }
    }

    private async Task<ProbedTarget> ProbeAsync(Aim aim, CancellationToken cancellation)
    {
        ChannelSpec channels = ProbeWay.Channels(Port);
        using var captures = new CaptureSet(channels, Stopwatch.GetTimestamp());
        var ports = new LocalPorts(captures, []);
        var connects = new TcpProbe(captures, ports, Timeout);
        foreach (ProbeWay way in aim.Ways)
            captures.Add(way.Source.Name, PortKind.Outsider, way.Source.Namespace.Run(() => PacketCapture.Open(way.Source.Interface, channels)));
        var probes = new List<ProbeObservation>();
        var controls = new List<ControlAttempt>();
        ProbedTarget target = Shown(aim);

        await ControlAsync();
        foreach (int sourcePort in SourcePorts) probes.Add(await TryAsync(aim.Way!, sourcePort));
        if (Fragments && aim.Address.Address.AddressFamily == AddressFamily.InterNetwork)
            probes.Add(await new ForgedSyns(captures, ports).FragmentsAsync(Phases.Probing, aim.Way!.Source, Target(target, aim, aim.Way), Port, cancellation));
        await ControlAsync();

        string source = $"{aim.Way!.Source.Address.ToString().Split('%')[0]} ({aim.Way.Source.Interface})";
        target = target with { Probes = [.. probes.Select(p => p with { From = source })], Controls = controls };
        return target with { Presence = await PresenceAsync(target, aim, cancellation) };

        async Task ControlAsync()
        {
            if (aim.Control is { } control) controls.Add(new(Control!.ToString(), (await TryAsync(control, 0)).Outcome));
        }

        Task<ProbeObservation> TryAsync(ProbeWay way, int sourcePort) => connects.RunAsync(Phases.Probing, way.Source, sourcePort, Target(target, aim, way), Port, cancellation);
    }

    private async Task<Presence> PresenceAsync(ProbedTarget target, Aim aim, CancellationToken cancellation)
    {
        if (target.Controls.Count > 0 && target.Controls.All(c => c.Outcome == ProbeOutcome.Open))
            return new(PresenceProof.Control, $"{target.Controls[0].From} finds the port open, before and after");
        if (target.Probes.FirstOrDefault(p => p.Outcome == ProbeOutcome.Open || p.AnsweredBy == target.Bare) is { } own)
            return new(PresenceProof.Answer, own.Outcome == ProbeOutcome.Open ? "it accepts connections by another way" : $"it answers: {(own.Outcome == ProbeOutcome.Refused ? "RST" : "an ICMP error")}");
        if (target.Probes.Any(p => p.OwnHost == OwnHostDeed.AnswerDropped)) return new(PresenceProof.Answer, "it answers: SYN-ACK");
        return await new PresenceSearch(aim.Way!, aim.Way!.Scoped(aim.Address.Address), Port, Timeout).RunAsync(cancellation);
    }

    // A link-local address is reached through each source's own interface.
    private static ProbeTarget Target(ProbedTarget target, Aim aim, ProbeWay way) => new(target.Address, way.Scoped(aim.Address.Address), Captured: false);

    private static ProbedTarget Shown(Aim aim)
    {
        string bare = new IPAddress(aim.Address.Address.GetAddressBytes()).ToString();
        bool scoped = aim.Address.Address.IsIPv6LinkLocal && aim.Way is not null;
        return new() { OnLink = aim.Way?.OnLink ?? false, Address = scoped ? $"{bare}%{aim.Way!.Source.Interface}" : bare, Name = aim.Address.Name };
    }

    /// <summary>What is to be probed, and by which ways; or why not.</summary>
    internal sealed record Aim(NamedAddress Address, ProbeWay? Way, ProbeWay? Control, ProbeWayException? Fault)
    {
        public IEnumerable<ProbeWay> Ways => new[] { Way, Control }.OfType<ProbeWay>();
    }
}
