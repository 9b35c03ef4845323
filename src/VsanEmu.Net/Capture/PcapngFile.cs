using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Net.Capture;

/// <summary>
/// One port's pcapng file. Filled by the capture, which never waits, and written by a <see cref="ChunkWriter"/> in whole blocks: a run that is
/// interrupted leaves a file that can be read.
/// </summary>
internal sealed class PcapngFile : IDisposable
{
    private const string Ending = ".pcapng";

    private readonly ChunkWriter _writer;
    private readonly Stream _file;
    private byte[]? _chunk;
    private int _length;
    private int _frames;
    private long _appended;
    private long _lost;
    private bool _failed;

    /// <param name="writer">Writes it.</param>
    /// <param name="name">Its name, without the folder.</param>
    /// <param name="file">The file, empty and without a buffer of its own. Belongs to this from here on.</param>
    /// <param name="port">The port's name, for the interface description.</param>
    /// <param name="snaplen">Bytes kept of each frame.</param>
    internal PcapngFile(ChunkWriter writer, string name, Stream file, string port, int snaplen)
    {
        _writer = writer;
        _file = file;
        Name = name;
        Span<byte> start = stackalloc byte[PcapngFormat.MaxOverhead];
        _file.Write(start[..PcapngFormat.WriteStart(start, port, snaplen)]);
    }

    /// <summary>The file's name, without its folder.</summary>
    internal string Name { get; }

    /// <summary>Frames that are missing from the file, because the disk was slow, full or gone.</summary>
    internal long Lost => Interlocked.Read(ref _lost);

    /// <summary>Makes the port's file in a folder, in place of one of that name.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal static PcapngFile Create(ChunkWriter writer, string directory, string port, int snaplen)
    {
        string name = ShortNames.Of(port, ShortNames.File - Ending.Length) + Ending;
        string path = Path.Combine(directory, name);
        try
        {
            var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            return new PcapngFile(writer, name, file, port, snaplen);
        }
        catch (UnauthorizedAccessException)
        {
            throw new CaptureException($"the capture {path} cannot be written: permission denied");
        }
        catch (FileNotFoundException)
        {
            // What proc(5) and the like say of a new file.
            throw new CaptureException($"the capture {path} cannot be written there");
        }
    }

    /// <summary>Adds a frame; a tag that was taken off it is put back.</summary>
    internal void Append(ReadOnlySpan<byte> frame, int wireLength, PortDirection direction, long realtimeNs, VlanTag tag = default)
    {
        _appended++;
        if (!HasRoom(PcapngFormat.PacketLength(frame.Length + (tag.Exists ? VlanTag.Length : 0))))
        {
            Interlocked.Increment(ref _lost);
            return;
        }

        _length += PcapngFormat.WritePacket(_chunk.AsSpan(_length), frame, new CapturedFrame(wireLength, direction, realtimeNs, tag));
        _frames++;
    }

    /// <summary>Hands over what was added since the last time.</summary>
    internal void Flush()
    {
        if (_chunk is null) return;
        _writer.Submit(this, _chunk, _length, _frames);
        _chunk = null;
        _length = _frames = 0;
    }

    /// <summary>Ends the file with the capture's counts. They are left out when the disk is too slow even for that.</summary>
    /// <param name="realtimeNs">Now, ns since 1970.</param>
    /// <param name="dropped">Frames that the kernel dropped.</param>
    internal void Finish(long realtimeNs, long dropped)
    {
        if (HasRoom(PcapngFormat.MaxOverhead))
            _length += PcapngFormat.WriteStatistics(_chunk.AsSpan(_length), realtimeNs, _appended + dropped, dropped, _appended - Lost);
        Flush();
    }

    /// <summary>Writes a chunk; on the writer's thread. A full disk does not end the run, only the file: after its last whole chunk.</summary>
    internal void Write(ReadOnlySpan<byte> chunk, int frames)
    {
        long end = _file.Length;
        try
        {
            if (!_failed)
            {
                _file.Write(chunk);
                return;
            }
        }
        catch (IOException)
        {
            _failed = true;
            _file.SetLength(end);
        }

        Interlocked.Add(ref _lost, frames);
    }

    /// <summary>Closes the file, after the writer has ended.</summary>
    public void Dispose() => _file.Dispose();

    private bool HasRoom(int length)
    {
        if (_chunk is not null && _length + length > _chunk.Length) Flush();
        _chunk ??= _writer.TryRent();
        return _chunk is not null;
    }
}
