using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>Numbered datagrams: sends the streams that a controller orders, and counts those that arrive, by sender and group (M1, M2, P3).</summary>
internal sealed class ProbeStreams(NodeContext node)
{
    /// <summary>Streams of others that are counted at most; datagrams of further ones are counted only as such.</summary>
    public const int MaxTallies = 4 * MemberId.Max;

    /// <summary>Datagrams sent at one go at most, when the clock was late.</summary>
    private const int MaxBurst = 64;

    private readonly List<Sending> _sending = [];
    private readonly List<(int Stream, FlowGroup Group, long Datagrams)> _sent = [];
    private readonly Dictionary<(int Stream, FlowGroup Group, MemberId To), long> _refused = [];
    private readonly Dictionary<(MemberId From, FlowGroup Group, uint Stream), Tally> _tallies = [];

    /// <summary>When the next datagram is due.</summary>
    public long NextNs { get; private set; } = long.MaxValue;

    public IReadOnlyList<(int Stream, FlowGroup Group, long Datagrams)> Sent => _sent;

    public IEnumerable<RefusedDatagrams> Refused => _refused.Select(r => new RefusedDatagrams(r.Key.Stream, r.Key.Group, r.Key.To, r.Value));

    public IEnumerable<(int Stream, StreamObservation Counts)> Received => _tallies.Select(t => ((int)t.Key.Stream, new StreamObservation
    {
        Phase = Phases.Probing,
        From = node.Cluster.Member(t.Key.From).Name,
        To = node.Self.Name,
        Group = t.Key.Group,
        Sent = t.Value.Total,
        Received = t.Value.Received,
        Duplicates = t.Value.Duplicates,
        Reordered = t.Value.Reordered,
        Corrupt = t.Value.Corrupt,
    }));

    /// <summary>Takes a controller's order; ignored when this role does not send to the group.</summary>
    public void Start(long nowNs, MemberCommand.ProbeStream order)
    {
        if (!node.SendsTo(order.Group) || _sending.Count >= 4) return;
        int count = Math.Clamp(order.Count, 1, WireLimits.MaxProbeCount);
        int payload = Math.Clamp(order.Bytes, MessageHeader.Overhead + Probe.Size, WireLimits.MaxDatagram) - MessageHeader.Overhead;
        _sending.Add(new Sending(order.Group, order.Stream, count, Math.Max(NodeContext.Ns(order.Interval), 1), payload, nowNs));
        NextNs = nowNs;
    }

    public void HandleTimeout(long nowNs)
    {
        if (nowNs < NextNs) return;
        NextNs = long.MaxValue;
        for (int i = 0; i < _sending.Count; i++)
        {
            Sending s = _sending[i];
            for (int burst = 0; burst < MaxBurst && s.Next < s.Count && s.DueNs <= nowNs; burst++, s.Next++)
                node.SayTo(s.Group, MessageKind.Probe, a: ((ulong)s.Stream << 32) | (uint)s.Next, b: ((ulong)s.Payload << 32) | (uint)s.Count);
            if (s.Next < s.Count)
            {
                NextNs = Math.Min(NextNs, Math.Max(s.DueNs, nowNs + 1));
                continue;
            }

            _sent.Add((s.Stream, s.Group, s.Count));
            if (_sent.Count > MaxTallies) _sent.RemoveAt(0);
            _sending.RemoveAt(i--);
        }
    }

    /// <summary>A datagram of its own that the driver could not send.</summary>
    public void HandleRefused(FlowGroup group, MemberId to, Probe probe)
    {
        var key = ((int)probe.Stream, group, to);
        if (_refused.Count < MaxTallies || _refused.ContainsKey(key)) _refused[key] = _refused.GetValueOrDefault(key) + 1;
    }

    public void Handle(MemberId from, FlowGroup group, Probe probe) => Find(from, group, probe.Stream, probe.Total)?.Add(probe.Index);

    /// <summary>A probe whose checksum was wrong, as far as its sender can be read.</summary>
    public void HandleCorrupt(MemberId from, FlowGroup group)
    {
        foreach (((MemberId From, FlowGroup Group, uint Stream) key, Tally tally) in _tallies)
            if (key.From == from && key.Group == group) tally.Corrupt++;
    }

    private Tally? Find(MemberId from, FlowGroup group, uint stream, uint total)
    {
        if (_tallies.TryGetValue((from, group, stream), out Tally? tally)) return tally.Total == total ? tally : null;
        if (_tallies.Count >= MaxTallies)
        {
            node.Counters.Add("probes.not_counted");
            return null;
        }

        return _tallies[(from, group, stream)] = new Tally((int)total);
    }

    private sealed class Sending(FlowGroup group, int stream, int count, long intervalNs, int payload, long startNs)
    {
        public FlowGroup Group => group;

        public int Stream => stream;

        public int Count => count;

        public int Payload => payload;

        public int Next { get; set; }

        public long DueNs => startNs + (Next * intervalNs);
    }

    private sealed class Tally(int total)
    {
        private readonly ulong[] _seen = new ulong[(total + 63) / 64];
        private long _highest = -1;

        public int Total => total;

        public long Received { get; private set; }

        public long Duplicates { get; private set; }

        public long Reordered { get; private set; }

        public long Corrupt { get; set; }

        public void Add(uint index)
        {
            ref ulong word = ref _seen[index / 64];
            ulong bit = 1UL << (int)(index % 64);
            if ((word & bit) != 0)
            {
                Duplicates++;
                return;
            }

            word |= bit;
            Received++;
            if (index < _highest) Reordered++;
            else _highest = index;
        }
    }
}
