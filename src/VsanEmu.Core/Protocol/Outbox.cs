using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>
/// One thing to be sent or done, kept small until the driver polls: its bytes are made then, from <see cref="Entry"/> and the numbers, whose
/// meaning depends on <see cref="Message"/> (see <see cref="MessageWriter"/>). The flow it belongs to is found then as well, from the role of that moment.
/// </summary>
internal readonly record struct Outgoing(
    TransmitKind Kind, FlowGroup Group, MemberId To, ConnectionId Connection, MessageKind Message = MessageKind.None)
{
    public DirectoryEntry? Entry { get; init; }

    public ulong A { get; init; }

    public ulong B { get; init; }

    public byte C { get; init; }
}

/// <summary>What waits to be polled, in order. Beyond its limit things are dropped and counted: the protocol repeats what matters.</summary>
internal sealed class Outbox(Counters counters)
{
    /// <summary>Things that may wait at most.</summary>
    public const int Capacity = 16 * 1024;

    private readonly Queue<Outgoing> _queue = new(256);

    public int Count => _queue.Count;

    public void Add(in Outgoing item)
    {
        // Opening, closing, joining and leaving are few, and must not be lost.
        if (_queue.Count >= Capacity && item.Kind is (TransmitKind.Datagram or TransmitKind.Frame))
        {
            counters.Add("outbox.dropped");
            return;
        }

        _queue.Enqueue(item);
    }

    public bool TryTake(out Outgoing item) => _queue.TryDequeue(out item);
}
