using System.Net;
using System.Net.Sockets;

namespace VsanEmu.Lab.Tests;

/// <summary>Each fault does on the wire what it says, and no more: seen with plain sockets.</summary>
public sealed class FaultWireTests
{
    private const int Port = 23451;
    private const int Reliable = 2233;
    private static readonly IPAddress Group = TestCluster.AgentGroup;

    [Fact]
    public async Task No_querier_leaves_a_joined_member_deaf()
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2, ["no-querier"]);
        using Socket joined = Plain.Joined(fabric, "m02", Group, Port);
        using Socket observer = Plain.Sniffer(fabric.Namespace("observer"));
        await Plain.Learned(fabric, "m02");
        Plain.Send(fabric, "m01", Group, Port, 50);
        Assert.Equal(0, Plain.Count(joined));
        Assert.Empty(Plain.UdpSeen(observer));
        Assert.True(Plain.CanPing(fabric, "m01", "m02"));
    }

    [Fact]
    public async Task Snooping_off_floods_the_group_to_a_silent_port()
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2, ["snooping-off"]);
        using Socket joined = Plain.Joined(fabric, "m02", Group, Port);
        using Socket observer = Plain.Sniffer(fabric.Namespace("observer"));
        Plain.Send(fabric, "m01", Group, Port, 50);
        Assert.Equal(50, Plain.Count(joined, 50));
        var to = new IPEndPoint(Group, Port);
        Assert.Equal(50, Plain.UdpSeen(observer, to, 50)[to]);
    }

    [Theory]
    [InlineData("no-acl", true)]
    [InlineData("acl-source-port-hole", false)]
    public async Task An_access_list_with_a_hole_lets_outsiders_in_from_source_port_2233(string fault, bool fromAnyPort)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2, [fault]);
        using Socket listener = Plain.Listen(fabric, "m01", Reliable);
        foreach (string outsider in new[] { "outsider", "stranger" })
        {
            Plain.Connect(fabric, outsider, "m01", Reliable, sourcePort: Reliable).Dispose();
            if (fromAnyPort) Plain.Connect(fabric, outsider, "m01", Reliable).Dispose();
            else Assert.Equal(SocketError.TimedOut, Plain.Refused(fabric, outsider, "m01", Reliable));
        }
        Plain.Connect(fabric, "m02", "m01", Reliable).Dispose();
    }

    [Theory]
    [InlineData("acl-between-members", "m03", "m04")]
    [InlineData("acl-between-members:m01+m03", "m01", "m03")]
    public async Task Two_members_are_kept_apart_on_the_reliable_port_alone(string fault, string a, string b)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(4, [fault]);
        Assert.Contains($"between {a} and {b}", Assert.Single(fabric.Plan.Notes), StringComparison.Ordinal);
        string[] members = [.. fabric.Plan.Members.Select(m => m.Name)];
        Socket[] listeners = [.. members.Select(m => Plain.Listen(fabric, m, Reliable)), Plain.Listen(fabric, a, 80), Plain.Listen(fabric, b, 80)];
        foreach (string from in members)
            foreach (string to in members.Where(m => m != from))
            {
                if ((from == a && to == b) || (from == b && to == a))
                {
                    Assert.Equal(SocketError.TimedOut, Plain.Refused(fabric, from, to, Reliable));
                    Plain.Connect(fabric, from, to, 80).Dispose();
                }
                else
                {
                    Plain.Connect(fabric, from, to, Reliable).Dispose();
                }
            }
        Array.ForEach(listeners, l => l.Dispose());
    }

    [Theory]
    [InlineData("loss", 5, 5)]
    [InlineData("loss:20@m02", 20, 0)]
    [InlineData("loss:0.5@m03", 0, 0.5)]
    public async Task Loss_is_as_heavy_as_asked_and_where_asked(string fault, double percentAt2, double percentAt3)
    {
        const int sent = 4000;
        await using Fabric fabric = await TestCluster.ReadyAsync(3, [fault]);
        using Socket at2 = Plain.Joined(fabric, "m02", Group, Port);
        using Socket at3 = Plain.Joined(fabric, "m03", Group, Port);
        await Plain.Learned(fabric, "m02");
        await Plain.Learned(fabric, "m03");
        int[] received = [0, 0];
        for (int i = 0; i < 20; i++)
        {
            Plain.Send(fabric, "m01", Group, Port, sent / 20);
            received[0] += Plain.Count(at2, quietMs: 20);
            received[1] += Plain.Count(at3, quietMs: 20);
        }

        // What came too late for its round.
        received[0] += Plain.Count(at2);
        received[1] += Plain.Count(at3);
        AssertLoss(sent, received[0], percentAt2);
        AssertLoss(sent, received[1], percentAt3);
    }

    [Fact]
    public async Task An_isolated_member_has_a_link_and_hears_nobody()
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(3, ["isolated-member:m02"]);
        using Socket isolated = Plain.Joined(fabric, "m02", Group, Port);
        using Socket joined = Plain.Joined(fabric, "m03", Group, Port);
        using Socket wire = Plain.Sniffer(fabric.Namespace("m02"));
        await Plain.Learned(fabric, "m03");
        Plain.Send(fabric, "m01", Group, Port, 10);
        Plain.Send(fabric, "m02", Group, Port, 10);
        Assert.Equal(10, Plain.Count(joined, 10));
        Assert.Equal(10, Plain.Count(isolated, 10)); // its own, by loopback
        Assert.True(Plain.IsCutOff(fabric, "m01", "m02"));
        Assert.True(Plain.CanPing(fabric, "m01", "m03"));
        // Not even the switch's queries come in; what the sniffer has seen, m02 has sent.
        await Task.Delay(TimeSpan.FromSeconds(2.2), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(Sources(wire), mac => mac != "0200c612000c");
    }

    [Theory]
    [InlineData("partition", "m03")]
    [InlineData("partition:m01", "m01")]
    public async Task A_partition_is_there_from_the_start_and_a_heal_does_not_mend_it(string fault, string apart)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(3, [fault]);
        await fabric.HealAsync(TestContext.Current.CancellationToken);
        string[] rest = [.. fabric.Plan.Members.Select(m => m.Name).Where(m => m != apart)];
        Assert.True(Plain.IsCutOff(fabric, rest[0], apart));
        Assert.True(Plain.IsCutOff(fabric, apart, rest[1]));
        Assert.True(Plain.CanPing(fabric, rest[0], rest[1]));
        Assert.True(Plain.CanPing(fabric, rest[0], "outsider"));
    }

    [Fact]
    public async Task Several_faults_add_up()
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(4, ["no-acl", "loss:100@m03", "isolated-member", "acl-between-members:m01+m02"]);
        using Socket one = Plain.Listen(fabric, "m01", Reliable);
        Assert.Equal(4, fabric.Plan.Notes.Count);
        Assert.True(Plain.IsCutOff(fabric, "m01", "m03"));
        Assert.True(Plain.IsCutOff(fabric, "m01", "m04"));
        Assert.True(Plain.CanPing(fabric, "m01", "m02"));
        Plain.Connect(fabric, "stranger", "m01", Reliable).Dispose();
        Assert.Equal(SocketError.TimedOut, Plain.Refused(fabric, "m02", "m01", Reliable));
    }

    // Six standard deviations of a binomial distribution: wrong once in 10^9 runs.
    private static void AssertLoss(int sent, int received, double percent)
    {
        double share = percent / 100;
        double margin = 6 * Math.Sqrt(sent * share * (1 - share));
        Assert.InRange(sent - received, sent * share - margin, sent * share + margin);
    }

    private static List<string> Sources(Socket sniffer)
    {
        byte[] frame = new byte[4096];
        List<string> sources = [];
        while (sniffer.Available > 0 || sniffer.Poll(TimeSpan.FromMilliseconds(10), SelectMode.SelectRead))
        {
            sniffer.Receive(frame);
            if (frame.AsSpan(6, 6).IndexOfAnyExcept((byte)0) >= 0) sources.Add(Convert.ToHexStringLower(frame.AsSpan(6, 6)));
        }
        return sources;
    }
}
