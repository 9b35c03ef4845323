using HdrHistogram;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Traffic;

/// <summary>Counts the heartbeats of one cluster at all its members: which did not come, and how evenly the others did. For any thread.</summary>
/// <param name="members">How many members it has; their numbers are 1 to that.</param>
/// <param name="periodNs">Period of heartbeats, nanoseconds.</param>
public sealed class HeartbeatMeter(int members, long periodNs)
{
    private readonly Lock _gate = new();
    private readonly Seen[] _seen = new Seen[(members + 1) * (members + 1)];
    private readonly Delays _jitter = new();
    private readonly Delays _delay = new();
    private long _from = long.MaxValue;

    /// <summary>Heartbeats heard, each at each receiver.</summary>
    public long Heard { get; private set; }

    /// <summary>Heartbeats that were not.</summary>
    public long Missed { get; private set; }

    /// <summary>Takes a message that a member heard.</summary>
    public void Take(MemberId receiver, in MessageHeader header, FlowGroup group, long nowNs)
    {
        if (group != FlowGroup.Agent || receiver.Value > members || header.Sender.Value > members) return;
        lock (_gate)
        {
            ref Seen seen = ref _seen[(receiver.Value * (members + 1)) + header.Sender.Value];
            bool follows = seen.Sequence > 0 && header.Sequence == seen.Sequence + 1;
            if (nowNs >= _from && seen.Sequence > 0 && header.Sequence > seen.Sequence + 1) Missed += (long)(header.Sequence - seen.Sequence - 1);
            seen.Sequence = Math.Max(seen.Sequence, header.Sequence);
            if (header.Kind != MessageKind.Heartbeat) return;
            if (nowNs >= _from)
            {
                Heard++;
                _delay.Take(nowNs - header.SentNs, 1);
                if (follows && seen.AtNs >= _from) _jitter.Take(Math.Abs(nowNs - seen.AtNs - periodNs), 1);
            }

            seen.AtNs = nowNs;
        }
    }

    /// <summary>From now on it counts; what came before is only remembered.</summary>
    public void Begin(long nowNs)
    {
        lock (_gate) _from = nowNs;
    }

    /// <summary>Ends it: what was due by now and has not come is missed.</summary>
    public void End(long nowNs)
    {
        lock (_gate)
        {
            for (int receiver = 1; receiver <= members; receiver++)
            {
                for (int sender = 1; sender <= members; sender++)
                {
                    if (receiver == sender) continue;
                    // The next one may be on its way.
                    long silent = nowNs - Math.Max(_from, _seen[(receiver * (members + 1)) + sender].AtNs);
                    Missed += Math.Max(0, (silent / periodNs) - 1);
                }
            }

            _from = long.MaxValue;
        }
    }

    /// <summary>The jitter and the delay of several clusters together.</summary>
    public static (DelaySummary? Jitter, DelaySummary? Delay) Sum(IEnumerable<HeartbeatMeter> meters)
    {
        LongHistogram jitter = Delays.Sum(), delay = Delays.Sum();
        foreach (HeartbeatMeter meter in meters)
        {
            meter._jitter.AddTo(jitter);
            meter._delay.AddTo(delay);
        }

        return (Delays.Summary(jitter), Delays.Summary(delay));
    }

    private struct Seen
    {
        public ulong Sequence;
        public long AtNs;
    }
}
