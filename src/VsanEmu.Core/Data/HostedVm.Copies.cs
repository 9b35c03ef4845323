using System.Numerics;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Data;

/// <summary>The VM's copies: sessions with them, and which of them have all that was written.</summary>
internal sealed partial class HostedVm
{
    /// <summary>One place for each copy and one for a rebuild target; a mirror keeps its place, which is its bit in an operation's masks.</summary>
    private readonly Mirror?[] _mirrors = new Mirror?[DataLimits.MaxCopies + 1];

    private MemberSet Copies => MemberSet.Of(_mirrors.Where(m => m is { Listed: true }).Select(m => m!.Member));

    private bool CopiesAtRest
    {
        get
        {
            foreach (Mirror? mirror in _mirrors)
            {
                if (mirror is null or { State: MirrorState.Valid, Attached: true }) continue;
                // A living holder will be attached. Anything else takes a valid copy to rebuild from.
                bool alive = _context.Links.Alive.Contains(mirror.Member);
                if (alive && !mirror.Attached) return false;
                if (AttachedValid != 0 && (alive || !Candidate(mirror).IsNone)) return false;
            }

            return true;
        }
    }

    public void LinkUp(long nowNs, MemberId peer)
    {
        if (On && TryPlace(peer, out int place)) TryAttach(nowNs, place);
    }

    public void LinkDown(long nowNs, MemberId peer, bool openedBySelf)
    {
        if (!On || !_context.Links.CarriesD1(openedBySelf) || !TryPlace(peer, out int place)) return;
        Reattach(nowNs, place);
    }

    public void PeerAlive(long nowNs, MemberId peer, bool alive)
    {
        if (!On || !TryPlace(peer, out int place)) return;
        if (alive)
        {
            TryAttach(nowNs, place);
            return;
        }

        Detach(nowNs, place);
        DropPending(nowNs, place);
        RetryReads(nowNs);
    }

    public void HandleAttachReply(long nowNs, MemberId from, in AttachReplyMessage message)
    {
        if (!On || !TryPlace(from, out int place) || _mirrors[place] is not { Attached: false, Session: > 0 } mirror || message.Session < mirror.Session)
        {
            _context.Counters.Late++;
            return;
        }

        _context.Above(message.Session);
        if (message.Session == mirror.Session) Attached(nowNs, place, message);
        else mirror.Session = 0; // An earlier life of this member had a larger one: the next tick asks with a still larger.
    }

    private void SetCopies(MemberSet copies)
    {
        Array.Clear(_mirrors);
        int place = 0;
        foreach (MemberId member in copies) _mirrors[place++] = new Mirror(member, listed: true);
    }

    private void AttachAll(long nowNs)
    {
        for (int place = 0; place < _mirrors.Length; place++) TryAttach(nowNs, place);
    }

    private void TryAttach(long nowNs, int place)
    {
        if (_mirrors[place] is not { Attached: false } mirror) return;
        ulong resync = mirror == _target ? _resync : 0;
        if (mirror.Member == _context.Self)
        {
            mirror.Session = _context.NextNumber();
            if (_holder.Attach(_disk, mirror.Member, new AttachMessage(_disk.Id, mirror.Session, resync, Go: false)))
                Attached(nowNs, place, _holder[_disk.Index]!.State);
            return;
        }

        if (mirror.Session != 0 && nowNs - mirror.AskedNs < Ns(_context.Timers.Heartbeat)) return;
        if (!_context.Links.Alive.Contains(mirror.Member)) return;
        if (mirror.Session == 0) mirror.Session = _context.NextNumber();
        mirror.AskedNs = nowNs;
        if (!Send(mirror, new QueuedSend { Kind = MessageKind.Attach, Version = resync })) mirror.Session = 0;
    }

