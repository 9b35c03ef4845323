using System.Diagnostics;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Scenarios.Wire;

namespace VsanEmu.Containers;

/// <summary>A flow as tshark sees it on a bridge, or as the matrix has it.</summary>
internal sealed record WireFlow(int Protocol, string Source, int SourcePort, string Destination, int DestinationPort)
{
    /// <summary>The flows between members that pass a bridge of the engine's in some time.</summary>
    public static async Task<IReadOnlyList<WireFlow>> CaptureAsync(string bridge, ClusterSpec cluster, TimeSpan length)
    {
        string[] command = Engine.OnItsNetwork("tshark", "-i", bridge, "-n", "-l", "-Q", "-a", $"duration:{length.TotalSeconds:0}", "-f", "udp or tcp port 2233", "-T", "fields", "-E", "occurrence=f");
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string field in WirePacket.Fields)
        {
            start.ArgumentList.Add("-e");
            start.ArgumentList.Add(field);
        }

        using Process tshark = Process.Start(start)!;
        _ = tshark.StandardError.ReadToEndAsync();
        string[] lines = (await tshark.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] members = [.. cluster.Members.Select(m => m.Address.ToString())];
        return
        [
            .. lines.Select(WirePacket.Parse).OfType<WirePacket>().Where(p => members.Contains(p.Source))
                .Select(p => new WireFlow(p.Folded.Protocol, p.Folded.Source, p.Folded.SourcePort, p.Folded.Destination, p.Folded.DestinationPort)).Distinct(),
        ];
    }

    /// <summary>Flows of the matrix in both directions of each connection.</summary>
    public static IReadOnlyList<WireFlow> Of(IEnumerable<Flow> flows)
    {
        var all = new HashSet<WireFlow>();
        foreach (Flow flow in flows.Where(f => f.Transport != FlowTransport.Igmp))
        {
            var there = new WireFlow((int)flow.Transport, flow.Source.ToString(), flow.SourcePort, flow.Destination.ToString(), flow.DestinationPort);
            all.Add(there);
            if (flow.Transport == FlowTransport.Tcp) all.Add(new(there.Protocol, there.Destination, there.DestinationPort, there.Source, there.SourcePort));
        }

        return [.. all];
    }
}
