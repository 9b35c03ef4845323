using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using VsanEmu.Control.Hosts;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Load;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Tests.Redis;

/// <summary>What is asked and answered over a wire is what was asked and answered.</summary>
public sealed class LettersTests
{
    public static TheoryData<Type> Families => [typeof(HostOrder), typeof(HostAnswer), typeof(MemberCommand)];

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_kind_has_a_name_of_its_own_on_the_wire(Type family)
    {
        Type[] kinds = [.. family.GetNestedTypes().Where(t => t.IsSubclassOf(family))];
        JsonDerivedTypeAttribute[] named = [.. family.GetCustomAttributes<JsonDerivedTypeAttribute>()];
        Assert.Equal(kinds.Select(k => k.Name).Order(), named.Select(n => n.DerivedType.Name).Order());
        Assert.Equal(named.Length, named.Select(n => n.TypeDiscriminator).Distinct().Count());
    }

    [Fact]
    public void An_order_to_open_carries_the_whole_cluster()
    {
        ClusterSpec cluster = LabSpec.Create(5);
        var order = new HostOrder.Open { Run = ulong.MaxValue, Cluster = cluster, OriginNs = -7, Ends = ["m01"], Places = new Dictionary<string, string> { ["m01"] = "esx1" }, Controller = Guid.NewGuid() };
        var back = Assert.IsType<HostOrder.Open>(Sent(order));
        Assert.Equal((order.Run, order.OriginNs, order.Controller), (back.Run, back.OriginNs, back.Controller));
        Assert.Equal(SpecFile.Format(cluster), SpecFile.Format(back.Cluster));
        Assert.Equal("esx1", back.Places["m01"]);
    }

    [Fact]
    public void Orders_arrive_as_they_were_given()
    {
        var submit = Assert.IsType<MemberCommand.Submit>(Assert.IsType<HostOrder.Command>(Sent(new HostOrder.Command("m01", new MemberCommand.Submit("key", new byte[] { 1, 2, 255 })))).What);
        Assert.Equal(new byte[] { 1, 2, 255 }, submit.Value.ToArray());
        HostOrder[] orders =
        [
            new HostOrder.Clock(), new HostOrder.Kill("m03"), new HostOrder.BeginPhase(Phases.Steady, 123456789012), new HostOrder.Arrival("m02", "198.18.0.9", 2233, "198.18.0.12", 2233, 5),
            new HostOrder.Act("m02", GroupAct.SiblingLeaves, IPAddress.Parse("239.255.42.1")), new HostOrder.Idle("m01", "m02", TimeSpan.FromSeconds(265)), new HostOrder.LoadBegin(42, 99),
            new HostOrder.Command("m01", new MemberCommand.PowerOn("vm1")), new HostOrder.LoadOpen(new LoadWork.Flows(new LoadOptions { Profile = LoadProfile.Ring, BitsPerSecond = 0, Groups = 7 }), 42, -5),
            new HostOrder.LoadOpen(new LoadWork.Vms(new LoadOptions(), new VmOptions { Copies = 3 }), 44, 5),
        ];
        foreach (HostOrder order in orders) Assert.Equal(order, Sent(order));
    }

    [Fact]
    public void Answers_arrive_as_they_were_given()
    {
        HostAnswer[] answers =
        [
            new HostAnswer.Done(), new HostAnswer.Failed("host m01: it is broken"), new HostAnswer.Arrived(null), new HostAnswer.Arrived(true), new HostAnswer.Time(long.MaxValue),
            new HostAnswer.Streamed(new StreamSent(7, 1, 2, "")), new HostAnswer.Acted(new GroupActDone(1, 3, "no")), new HostAnswer.Counted(new PartCounts(1, 2, 3, 4, 5, true)), new HostAnswer.Counted(new PartCounts(1, 2, 3, 4, null, false)),
        ];
        foreach (HostAnswer answer in answers) Assert.Equal(answer, Told(answer));
        // An observer needs no address.
        EndInfo end = Assert.Single(Assert.IsType<HostAnswer.Opened>(Told(new HostAnswer.Opened([new("observer", PortKind.Observer, null, true)]))).Ends);
        Assert.Equal(new EndInfo("observer", PortKind.Observer, null, true), end);
    }

    private static HostOrder Sent(HostOrder order) => Through(new Letter { Id = Guid.NewGuid(), From = "controller", Order = order }).Order!;

    private static HostAnswer Told(HostAnswer answer) => Through(new Letter { Id = Guid.NewGuid(), From = "m01", Answer = answer }).Answer!;

    private static Letter Through(Letter letter) =>
        JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(letter, ControlContext.Default.Letter), ControlContext.Default.Letter)!;
}
