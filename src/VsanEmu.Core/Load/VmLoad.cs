using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Load;

/// <summary>What the VMs of a load do, each the same.</summary>
public sealed record VmOptions
{
    /// <summary>Most operations under way for one VM.</summary>
    public const int MostQueueDepth = 1024;

    /// <summary>Bytes of a block. Default 4096, 512 to 1 MiB.</summary>
    public int BlockBytes { get; init; } = 4096;

    /// <summary>Operations under way at a time, at most. Default 32, 1 to <see cref="MostQueueDepth"/>.</summary>
    public int QueueDepth { get; init; } = 32;

    /// <summary>Share of reads, 0 to 1. Default 0.7.</summary>
    public double ReadShare { get; init; } = 0.7;

    /// <summary>
    /// Operations per second of each VM (open loop: each counts from when it was due, so that what a stall holds up is not left out); 0 for the next as soon as one has ended (closed loop).
    /// </summary>
    public double OperationsPerSecond { get; init; }

    /// <summary>How many members keep a VM's blocks. Default 2, 1 to 3; fewer where there are fewer other members.</summary>
    public int Copies { get; init; } = 2;
}

/// <summary>A VM of a load.</summary>
/// <param name="Id">Its number, from 1.</param>
/// <param name="Host">The member on which it runs.</param>
/// <param name="Copies">The members that keep its blocks: each write goes to all of them, a read to one after the other.</param>
public sealed record LoadVm(int Id, string Host, IReadOnlyList<string> Copies)
{
    /// <summary>One VM on each member, with its blocks at the members after it, so that all of it crosses the fabric.</summary>
    /// <exception cref="LoadException">There are too few members.</exception>
    public static IReadOnlyList<LoadVm> Make(ClusterSpec cluster, VmOptions options)
    {
        string[] members = [.. cluster.Members.Select(m => m.Name)];
        if (members.Length < 2) throw new LoadException("a load takes two members");
        int copies = Math.Min(options.Copies, members.Length - 1);
        return [.. members.Select((m, i) => new LoadVm(i + 1, m, [.. Enumerable.Range(1, copies).Select(c => members[(i + c) % members.Length])]))];
    }
}

/// <summary>What became of one VM's operations.</summary>
public sealed record VmResult
{
    /// <summary>The VM's number.</summary>
    public required int Vm { get; init; }

    /// <summary>Where it ran.</summary>
    public required string Host { get; init; }

    /// <summary>Who kept its blocks.</summary>
    public required IReadOnlyList<string> Copies { get; init; }

    /// <summary>Operations begun.</summary>
    public required long Begun { get; init; }

    /// <summary>Reads that ended.</summary>
    public required long Reads { get; init; }

    /// <summary>Writes that all copies acknowledged.</summary>
    public required long Writes { get; init; }

    /// <summary>Operations that did not end: exactly <see cref="Begun"/> - <see cref="Reads"/> - <see cref="Writes"/>.</summary>
    public long Unfinished => Begun - Reads - Writes;

    /// <summary>Operations that were due and could not begin, because too many were under way; 0 in a closed loop.</summary>
    public required long Forgone { get; init; }

    /// <summary>From when a read was due, or began, to its last byte, nanoseconds; null without any.</summary>
    public required DelaySummary? ReadLatency { get; init; }

    /// <summary>From when a write was due, or began, to the last copy's acknowledgement, nanoseconds; null without any.</summary>
    public required DelaySummary? WriteLatency { get; init; }

    /// <summary>What became of what each copy was asked.</summary>
    public IReadOnlyList<VmCopyResult> ByCopy { get => field ?? []; init; } = [];

    /// <summary>What ended it early, in words; else empty.</summary>
    public string Error { get; init; } = "";
}

/// <summary>What became of one VM's operations at one of its copies.</summary>
/// <param name="Member">The member that keeps the copy.</param>
/// <param name="Asked">Operations that it was asked for, warm-up included.</param>
/// <param name="Answered">Those that it answered.</param>
/// <param name="Stalled">Whether answers are missing, and none came any more when sending had ended and they were waited for.</param>
/// <param name="Tcp">What TCP says of the connection; null where the kernel does not say.</param>
public sealed record VmCopyResult(string Member, long Asked, long Answered, bool Stalled, TcpFacts? Tcp);

/// <summary>A VM load's outcome.</summary>
public sealed record VmLoadResult
{
    /// <summary>Version of this record's format.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The tool's version.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>When it began, ISO 8601.</summary>
    public required string Started { get; init; }

    /// <summary>What the VMs did.</summary>
    public required VmOptions Options { get; init; }

    /// <summary>How long it was measured, nanoseconds.</summary>
    public required long MeasuredNs { get; init; }

    /// <summary>Whether it ran its whole time.</summary>
    public required bool Completed { get; init; }

    /// <summary>The intervals: operations begun and ended, and the bytes of their blocks, each counted once however many copies there are.</summary>
    public required IReadOnlyList<LoadInterval> Intervals { get; init; }

    /// <summary>Each VM.</summary>
    public required IReadOnlyList<VmResult> Vms { get; init; }

    /// <summary>Latency of all reads.</summary>
    public required DelaySummary? ReadLatency { get; init; }

    /// <summary>Latency of all writes.</summary>
    public required DelaySummary? WriteLatency { get; init; }

    /// <summary>Processor time of this process over the measured time, in processors.</summary>
    public required double Processors { get; init; }

    /// <summary>Why the generator, not the fabric, was the limit; empty when it was not.</summary>
    public required string GeneratorLimit { get; init; }

    /// <summary>How much of what was due need not end, percent; null for the default: every VM and every copy must get on.</summary>
    public double? MaxLossPercent { get; init; }

    /// <summary>Whether it passed, and who was the limit.</summary>
    public LoadVerdict Verdict { get => field ?? LoadVerdict.Passed; init; } = LoadVerdict.Passed;

    /// <summary>Reads and writes per second, of all VMs.</summary>
    public double OperationsPerSecond => Vms.Sum(v => v.Reads + v.Writes) / Math.Max(1e-9, MeasuredNs / 1e9);

    /// <summary>Blocks that crossed the fabric, bit/s: a write to each copy.</summary>
    public double CarriedBitsPerSecond => 8.0 * Options.BlockBytes * Vms.Sum(v => v.Reads + (v.Writes * v.Copies.Count)) / Math.Max(1e-9, MeasuredNs / 1e9);
}
