using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Frames;

/// <summary>The ports that the flow matrix names; any other is ephemeral, and is folded into 0 where flows are summed up.</summary>
public sealed class KnownPorts(ChannelSpec channels)
{
    private readonly ushort _reliable = (ushort)channels.ReliablePort;
    private readonly ushort _agent = (ushort)channels.AgentPort;
    private readonly ushort _master = (ushort)channels.MasterPort;
    private readonly ushort _unicast = (ushort)channels.UnicastPort;

    /// <summary>True when a flow of the matrix uses this port with this IP protocol.</summary>
    public bool Contains(byte protocol, ushort port) => protocol switch
    {
        FiveTuple.Tcp => port == _reliable,
        FiveTuple.Udp => port == _agent || port == _master || port == _unicast,
        _ => false,
    };

    /// <summary>The same tuple with ephemeral ports as 0.</summary>
    public FiveTuple Fold(in FiveTuple tuple) => tuple with
    {
        SourcePort = Contains(tuple.Protocol, tuple.SourcePort) ? tuple.SourcePort : (ushort)0,
        DestinationPort = Contains(tuple.Protocol, tuple.DestinationPort) ? tuple.DestinationPort : (ushort)0,
    };
}
