using VsanEmu.Core.Load;

namespace VsanEmu.Traffic;

/// <summary>All flows' counters in sum, and what each had counted before the measurement.</summary>
internal sealed class LoadTotals(FlowAtSender[] senders, (FlowAtSender From, FlowAtReceiver At)[] receivers)
{
    private readonly Dictionary<object, (long Count, long Bytes)> _before = [];
    private readonly long[] _next = new long[receivers.Length];

    /// <summary>What a sender had counted before the measurement.</summary>
    public (long Sent, long Bytes) Before(FlowAtSender sender) => _before.GetValueOrDefault(sender);

    /// <summary>Bytes that a receiver had counted before the measurement.</summary>
    public long Before(FlowAtReceiver receiver) => _before.GetValueOrDefault(receiver).Bytes;

    /// <summary>Keeps what is counted as the time before. Datagrams of the warm-up bear another number, and are not counted; a byte stream has no numbers.</summary>
    public LoadCounts Begin()
    {
        foreach (FlowAtSender sender in senders.Where(s => s.Flow.Transport == LoadTransport.Tcp)) _before[sender] = (sender.Sent, sender.Bytes);
        foreach ((_, FlowAtReceiver at) in receivers.Where(r => r.At.Flow.Transport == LoadTransport.Tcp)) _before[at] = (at.Came, at.Bytes);
        return new(senders.Sum(s => Before(s).Sent), senders.Sum(s => Before(s).Bytes), 0, receivers.Sum(r => Before(r.At)), 0);
    }

    /// <summary>
    /// What is counted now. Of what a receiver still gets, all up to the last that came is expected, since what is under way is not lost; of what it gets no more, all that was sent.
    /// </summary>
    public LoadCounts Read()
    {
        long expected = 0;
        for (int i = 0; i < receivers.Length; i++)
        {
            if (receivers[i].At.Flow.Transport != LoadTransport.Udp) continue;
            long next = receivers[i].At.Next;
            expected += next != _next[i] ? next : receivers[i].From.Sent;
            _next[i] = next;
        }

        return new(senders.Sum(s => s.Sent), senders.Sum(s => s.Bytes), receivers.Sum(r => r.At.Came), receivers.Sum(r => r.At.Bytes), expected);
    }
}
