using VsanEmu.Core.Protocol;
using VsanEmu.Core.Wire;

namespace VsanEmu.Simulation.Rules;

/// <summary>What happened at all in a schedule: a rule says nothing about what never happens.</summary>
internal sealed class Coverage
{
    private readonly bool[] _sent = new bool[256];
    private readonly HashSet<string> _changes = [];
    private readonly bool[] _events = new bool[256];

    public void Sent(MessageKind kind) => _sent[(byte)kind] = true;

    public void Saw(in NodeEvent e)
    {
        _events[(byte)e.Kind] = true;
        if (e.Kind == NodeEventKind.RoleChanged) _changes.Add(e.Detail);
    }

    public void Add(Coverage other)
    {
        for (int i = 0; i < 256; i++)
        {
            _sent[i] |= other._sent[i];
            _events[i] |= other._events[i];
        }

        _changes.UnionWith(other._changes);
    }

    /// <summary>Kinds of messages, changes of role and events that never happened. What a trial sends is none of a node's own.</summary>
    public IEnumerable<string> Missing()
    {
        foreach (MessageKind kind in Enum.GetValues<MessageKind>())
            if (kind is not (MessageKind.None or MessageKind.IdleProbe) && !_sent[(byte)kind]) yield return $"{kind} was never sent";
        foreach ((_, RoleEvent happened, _, string reason) in RoleTable.Rows)
            if (!_changes.Any(c => c.EndsWith(reason, StringComparison.Ordinal))) yield return $"{happened} never happened";
        foreach (NodeEventKind kind in Enum.GetValues<NodeEventKind>())
            if (kind is not (NodeEventKind.Foreign or NodeEventKind.Resync) && !_events[(byte)kind]) yield return $"{kind} was never seen";
    }
}
