using System.Collections.Concurrent;

namespace VsanEmu.Net.Capture;

/// <summary>
/// Writes chunks of capture files on a thread of its own, so that a slow disk never holds up a capture. Chunks come from a bounded pool:
/// when it is empty the capture goes without, and counts what the file lacks.
/// </summary>
internal sealed class ChunkWriter : IDisposable
{
    /// <summary>Bytes of a chunk; more than the longest block.</summary>
    internal const int ChunkSize = 128 * 1024;

    /// <summary>Chunks that all files together may have in use: 64 MiB.</summary>
    internal const int MaxChunks = 512;

    private readonly BlockingCollection<Job> _jobs = [];
    private readonly ConcurrentBag<byte[]> _free = [];
    private readonly Thread _thread;
    private int _made;

    internal ChunkWriter()
    {
        _thread = new Thread(Work) { IsBackground = true, Name = "pcapng" };
        _thread.Start();
    }

    /// <summary>A chunk to fill, or null when all are in use. Never waits.</summary>
    internal byte[]? TryRent()
    {
        if (_free.TryTake(out byte[]? chunk)) return chunk;
        if (Interlocked.Increment(ref _made) <= MaxChunks) return new byte[ChunkSize];
        Interlocked.Decrement(ref _made);
        return null;
    }

    /// <summary>Hands over a rented chunk with whole blocks in it. Never waits.</summary>
    /// <param name="file">Where it goes.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="length">How much of it is filled.</param>
    /// <param name="frames">Frames in it.</param>
    internal void Submit(PcapngFile file, byte[] chunk, int length, int frames) => _jobs.Add(new(file, chunk, length, frames));

    /// <summary>Writes what was handed over, and ends.</summary>
    public void Dispose()
    {
        if (!_thread.IsAlive) return;
        _jobs.CompleteAdding();
#pragma warning disable RS0030 // As its captures are.
        _thread.Join();
#pragma warning restore RS0030
        _jobs.Dispose();
    }

    private void Work()
    {
        foreach (Job job in _jobs.GetConsumingEnumerable())
        {
            job.File.Write(job.Chunk.AsSpan(0, job.Length), job.Frames);
            _free.Add(job.Chunk);
        }
    }

    private readonly record struct Job(PcapngFile File, byte[] Chunk, int Length, int Frames);
}
