using VsanEmu.Core.Flows;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;

namespace VsanEmu.Simulation.Worlds;

/// <summary>A machine that runs one member, life after life.</summary>
internal sealed class Host(int index, MemberSpec spec)
{
    private int _lastAccepted;

    public int Index => index;

    public MemberId Id => spec.Id;

    public MemberSpec Spec => spec;

    /// <summary>The present life's node, or null while there is none.</summary>
    public ClusterNode? Node { get; set; }

    public bool Alive => Node is not null;

    /// <summary>Number of the present life, from 1.</summary>
    public int Life { get; set; }

    public long IncarnationNs { get; set; }

    /// <summary>False: the machine is off, and nothing answers for it, not even with a reset.</summary>
    public bool Powered { get; set; } = true;

    /// <summary>Until then the process stands still; what arrives waits.</summary>
    public long PausedUntilNs { get; set; }

    /// <summary>What has arrived since then, in its order.</summary>
    public Queue<Action<ClusterNode>> Waiting { get; } = [];

    /// <summary>When the node's timer is set to go off.</summary>
    public long TimerNs { get; set; } = long.MaxValue;

    public HashSet<FlowGroup> Groups { get; } = [];

    public Dictionary<ConnectionId, Pipe> Pipes { get; } = [];

    public ConnectionId NextAccepted() => new(++_lastAccepted);

    public override string ToString() => $"{spec.Id}.{Life}";
}
