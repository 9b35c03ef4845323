using System.Diagnostics;
using System.Globalization;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Tests.Segments;
using VsanEmu.Net.Tools;

namespace VsanEmu.Net.Tests.Capture;

/// <summary>The evidence files, read by tshark.</summary>
public sealed class PcapngTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vsanemu").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Tshark_reads_what_was_captured_with_direction_time_and_true_length()
    {
        Assert.SkipWhen(Tool.Find("tshark") is null, "tshark is not installed");
        using var segment = new Segment();
        Endpoint a = segment.Add("198.18.0.1");
        Endpoint b = segment.Add("198.18.0.2");
        long start = UnixNs();
        PortCapture port;
        using (var captures = new CaptureSet(Traffic.Channels, Stopwatch.GetTimestamp(), Path.Combine(_folder, "new")))
        {
            captures.Add("esx01", PortKind.Member, a.Open());
            a.SendUdp(Traffic.Channels.AgentGroup!, 23451, 300, size: 1000);
            b.SendUdp(Traffic.Channels.AgentGroup!, 23451, 200);
            port = captures.SnapshotWhen(p => p[0].Flows.Sum(f => f.Packets) >= 500)[0];

            // As an interrupted run would leave it, once the writer's turn has come.
            string interrupted = Path.Combine(_folder, "interrupted.pcapng");
            Eventually.Until(
                () =>
                {
                    File.Copy(Path.Combine(_folder, "new", "esx01.pcapng"), interrupted, overwrite: true);
                    return Fields(interrupted, "frame.number").Length >= port.Frames;
                },
                "what was captured is not in the file");
        }

        Assert.Equal(("esx01.pcapng", 0L), (port.File, port.FileLost));
        string file = Path.Combine(_folder, "new", port.File!);
        string[][] udp = [.. Fields(file, "frame.packet_flags_direction", "frame.len", "frame.cap_len", "frame.time_epoch", "frame.interface_name", "udp.dstport")
            .Select(line => line.Split('\t')).Where(f => f[5] == "23451")];
        Assert.Equal(300, udp.Count(f => Convert.ToInt32(f[0], 16) == 2 && f[1] == "1042" && f[2] == "256"));
        Assert.Equal(200, udp.Count(f => Convert.ToInt32(f[0], 16) == 1 && f[1] == "142" && f[2] == "142"));
        Assert.All(udp, f => Assert.Equal("esx01", f[4]));
        decimal[] times = [.. udp.Select(f => decimal.Parse(f[3], CultureInfo.InvariantCulture))];
        Assert.Equal(times.Order(), times);
        Assert.InRange(times[0], start / 1e9m - 0.001m, times[^1]);
        Assert.InRange(times[^1], times[0], UnixNs() / 1e9m);
    }

    [Fact]
    public void A_full_disk_ends_the_file_after_its_last_whole_block_and_is_counted()
    {
        using var writer = new ChunkWriter();
        using var disk = new Disk { Capacity = 2500 };
        using var file = new PcapngFile(writer, "esx01.pcapng", disk, "esx01", 256);
        for (int i = 0; i < 10; i++)
        {
            for (int frame = 0; frame < 4; frame++) file.Append(new byte[200], 200, PortDirection.In, i);
            file.Flush();
        }

        writer.Dispose();
        long start = PcapngFormat.WriteStart(new byte[PcapngFormat.MaxOverhead], "esx01", 256);
        Assert.Equal((start + (2 * 4 * PcapngFormat.PacketLength(200)), 32), (disk.Length, file.Lost));
    }

    [Fact]
    public void A_port_of_the_longest_name_has_a_file_of_its_own_with_its_whole_name_in_it()
    {
        string longest = string.Join('.', Enumerable.Repeat(new string('a', 63), 3)) + "." + new string('b', 60);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("vsanemu-names-");
        using (var writer = new ChunkWriter())
        {
            foreach (char last in "12") PcapngFile.Create(writer, folder.FullName, longest + last, 256).Dispose();
        }

        FileInfo[] files = folder.GetFiles();
        Assert.Equal((2, true), (files.Length, files.All(f => f.Name.EndsWith(".pcapng", StringComparison.Ordinal))));
        Assert.All("12", last => Assert.Single(files, f => File.ReadAllText(f.FullName, System.Text.Encoding.Latin1).Contains(longest + last)));
        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_slow_disk_does_not_hold_up_the_capture_and_is_counted()
    {
        const int Frame = 60_000;
        using var gate = new ManualResetEventSlim();
        using var writer = new ChunkWriter();
        using var disk = new Disk { Capacity = long.MaxValue };
        using var file = new PcapngFile(writer, "esx01.pcapng", disk, "esx01", 65535);
        disk.Gate = gate;
        var frame = new byte[Frame];
        const int Fit = ChunkWriter.MaxChunks * (ChunkWriter.ChunkSize / Frame);
        for (int i = 0; i < Fit + 10; i++) file.Append(frame, Frame, PortDirection.Out, i);
        Assert.Equal(10, file.Lost);

        gate.Set();
        file.Finish(0, dropped: 0);
        writer.Dispose();
        Assert.InRange(disk.Length, (long)Fit * Frame, (long)(Fit + 1) * Frame);
    }

    private static string[] Fields(string file, params string[] names) =>
        Tool.Run("tshark", ["-r", file, "-n", "-T", "fields", .. names.SelectMany(n => (string[])["-e", n])])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static long UnixNs() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    /// <summary>A disk that can be full or slow; keeps no content.</summary>
    private sealed class Disk : Stream
    {
        private long _length;

        public long Capacity { get; init; }

        public ManualResetEventSlim? Gate { get; set; }

        public override bool CanRead => false;

        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position { get; set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Gate?.Wait();
            bool fits = _length + buffer.Length <= Capacity;
            _length = fits ? _length + buffer.Length : Capacity; // as a disk does: what fits is written
            if (!fits) throw new IOException("no space left on device");
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void SetLength(long value) => _length = value;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    }
}
