using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Data;

/// <summary>
/// The VM's rebuilds (D3), one at a time. A stale copy that is attached is rebuilt in its place at once; a copy that has been away for RebuildDelay is
/// replaced by one at a living member that holds none. A rebuild that does not get on is given up, and begun again with another source or target.
/// </summary>
internal sealed partial class HostedVm
{
    private Mirror? _target;
    private int _replaced;
    private MemberId _source;
    private ulong _resync;
    private ulong _sourceCopy;
    private long _progressNs;
    private long _nextRebuildNs;
    private int _attempts;

    public void HandleResyncReply(long nowNs, MemberId from, in ResyncReplyMessage message)
    {
        if (_target is not { Attached: true } target || target.Member != from || message.Resync != _resync)
        {
            _context.Counters.Late++;
            return;
        }

        _progressNs = nowNs;
        if (message.Status == ResyncStatus.Done) Rebuilt(nowNs);
    }

    private void Rebuild(long nowNs)
    {
        if (!Running) return;
        if (_target is not null)
        {
            if (nowNs - _progressNs >= Ns(_context.Timers.DeadAfter + _context.Timers.TcpConnect)) AbortRebuild(nowNs);
            return;
        }

        MemberId source = nowNs >= _nextRebuildNs ? Source() : MemberId.None;
        if (source.IsNone) return;
        for (int i = 0; i < _mirrors.Length; i++)
        {
            int place = (i + _attempts) % _mirrors.Length;
            if (_mirrors[place] is not { Listed: true } mirror) continue;
            bool away = !mirror.Attached && nowNs - mirror.DetachedNs >= Ns(_context.Timers.RebuildDelay);
            if (mirror is { State: MirrorState.Stale, Attached: true }) BeginRebuild(nowNs, source, mirror, place);
            else if (away && Candidate(mirror) is { IsNone: false } candidate) BeginRebuild(nowNs, source, new Mirror(candidate, listed: false), place);
            if (_target is not null) return;
        }
    }

    private void BeginRebuild(long nowNs, MemberId source, Mirror target, int replaced)
    {
        int place = target.Listed ? replaced : Array.IndexOf(_mirrors, null);
        target.State = MirrorState.Target;
        _mirrors[place] = target;
        Close(target, nowNs);
        (_target, _replaced, _source, _resync, _progressNs) = (target, replaced, source, _context.NextNumber(), nowNs);
        _sourceCopy = _mirrors.First(m => m?.Member == source)!.Identity;
        _context.Counters.ResyncsStarted++;
        Publish();
        TryAttach(nowNs, place);
    }

    private void Rebuilt(long nowNs)
    {
        Mirror target = _target!;
        target.State = MirrorState.Valid;
        _target = null;
        _attempts = 0;
        if (!target.Listed)
        {
            Disown(nowNs, _replaced);
            _mirrors[_replaced] = null;
            target.Listed = true;
        }

        _context.Counters.ResyncsDone++;
        Publish();
        RetryReads(nowNs);
    }

    private void AbortRebuild(long nowNs)
    {
        _attempts++;
        _nextRebuildNs = nowNs + (Ns(_context.Timers.Heartbeat) * Math.Min(_attempts, _context.Timers.MissedHeartbeats));
        _context.Counters.ResyncsAborted++;
        EndRebuild(nowNs);
        Publish();
    }

    private void EndRebuild(long nowNs)
    {
        Mirror target = _target!;
        int place = Array.IndexOf(_mirrors, target);
        _target = null;
        target.State = MirrorState.Stale;
        Close(target, nowNs);
        Disown(nowNs, place);
        if (!target.Listed) _mirrors[place] = null;
    }

    /// <summary>A valid copy to rebuild from, another one with each attempt; this member's own only when there is no other.</summary>
    private MemberId Source()
    {
        MemberSet sources = default;
        foreach (Mirror? mirror in _mirrors)
        {
            if (mirror is { State: MirrorState.Valid, Attached: true }) sources = sources.With(mirror.Member);
        }

        return Choose(sources, MemberId.None);
    }

    /// <summary>A living member without a copy, to take this mirror's place; this member itself only when there is no other.</summary>
    private MemberId Candidate(Mirror replaced)
    {
        MemberSet holders = default;
        foreach (Mirror? mirror in _mirrors)
        {
            if (mirror is not null) holders = holders.With(mirror.Member);
        }

        return Choose(new MemberSet(_context.Links.Alive.Bits & ~holders.Bits), replaced.Member);
    }

    /// <summary>The member that follows <paramref name="after"/> in the set, in a circle, and with each failed attempt the one behind it.</summary>
    private MemberId Choose(MemberSet among, MemberId after)
    {
        if (among.Count > 1) among = among.Without(_context.Self);
        if (among.Count == 0) return MemberId.None;
        int first = 0;
        foreach (MemberId member in among)
        {
            if (member.Value < after.Value) first++;
        }

        int index = (first + _attempts) % among.Count;
        foreach (MemberId member in among)
        {
            if (index-- == 0) return member;
        }

        return MemberId.None;
    }
}
