using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Data;

/// <summary>One copy at this member: its content, the session that may use it, and its own rebuild when it is the target of one.</summary>
/// <param name="disk">The disk it is a copy of.</param>
/// <param name="identity">Its identity; another after <see cref="BeginResync"/>.</param>
internal sealed class HeldCopy(VmDisk disk, ulong identity)
{
    private ulong _session;
    private bool _open;
    private bool _every;
    private uint _expected;

    public CopyStore Store { get; } = new();

    /// <summary>Which copy this is.</summary>
    public ulong Identity { get; private set; } = identity;

    /// <summary>The rebuild that it is, or was last, the target of.</summary>
    public ulong Resync { get; private set; }

    /// <summary>False while it is being rebuilt.</summary>
    public bool Complete { get; private set; } = true;

    /// <summary>Empties it for a rebuild.</summary>
    public void BeginResync(ulong resync, ulong identity)
    {
        Store.Clear();
        (Resync, Identity, Complete) = (resync, identity, false);
        (_open, _every, _expected) = (false, false, 0);
    }

    /// <summary>Opens a session; one older than the open one is answered with that. Asked twice, it answers twice.</summary>
    public void Attach(ulong session)
    {
        if (session > _session || (session == _session && !_open)) (_session, _open, _every) = (session, true, false);
    }

    /// <summary>From now on every write reaches this copy: the rebuild may begin.</summary>
    public void Go(ulong session) => _every |= InSession(session);

    public bool InSession(ulong session) => _open && session == _session;

    public AttachReplyMessage State => new(disk.Id, _session, Identity, Store.Newest, Store.Digest, Complete);

    /// <summary>Takes a resync frame from the right source. Content that does not fit the disk is BadContent, and nothing of it is stored.</summary>
    public WireStatus TakeResync(in ResyncMessage message, ReadOnlySpan<byte> blocks, DataCounters counters, out ResyncStatus answer)
    {
        answer = ResyncStatus.NotReady;
        if (message.BlockSize != disk.BlockSize || !Fits(message, blocks)) return WireStatus.BadContent;
        if (message.Step == ResyncStep.Begin)
        {
            if (_every && !Complete) (answer, _expected) = (ResyncStatus.Ready, 1);
            return WireStatus.Ok;
        }

        if (message.Number != _expected) return WireStatus.Ok;
        for (int i = 0; i < message.Count; i++)
        {
            message.TakeBlock(ref blocks, out uint block, out ulong version, out ReadOnlySpan<byte> content);
            Store.Put(block, version, Crc32C.Of(content));
        }

        counters.ResyncBlocksStored += message.Count;
        answer = ResyncStatus.Stored;
        _expected = message.Step == ResyncStep.End ? 0 : _expected + 1;
        Complete = message.Step == ResyncStep.End;
        return WireStatus.Ok;
    }

    private static bool Fits(in ResyncMessage message, ReadOnlySpan<byte> blocks)
    {
        for (int i = 0; i < message.Count; i++)
        {
            message.TakeBlock(ref blocks, out uint block, out ulong version, out _);
            if (block >= DataLimits.Blocks || version is 0 or > long.MaxValue) return false;
        }

        return true;
    }
}
