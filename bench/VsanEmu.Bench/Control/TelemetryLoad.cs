using System.Diagnostics;
using System.Globalization;
using VsanEmu.Control.Redis;

namespace VsanEmu.Bench.Control;

/// <summary>
/// What so many hosts' telemetry costs one Redis and one controller. The hosts are simulated, in a process of their own; keys, messages and the controller are the tool's.
/// <code>
/// redis-server --port 0 --unixsocket /tmp/bench.sock --save '' &amp;
/// VsanEmu.Bench telemetry-hosts unix:///tmp/bench.sock 1000 30 &amp;
/// VsanEmu.Bench telemetry-controller unix:///tmp/bench.sock 1000 20
/// </code>
/// </summary>
internal static class TelemetryLoad
{
    /// <summary>Runs one of the two sides; false when the arguments name neither.</summary>
    public static async Task<bool> RunAsync(string[] args)
    {
        if (args is not [("telemetry-hosts" or "telemetry-controller") and string side, string url, string count, string seconds]) return false;
        int hosts = int.Parse(count, CultureInfo.InvariantCulture);
        TimeSpan time = TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture));
        await using RedisLine line = await RedisLine.OpenAsync(ControlAddress.Parse(url, Environment.GetEnvironmentVariable), default);
        var simulated = new SimulatedHosts(line, new Space("bench"), hosts);
        if (side == "telemetry-hosts")
        {
            long sent = await simulated.TellAsync(time);
            Console.WriteLine(FormattableString.Invariant($"{hosts} hosts told {sent} views in {time.TotalSeconds:0} s: {sent / time.TotalSeconds:0}/s"));
            return true;
        }

        await using Controller controller = await Controller.TakeLeadAsync(line, new Space("bench"), "bench");
        simulated.Watch(controller);
        long before = controller.ViewsTaken;
        TimeSpan used = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        await Task.Delay(time);
        double took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        long taken = controller.ViewsTaken - before;
        Console.WriteLine(FormattableString.Invariant(
            $"the controller took {taken} views of {hosts} hosts in {took:0.0} s: {taken / took:0}/s, {(Environment.CpuUsage.TotalTime - used).TotalSeconds / took:0.00} processors, {Environment.WorkingSet >> 20} MB"));
        return true;
    }
}
