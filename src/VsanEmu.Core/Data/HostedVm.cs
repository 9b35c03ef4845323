using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Data;

/// <summary>
/// One VM at the member that runs it: power, start and stop. The other parts of this class are its copies, its operations and its rebuilds.
/// It rests on three rules. A write completes only when every valid copy has answered; a valid copy that did not, is stale from then on. Copies keep
/// the newest version they see, so order does not matter. And a rebuild begins only when its target already gets every write.
/// </summary>
internal sealed partial class HostedVm
{
    private readonly DataContext _context;
    private readonly VmDisk _disk;
    private readonly CopyHolder _holder;
    private readonly ResyncSender _sender;
    private Workload _work;
    private bool _stopping;
    private bool _starting;
    private long _startUntilNs;
    private bool _publish;

    public HostedVm(DataContext context, VmDisk disk, CopyHolder holder, ResyncSender sender)
    {
        (_context, _disk, _holder, _sender) = (context, disk, holder, sender);
        _operations = new OperationTable(disk.Spec.QueueDepth);
        _work = new Workload(disk.Spec, SplitMix.Mix(context.Options.Seed, (ulong)disk.Index, context.Self.Value));
        SetCopies(MemberSet.Of(disk.Spec.Copies));
    }

    public bool On { get; private set; }

    /// <summary>Whether it was on at any time in this life of the member.</summary>
    public bool EverOn { get; private set; }

    /// <summary>When the next operation is due; <see cref="long.MaxValue"/> while none may be started.</summary>
    public long NextTimeoutNs => Running && !_operations.Full ? _work.NextNs : long.MaxValue;

    /// <summary>Nothing is to be waited for: started or off, and every copy that can be whole is.</summary>
    public bool AtRest => !On || (Running && _target is null && CopiesAtRest);

    private bool Running => On && !_starting && !_stopping;

    public VmObservation Observe() => new()
    {
        Vm = _disk.Spec.Name,
        Writes = _writes,
        Reads = _reads,
        Failed = _failed,
        Mismatched = _mismatched,
        Copies = Copies.ToList(),
    };

    public void PowerOn(long nowNs)
    {
        _stopping = false;
        if (On) return;
        On = EverOn = true;
        BeginStart(nowNs);
        Publish();
        AttachAll(nowNs);
    }

    public void PowerOff(long nowNs)
    {
        _stopping = On;
        Pump(nowNs);
    }

    /// <summary>The directory holds an object of an earlier life: its copies are the ones to use, and it is off now.</summary>
    public void Adopt(in VmObject earlier)
    {
        if (EverOn) return;
        SetCopies(earlier.Copies);
        _context.Above(earlier.Resync);
        if (earlier.On || earlier.Resync != 0) Publish();
        else Follow(earlier);
    }

    public bool TryPollPublish(out VmObject obj)
    {
        obj = _publish ? Object : default;
        bool was = _publish;
        _publish = false;
        return was;
    }

    /// <summary>What is done a few times per heartbeat.</summary>
    public void Tick(long nowNs)
    {
        if (!On) return;
        AttachAll(nowNs);
        if (_starting && nowNs >= _startUntilNs) Started(nowNs);
        if (!_starting && Mask(MirrorState.Valid) == 0) Elect();
        Expire(nowNs);
        RetryReads(nowNs);
        Rebuild(nowNs);
    }

    /// <summary>Starts the operations that are due, and ends a stop whose last operation has ended. Called at the end of every input.</summary>
    public void Pump(long nowNs)
    {
        while (Running && !_operations.Full && _work.TryTake(nowNs, ref _context.Counters.Skipped)) Issue(nowNs);
        if (_stopping && _operations.InFlight == 0) Stopped(nowNs);
    }

    private VmObject Object => new()
    {
        Vm = _disk.Spec.Name,
        Host = _context.Self,
        On = On,
        Copies = Copies,
        ResyncSource = _target is null ? MemberId.None : _source,
        ResyncTarget = _target?.Member ?? MemberId.None,
        Resync = _target is null ? 0 : _resync,
        SourceCopy = _target is null ? 0 : _sourceCopy,
    };

    private void Publish()
    {
        _publish = true;
        Follow(Object);
    }

    /// <summary>This member's own copy and rebuild follow at once, not by way of the directory.</summary>
    private void Follow(in VmObject obj)
    {
        _context.Objects[_disk.Index] = obj;
        _context.NeedsChanged = true;
        _holder.Follow(_disk, obj);
        _sender.Follow(obj);
    }

    private void BeginStart(long nowNs)
    {
        _starting = true;
        _startUntilNs = nowNs + Ns(_context.Timers.DeadAfter + _context.Timers.TcpConnect);
        foreach (Mirror? mirror in _mirrors)
        {
            if (mirror is null) continue;
            Close(mirror, nowNs);
            mirror.DetachedNs = nowNs;
        }
    }

    private void Started(long nowNs)
    {
        _starting = false;
        if (Mask(MirrorState.Valid) == 0) Elect();
        _work.Start(nowNs);
    }

    private void Stopped(long nowNs)
    {
        _stopping = _starting = On = false;
        if (_target is not null) EndRebuild(nowNs);
        foreach (Mirror? mirror in _mirrors)
        {
            if (mirror is not null) Close(mirror, nowNs);
        }

        Publish();
    }

    private static long Ns(TimeSpan span) => span.Ticks * 100;
}
