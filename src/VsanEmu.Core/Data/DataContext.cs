using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Data;

/// <summary>What the parts of one member's data plane share.</summary>
internal sealed class DataContext
{
    private byte[]? _scratch;

    public DataContext(DataPlaneOptions options)
    {
        if (options.IncarnationNs <= 0) throw new ArgumentOutOfRangeException(nameof(options), options.IncarnationNs, "IncarnationNs must be over 0");
        Options = options;
        Links = new DataLinks(options.Self, options.Cluster.Profile.DataConnection);
        Queue = new SendQueue(Links, Counters);
        Disks = [.. options.Cluster.Vms.Select((vm, i) => new VmDisk(i, vm))];
        Objects = new VmObject?[Disks.Count];
        LastNumber = (ulong)options.IncarnationNs;
    }

    public DataPlaneOptions Options { get; }

    public MemberId Self => Options.Self;

    public TimerSpec Timers => Options.Cluster.Timers;

    public DataCounters Counters { get; } = new();

    public DataLinks Links { get; }

    public SendQueue Queue { get; }

    public IReadOnlyList<VmDisk> Disks { get; }

    /// <summary>The newest that the directory, or this member as the host, says of each VM.</summary>
    public VmObject?[] Objects { get; }

    /// <summary>Set when the connections that the data plane needs may have changed.</summary>
    public bool NeedsChanged { get; set; }

    /// <summary>
    /// Versions, sessions, rebuilds and copies take their numbers from here. It begins at this life's incarnation and grows by less than one a
    /// nanosecond, so a later life's numbers are larger.
    /// </summary>
    public ulong LastNumber { get; private set; }

    /// <summary>A block of any VM's size, for content that is needed only for a moment.</summary>
    public Span<byte> Scratch(VmDisk disk) => (_scratch ??= new byte[Disks.Max(d => d.BlockSize)]).AsSpan(0, disk.BlockSize);

    public ulong NextNumber() => ++LastNumber;

    /// <summary>Numbers of an earlier life, or of another member's clock, were seen: go on above them.</summary>
    public void Above(ulong number) => LastNumber = Math.Max(LastNumber, number);

    /// <summary>The checksum of what a block holds at a version.</summary>
    public uint ChecksumOf(VmDisk disk, uint block, ulong version)
    {
        Span<byte> content = Scratch(disk);
        disk.Fill(content, block, version);
        return Crc32C.Of(content);
    }
}
