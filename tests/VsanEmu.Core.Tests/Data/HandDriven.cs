using VsanEmu.Core.Data;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Tests.Data;

/// <summary>The data plane of a VM's host, member 1 of 4, whose holders 2 and 3 are played by the test, frame by frame. The VM only writes, two at a time.</summary>
internal sealed class HandDriven
{
    private readonly byte[] _buffer = new byte[WireLimits.MaxFrame];

    public HandDriven()
    {
        Plane = new DataPlane(new DataPlaneOptions
        {
            Self = Specs.Id(1),
            Cluster = Specs.Cluster(4, DataConnection.Accepted, Specs.Vm("vm1", 1, 2, 3) with { ReadPercent = 0, QueueDepth = 2, Iops = 1000 }),
            Seed = 1,
            IncarnationNs = 1000,
        });
        foreach (int holder in (int[])[2, 3])
        {
            Plane.PeerAlive(NowNs, Specs.Id(holder), alive: true);
            Plane.LinkUp(NowNs, Specs.Id(holder), openedBySelf: false);
        }

        Plane.PowerOn(NowNs, "vm1");
        AnswerAttach(2);
        AnswerAttach(3);
    }

    public DataPlane Plane { get; }

    public long NowNs { get; private set; } = 1;

    /// <summary>Frames that were sent and not taken yet.</summary>
    public List<(MemberId To, MessageKind Kind, byte[] Payload)> Sent { get; } = [];

    /// <summary>Lets time pass, and collects what is sent.</summary>
    public void Pass(int milliseconds)
    {
        for (int i = 0; i < milliseconds; i++)
        {
            NowNs += 1_000_000;
            Plane.HandleTimeout(NowNs);
        }

        Collect();
    }

    public void Alive(int peer, bool alive)
    {
        Plane.PeerAlive(NowNs, Specs.Id(peer), alive);
        Collect();
    }

    public void Reconnect(int peer)
    {
        Plane.LinkDown(NowNs, Specs.Id(peer), openedBySelf: false);
        Plane.LinkUp(NowNs, Specs.Id(peer), openedBySelf: false);
        Collect();
    }

    /// <summary>The oldest write request to a holder, taken.</summary>
    public WriteRequestMessage TakeWrite(int to)
    {
        Assert.True(WriteRequestMessage.TryParse(Take(to, MessageKind.WriteRequest), out WriteRequestMessage write, out _));
        return write;
    }

    public void AnswerWrite(int from, WriteRequestMessage write, DataStatus status = DataStatus.Ok) =>
        Answer(from, MessageKind.WriteReply, new WriteReplyMessage(write.Object, write.Operation, status).Write(_buffer));

    /// <summary>Answers the oldest attach to a holder; returns the rebuild that it named.</summary>
    public ulong AnswerAttach(int from, bool complete = true)
    {
        Collect();
        Assert.True(AttachMessage.TryParse(Take(from, MessageKind.Attach), out AttachMessage attach));
        Answer(from, MessageKind.AttachReply, new AttachReplyMessage(attach.Object, attach.Session, (ulong)(100 + from), 0, 0, complete).Write(_buffer));
        return attach.Resync;
    }

    /// <summary>Kinds of the frames to a holder that were not taken yet, in order.</summary>
    public MessageKind[] Kinds(int to) => [.. Sent.Where(s => s.To == Specs.Id(to)).Select(s => s.Kind)];

    private byte[] Take(int to, MessageKind kind)
    {
        int index = Sent.FindIndex(s => s.To == Specs.Id(to) && s.Kind == kind);
        Assert.True(index >= 0, $"no {kind} to #{to}");
        byte[] payload = Sent[index].Payload;
        Sent.RemoveAt(index);
        return payload;
    }

    private void Answer(int from, MessageKind kind, int length)
    {
        Assert.Equal(WireStatus.Ok, Plane.Handle(NowNs, Specs.Id(from), openedBySelf: false, kind, _buffer.AsSpan(0, length).ToArray()));
        Collect();
    }

    private void Collect()
    {
        while (Plane.TryPollSend(NowNs, _buffer, out DataSend send)) Sent.Add((send.To, send.Kind, _buffer.AsSpan(0, send.Length).ToArray()));
    }
}
