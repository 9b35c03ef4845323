using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Protocol;

/// <summary>Events that wait to be polled. Beyond its limit new ones are dropped and counted.</summary>
internal sealed class EventLog(Counters counters)
{
    /// <summary>Events that may wait at most.</summary>
    public const int Capacity = 1024;

    private readonly Queue<NodeEvent> _queue = new();

    public int Count => _queue.Count;

    public void Add(long nowNs, NodeEventKind kind, MemberId peer, string detail)
    {
        if (_queue.Count >= Capacity) counters.Add("events.dropped");
        else _queue.Enqueue(new NodeEvent(nowNs, kind, peer, detail));
    }

    public bool TryTake(out NodeEvent e) => _queue.TryDequeue(out e);
}
