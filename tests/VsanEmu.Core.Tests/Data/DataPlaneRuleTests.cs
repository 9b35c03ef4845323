using VsanEmu.Core.Data;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Tests.Data;

/// <summary>The rules that keep the data right in races too rare for a random schedule to meet often.</summary>
public class DataPlaneRuleTests
{
    [Fact]
    public void A_write_in_flight_goes_to_a_rebuild_target_before_the_rebuild_may_begin()
    {
        HandDriven host = WithStaleCopy(out WriteRequestMessage inFlight);
        Assert.DoesNotContain(MessageKind.WriteRequest, host.Kinds(3));
        Assert.NotEqual(0UL, host.AnswerAttach(3, complete: false));
        Assert.Equal([MessageKind.WriteRequest, MessageKind.WriteRequest, MessageKind.Attach], host.Kinds(3));
        Assert.Equal(inFlight, host.TakeWrite(3) with { Session = inFlight.Session });
    }

    [Fact]
    public void A_target_that_begins_anew_is_sent_again_what_it_had_already()
    {
        HandDriven host = WithStaleCopy(out WriteRequestMessage inFlight);
        ulong first = host.AnswerAttach(3, complete: false);
        host.AnswerWrite(3, host.TakeWrite(3));
        host.Sent.Clear();
        host.Reconnect(3);
        Assert.Equal(0UL, host.AnswerAttach(3, complete: false));
        host.Pass(300);
        ulong second = host.AnswerAttach(3, complete: false);
        Assert.True(second > first);
        Assert.Equal(inFlight, host.TakeWrite(3) with { Session = inFlight.Session });
    }

    [Fact]
    public void A_write_that_only_a_dead_holder_answered_has_failed_and_is_repeated()
    {
        var host = new HandDriven();
        host.Pass(1);
        WriteRequestMessage write = host.TakeWrite(2);
        Assert.Equal(write, host.TakeWrite(3) with { Session = write.Session });
        host.AnswerWrite(2, write);
        host.Alive(2, false);
        host.Alive(3, false);
        VmObservation vm = host.Plane.Observe()[0];
        Assert.Equal((0, 1), (vm.Writes, vm.Failed));

        host.Alive(2, true);
        host.Alive(3, true);
        host.AnswerAttach(2);
        host.AnswerAttach(3);
        host.Pass(2);
        Assert.Equal(0, host.Plane.Counters["data.resyncs-started"]);
        WriteRequestMessage again = host.TakeWrite(2);
        Assert.Equal(write.Block, again.Block);
        Assert.True(again.Version > write.Version);
    }

    [Fact]
    public void A_holder_that_does_not_know_the_session_is_attached_again_and_gets_the_write_again()
    {
        var host = new HandDriven();
        host.Pass(1);
        WriteRequestMessage write = host.TakeWrite(2);
        host.AnswerWrite(2, write, DataStatus.NotAttached);
        host.AnswerAttach(2);
        WriteRequestMessage again = host.TakeWrite(2);
        Assert.True(again.Session > write.Session);
        Assert.Equal(write, again with { Session = write.Session });
        host.AnswerWrite(2, again);
        host.AnswerWrite(3, host.TakeWrite(3));
        Assert.Equal((1, 0), (host.Plane.Observe()[0].Writes, host.Plane.Observe()[0].Failed));
    }

    [Fact]
    public void A_write_of_an_older_session_is_not_stored()
    {
        DataPlane holder = Holder(out VmObject obj);
        Attach(holder, 10);
        Attach(holder, 11);
        Assert.Equal(DataStatus.NotAttached, Write(holder, session: 10, version: 5));
        Assert.Equal(0UL, holder.CopyOf(obj.Vm)!.Value.Newest);
        Assert.Equal(DataStatus.Ok, Write(holder, session: 11, version: 4));
        Assert.Equal(4UL, holder.CopyOf(obj.Vm)!.Value.Newest);
        Assert.Equal(11UL, Attach(holder, 10).Session);
    }

