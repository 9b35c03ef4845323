using System.Diagnostics;
using System.Net.Sockets;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Probing;

namespace VsanEmu.Lab.Tests;

/// <summary>What outsiders find on the lab's fabric.</summary>
public sealed class OutsiderProbesTests
{
    private const int Reliable = 2233;

    [Theory]
    [InlineData(null, ProbeOutcome.FilteredForward, ProbeOutcome.FilteredForward)]
    [InlineData("acl-source-port-hole", ProbeOutcome.FilteredForward, ProbeOutcome.Open)]
    [InlineData("no-acl", ProbeOutcome.Open, ProbeOutcome.Open)]
    public async Task Outsiders_get_as_far_as_the_access_list_lets_them(string? fault, ProbeOutcome ephemeral, ProbeOutcome bound)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(16, fault is null ? [] : [fault]);
        using var captures = new CaptureSet(fabric.Plan.Spec.Channels, Stopwatch.GetTimestamp());
        foreach (Endpoint e in fabric.Endpoints)
            captures.Add(e.Name, e.Plan.Kind, e.Namespace.Run(() => PacketCapture.Open(e.Plan.Interface, fabric.Plan.Spec.Channels)));
        Socket[] listeners = [.. fabric.Plan.Members.Select(m => Plain.Listen(fabric, m.Name, Reliable))];
        // Only what is filtered is waited for as long as that.
        var probes = new OutsiderProbes(captures, new LocalPorts(captures, fabric.Ends), TimeSpan.FromSeconds(3));
        ProbeSource[] outsiders = [.. fabric.Ends.Where(e => e.Kind == PortKind.Outsider).Select(e => e.AsSource())];
        ProbeTarget[] targets = [.. fabric.Plan.Spec.Members.Select(m => new ProbeTarget(m.Name, m.Address))];
        captures.BeginPhase(Phases.Probing);
        IReadOnlyList<ProbeObservation> seen = await probes.ProbeAsync(Phases.Probing, outsiders, targets, Reliable, TestContext.Current.CancellationToken);
        Assert.Equal(2 * 2 * 16, seen.Count);
        Assert.All(seen, p => Assert.Equal(p.SourcePort == 0 ? ephemeral : bound, p.Outcome));
        await OutsiderProbes.ProveObserverAsync([.. fabric.Ends.Where(e => e is { Kind: PortKind.Outsider, InSegment: true }).Select(e => e.AsSource())], fabric.Plan.Spec.Observer!.Address!, TestContext.Current.CancellationToken);
        Assert.Contains(captures.Snapshot().Single(c => c.Port == "observer").Controls, c => c is { Kind: "arp", Source: "198.18.0.200", Phase: Phases.Probing });
        Array.ForEach(listeners, l => l.Dispose());
    }
}