    private void Attached(long nowNs, int place, in AttachReplyMessage message)
    {
        Mirror mirror = _mirrors[place]!;
        bool same = mirror.Identity == message.Copy && message.Complete;
        _context.Above(message.Newest);
        mirror.Attached = true;
        mirror.Identity = message.Copy;
        mirror.Found = (message.Complete, message.Newest, message.Digest);
        switch (mirror.State)
        {
            case MirrorState.Target:
                // First every write in flight goes to it, then it may be rebuilt: what has ended before is with the source by now.
                _progressNs = nowNs;
                Forward(nowNs, place);
                if (mirror.Member == _context.Self) _holder.Attach(_disk, mirror.Member, new AttachMessage(_disk.Id, mirror.Session, _resync, Go: true));
                else Send(mirror, new QueuedSend { Kind = MessageKind.Attach, Version = _resync, Status = 1 });
                break;
            case MirrorState.Valid when same:
                Forward(nowNs, place);
                break;
            case MirrorState.Valid:
                if (Mask(MirrorState.Valid) == Bit(place)) Recover(nowNs);
                else MakeStale(nowNs, Bit(place));
                break;
        }

        if (_starting && ListedAttached) Started(nowNs);
        else if (!_starting && Mask(MirrorState.Valid) == 0) Elect();
        RetryReads(nowNs);
    }

    private bool ListedAttached
    {
        get
        {
            foreach (Mirror? mirror in _mirrors)
            {
                if (mirror is { Listed: true, Attached: false }) return false;
            }

            return true;
        }
    }

    /// <summary>The last valid copy has come back as another one, its content lost. What is in flight fails, and the best of what is left is looked for.</summary>
    private void Recover(long nowNs)
    {
        if (_target is not null) AbortRebuild(nowNs);
        foreach (Mirror? mirror in _mirrors)
        {
            if (mirror is not null) mirror.State = MirrorState.Stale;
        }

        FailAll();
        BeginStart(nowNs);
        AttachAll(nowNs);
    }

    /// <summary>
    /// No copy is known to be valid: the VM has just been given to this life of the member, or all valid copies were lost. Of the complete copies the one
    /// with the newest write becomes valid, and with it all that equal it. What it lacks is lost.
    /// </summary>
    private void Elect()
    {
        Mirror? best = null;
        foreach (Mirror? mirror in _mirrors)
        {
            if (mirror is { Listed: true, Attached: true, Found.Complete: true } && (best is null || mirror.Found.Newest > best.Found.Newest)) best = mirror;
        }

        if (best is null) return;
        if (_map.Forget()) _context.Counters.Reverted++;
        foreach (Mirror? mirror in _mirrors)
        {
            if (mirror is { Listed: true, Attached: true } && mirror.Found == best.Found) mirror.State = MirrorState.Valid;
        }
    }

    /// <summary>Copies lack something: no operation waits for them or counts on them any more. All of them, before any operation ends by it.</summary>
    private void MakeStale(long nowNs, byte places)
    {
        for (byte rest = places; rest != 0; rest &= (byte)(rest - 1)) _mirrors[BitOperations.TrailingZeroCount(rest)]!.State = MirrorState.Stale;
        for (byte rest = places; rest != 0; rest &= (byte)(rest - 1)) Disown(nowNs, BitOperations.TrailingZeroCount(rest));
    }

    private void Detach(long nowNs, int place)
    {
        Mirror mirror = _mirrors[place]!;
        Close(mirror, nowNs);
        UnaskReads(place);
        if (mirror == _target) AbortRebuild(nowNs);
    }

    private static void Close(Mirror mirror, long nowNs)
    {
        if (mirror.Attached) mirror.DetachedNs = nowNs;
        mirror.Attached = false;
        mirror.Session = 0;
    }

    private bool Send(Mirror mirror, QueuedSend send)
    {
        if (!_context.Links.TryToHolder(mirror.Member, out send.OnOpenedBySelf)) return false;
        send.To = mirror.Member;
        send.Flow = FlowId.D1;
        send.Vm = _disk.Index;
        send.Session = mirror.Session;
        return _context.Queue.TryAdd(send);
    }

    private bool TryPlace(MemberId member, out int place)
    {
        for (place = 0; place < _mirrors.Length; place++)
        {
            if (_mirrors[place] is { } mirror && mirror.Member == member) return true;
        }

        return false;
    }

    private byte Mask(MirrorState state)
    {
        byte mask = 0;
        for (int place = 0; place < _mirrors.Length; place++)
        {
            if (_mirrors[place] is { } mirror && mirror.State == state) mask |= Bit(place);
        }

        return mask;
    }

    private byte AttachedValid
    {
        get
        {
            byte mask = 0;
            for (int place = 0; place < _mirrors.Length; place++)
            {
                if (_mirrors[place] is { State: MirrorState.Valid, Attached: true }) mask |= Bit(place);
            }

            return mask;
        }
    }

    private static byte Bit(int place) => (byte)(1 << place);
}
