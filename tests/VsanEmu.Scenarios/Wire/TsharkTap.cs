using System.Diagnostics;
using VsanEmu.Lab;

namespace VsanEmu.Scenarios.Wire;

/// <summary>tshark at every port of a fabric's switch: eyes that share no code with the tool.</summary>
internal sealed class TsharkTap : IDisposable
{
    private readonly Process _tshark;
    private readonly string _file;

    private TsharkTap(Process tshark, string file)
    {
        _tshark = tshark;
        _file = file;
    }

    /// <summary>Starts it, and returns when it captures.</summary>
    public static async Task<TsharkTap> StartAsync(Fabric fabric, IEnumerable<string> endpoints, string file)
    {
        var start = new ProcessStartInfo("tshark") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string endpoint in endpoints) Add(start, "-i", fabric.Plan.Port(endpoint));
        Add(start, "-n", "-q", "-s", "160", "-B", "16", "-f", "igmp or udp or tcp port 2233", "-w", file);
        Process tshark = fabric.SwitchNamespace.Run(() => Process.Start(start)!);
        var tap = new TsharkTap(tshark, file);
        while (await tshark.StandardError.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("Capturing on", StringComparison.Ordinal)) continue;
            // The line comes before the sockets are open, one for each port; the file's head is written after.
            await Eventually.UntilAsync(() => Sockets(fabric) >= start.ArgumentList.Count(a => a == "-i") && File.Exists(file) && new FileInfo(file).Length > 0, "tshark does not capture");
            await Task.Delay(200);
            _ = tshark.StandardError.ReadToEndAsync();
            return tap;
        }

        throw new InvalidOperationException("tshark ended before it captured");
    }

    /// <summary>Ends the capture and reads it.</summary>
    public async Task<IReadOnlyList<WirePacket>> FinishAsync()
    {
        await Task.Delay(300);
        Signal.Send(_tshark, "INT");
        await _tshark.WaitForExitAsync();
        var start = new ProcessStartInfo("tshark") { RedirectStandardOutput = true, RedirectStandardError = true };
        Add(start, "-n", "-r", _file, "-T", "fields", "-E", "occurrence=f");
        foreach (string field in WirePacket.Fields) Add(start, "-e", field);
        using Process reader = Process.Start(start)!;
        _ = reader.StandardError.ReadToEndAsync();
        var packets = new List<WirePacket>();
        while (await reader.StandardOutput.ReadLineAsync() is { } line)
            if (WirePacket.Parse(line) is { } packet) packets.Add(packet);
        await reader.WaitForExitAsync();
        return packets;
    }

    public void Dispose()
    {
        if (!_tshark.HasExited) _tshark.Kill(entireProcessTree: true);
        _tshark.Dispose();
    }

    // The first line says what the columns are.
    private static int Sockets(Fabric fabric) => fabric.SwitchNamespace.Run(() => File.ReadLines("/proc/thread-self/net/packet").Count()) - 1;

    private static void Add(ProcessStartInfo start, params string[] arguments)
    {
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
    }
}
