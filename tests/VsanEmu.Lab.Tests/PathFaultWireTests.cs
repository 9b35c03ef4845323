using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace VsanEmu.Lab.Tests;

/// <summary>Faults of the path on the wire: sizes, rates, addresses, idle connections; seen with plain sockets.</summary>
public sealed class PathFaultWireTests
{
    private const int Reliable = 2233;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("mtu", 1400, 1400)]
    [InlineData("mtu:900", 900, 900)]
    [InlineData("mtu:1000@m03", 1500, 1000)]
    public async Task Packets_pass_up_to_the_mtu_and_not_beyond(string fault, int to2, int to3)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(3, [fault]);
        foreach ((string to, int most) in new[] { ("m02", to2), ("m03", to3) })
        {
            using Socket wire = Plain.Sniffer(fabric.Namespace(to));
            Plain.SendTo(fabric, "m01", to, most);
            if (most < 1500) Plain.SendTo(fabric, "m01", to, most + 1);
            int[] Lengths(List<byte[]> frames) => [.. Plain.Ipv4(frames, 17).Select(d => d.Carried.Length + 20)];
            Assert.Equal([most], Lengths(Plain.Frames(wire, frames => Lengths(frames).Length > 0)));
        }
    }

    [Theory]
    [InlineData("slow-port", "m03", 4)]
    [InlineData("slow-port:2@m02", "m02", 2)]
    public async Task A_slow_port_carries_its_rate_and_drops_the_rest(string fault, string slow, double megabits)
    {
        const int bytes = 1500, perRound = 40;
        await using Fabric fabric = await TestCluster.ReadyAsync(3, [fault]);
        string other = slow == "m03" ? "m02" : "m03";
        long slowBefore = Plain.FramesReceived(fabric, slow), otherBefore = Plain.FramesReceived(fabric, other);
        long start = Environment.TickCount64;
        int sent = 0;
        while (Environment.TickCount64 - start < 1500)
        {
            Plain.SendTo(fabric, "m01", slow, bytes, perRound);
            Plain.SendTo(fabric, "m01", other, bytes, perRound);
            sent += perRound;
            await Task.Delay(20, Stop);
        }
        double seconds = (Environment.TickCount64 - start) / 1000.0;
        await Task.Delay(400, Stop);
        long arrived = Plain.FramesReceived(fabric, slow) - slowBefore, beside = Plain.FramesReceived(fabric, other) - otherBefore;
        // And a few of ARP and IGMP.
        Assert.InRange(beside, sent, sent + 20 + (int)(10 * seconds));
        // Frames have 14 bytes more; what waited in the queue, a fifth of a second's worth, comes after the last was sent.
        double expected = megabits * 1e6 * (seconds + 0.2) / ((bytes + 14) * 8);
        // What a busy machine does not send in time cannot be carried.
        Assert.InRange(arrived, expected * 0.25, (expected * 1.15) + 12);
    }

    [Theory]
    [InlineData("duplicate-address", 3)]
    [InlineData("duplicate-address:m02", 2)]
    public async Task Who_asks_for_a_doubled_address_gets_two_answers(string fault, int doubled)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(3, [fault]);
        using Socket wire = Plain.Sniffer(fabric.Namespace("m01"));
        Plain.SendTo(fabric, "m01", $"m{doubled:00}", 100);
        Plain.SendTo(fabric, "m01", $"m{5 - doubled:00}", 100);
        // ARP replies (operation 2): who says so, and of which address.
        (string Mac, IPAddress Address)[] Answers(List<byte[]> frames) =>
            [.. frames.Where(f => f[12] == 0x08 && f[13] == 0x06 && f[21] == 2).Select(f => (Convert.ToHexStringLower(f.AsSpan(22, 6)), new IPAddress(f.AsSpan(28, 4))))];
        (string Mac, IPAddress Address)[] answers = Answers(Plain.Frames(wire, frames => Answers(frames).Distinct().Count() >= 3));
        Assert.Equal(["0200", "06ff"], answers.Where(a => a.Address.Equals(TestCluster.Address(doubled))).Select(a => a.Mac[..2] == "02" ? "0200" : "06ff").Distinct().Order());
        Assert.Single(answers.Where(a => a.Address.Equals(TestCluster.Address(5 - doubled))).Select(a => a.Mac).Distinct());
    }

    [Fact]
    public async Task A_connection_that_was_idle_is_forgotten_and_a_busy_one_is_not()
    {
        // Far longer than a busy machine lets the busy one wait.
        const double timeout = 2;
        await using Fabric fabric = await TestCluster.ReadyAsync(2, [$"idle-timeout:{timeout}"]);
        using Socket listener = Plain.Listen(fabric, "m02", Reliable);
        using Socket idle = Plain.Connect(fabric, "m01", "m02", Reliable);
        using Socket idleEnd = await listener.AcceptAsync(Stop);
        using Socket busy = Plain.Connect(fabric, "m01", "m02", Reliable);
        using Socket busyEnd = await listener.AcceptAsync(Stop);
        for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < timeout + 0.6;)
        {
            busy.Send([1]);
            Assert.True(busyEnd.Poll(Eventually.Limit, SelectMode.SelectRead));
            Assert.Equal(1, busyEnd.Receive(new byte[1]));
            await Task.Delay(100, Stop);
        }
        idle.Send([1]);
        Assert.False(idleEnd.Poll(TimeSpan.FromMilliseconds(600), SelectMode.SelectRead));
        Plain.Connect(fabric, "m01", "m02", Reliable).Dispose();
    }
}