    [Fact]
    public void A_copy_is_emptied_once_when_it_becomes_the_target_of_a_rebuild()
    {
        DataPlane holder = Holder(out VmObject obj);
        AttachReplyMessage before = Attach(holder, 10);
        Write(holder, session: 10, version: 5);
        VmObject rebuild = obj with { ResyncSource = Specs.Id(3), ResyncTarget = Specs.Id(2), Resync = 7, SourceCopy = 1 };
        holder.HandleObject(2, rebuild);
        Assert.Equal((0UL, 0UL, false), holder.CopyOf(obj.Vm));
        AttachReplyMessage after = Attach(holder, 12, resync: 7);
        Assert.NotEqual(before.Copy, after.Copy);
        Write(holder, session: 12, version: 6);
        holder.HandleObject(3, rebuild);
        Assert.Equal(6UL, holder.CopyOf(obj.Vm)!.Value.Newest);
        holder.HandleObject(4, obj with { Copies = MemberSet.Of([Specs.Id(3)]) });
        Assert.Null(holder.CopyOf(obj.Vm));
    }

    /// <summary>Copy 3 missed a write and is about to be rebuilt from 2; two writes are in flight to 2, of which the older one is given.</summary>
    private static HandDriven WithStaleCopy(out WriteRequestMessage inFlight)
    {
        var host = new HandDriven();
        host.Pass(1);
        host.AnswerWrite(2, host.TakeWrite(2));
        host.Alive(3, false);
        Assert.Equal(1, host.Plane.Counters["data.writes-degraded"]);
        host.Sent.Clear();
        host.Alive(3, true);
        Assert.Equal(0UL, host.AnswerAttach(3));
        host.Pass(60);
        inFlight = host.TakeWrite(2);
        return host;
    }

    private static DataPlane Holder(out VmObject obj)
    {
        var cluster = Specs.Cluster(4, DataConnection.Accepted, Specs.Vm("vm1", 1, 2, 3));
        var holder = new DataPlane(new DataPlaneOptions { Self = Specs.Id(2), Cluster = cluster, Seed = 1, IncarnationNs = 1 });
        obj = new VmObject { Vm = "vm1", Host = Specs.Id(1), On = true, Copies = MemberSet.Of([Specs.Id(2), Specs.Id(3)]) };
        holder.PeerAlive(1, Specs.Id(1), alive: true);
        holder.LinkUp(1, Specs.Id(1), openedBySelf: true);
        holder.HandleObject(1, obj);
        return holder;
    }

    private static AttachReplyMessage Attach(DataPlane holder, ulong session, ulong resync = 0)
    {
        byte[] answer = Ask(holder, MessageKind.Attach, p => new AttachMessage(VmObject.IdOf("vm1"), session, resync, Go: false).Write(p));
        Assert.True(AttachReplyMessage.TryParse(answer, out AttachReplyMessage reply));
        return reply;
    }

    private static DataStatus Write(DataPlane holder, ulong session, ulong version)
    {
        byte[] answer = Ask(holder, MessageKind.WriteRequest, p =>
        {
            new WriteRequestMessage(VmObject.IdOf("vm1"), session, 1, version, 3).Write(p);
            return WriteRequestMessage.Size + 512;
        });
        Assert.True(WriteReplyMessage.TryParse(answer, out WriteReplyMessage reply));
        return reply.Status;
    }

    private static byte[] Ask(DataPlane holder, MessageKind kind, Func<byte[], int> write)
    {
        byte[] buffer = new byte[WireLimits.MaxFrame];
        Assert.Equal(WireStatus.Ok, holder.Handle(1, Specs.Id(1), openedBySelf: true, kind, buffer.AsSpan(0, write(buffer)).ToArray()));
        Assert.True(holder.TryPollSend(1, buffer, out DataSend send));
        Assert.Equal((Specs.Id(1), true), (send.To, send.OnOpenedBySelf));
        return buffer[..send.Length];
    }
}
