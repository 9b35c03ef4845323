using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Load;

/// <summary>Whether a host can do what is asked of it: a controller may be of another version, or not one of ours.</summary>
public static class LoadRules
{
    // A load under which something else is measured begins before it and ends after it.
    private const double LongerSeconds = 60;

    /// <summary>What cannot be, and what is allowed, in words; null when all can.</summary>
    /// <param name="work">What is asked for.</param>
    /// <param name="cluster">Of which cluster.</param>
    public static string? Fault(LoadWork work, ClusterSpec cluster) =>
        Kind(work.Options) ?? Figures(Of(work.Options)) ?? work switch
        {
            LoadWork.Flows => Flows(work.Options, cluster),
            LoadWork.Vms vms => Figures(Of(vms.What)) ?? (cluster.Members.Count < 2 ? "VMs take two members" : null),
            LoadWork.RoundTrips trips => Figures([("payload", trips.Payload, LoadRanges.DatagramBytes)]) ?? Names(trips, [.. cluster.Members.Select(m => m.Name)]),
            _ => $"{work.GetType().Name} is no load",
        };

    /// <summary>Why a rate that was asked for cannot be offered within the time: less than one datagram, or one byte of a stream, is due in it. Null when it can.</summary>
    /// <param name="options">What is asked for; it can be by <see cref="Fault"/>.</param>
    /// <param name="cluster">Of which cluster.</param>
    public static string? TooSlow(LoadOptions options, ClusterSpec cluster)
    {
        if (options.BitsPerSecond is null && options.PacketsPerSecond is null) return null;
        double seconds = options.Duration.TotalSeconds;
        foreach (LoadFlow flow in LoadPlan.Make(cluster, options))
        {
            double bits = flow.Transport == LoadTransport.Udp ? 8.0 * flow.Payload : 8;
            if (flow.BitsPerSecond == 0 || flow.BitsPerSecond * seconds >= bits) continue;
            string unit = flow.Transport == LoadTransport.Udp ? $"datagram of {flow.Payload} bytes" : "byte";
            return FormattableString.Invariant($"at {flow.BitsPerSecond:0.##########} bit/s a {unit} is due each {bits / flow.BitsPerSecond:0.#} s, and not one in the {seconds:0.#} s that are measured: at least {bits / seconds:0.####} bit/s, or a longer time (0 is as fast as it goes)");
        }

        return null;
    }

    private static string? Kind(LoadOptions options) =>
        !Enum.IsDefined(options.Profile) ? $"profile {options.Profile}: allowed are {string.Join(", ", Enum.GetNames<LoadProfile>())}"
        : options.Transport is { } transport && !Enum.IsDefined(transport) ? $"transport {transport}: allowed are {string.Join(", ", Enum.GetNames<LoadTransport>())}"
        : null;

    private static string? Figures(IEnumerable<(string What, double Value, LoadRange Allowed)> figures)
    {
        foreach ((string what, double value, LoadRange allowed) in figures)
            if (!allowed.Has(value)) return FormattableString.Invariant($"{what} {value}: allowed are {allowed}");
        return null;
    }

    private static IEnumerable<(string What, double Value, LoadRange Allowed)> Of(LoadOptions options)
    {
        yield return ("duration in seconds", options.Duration.TotalSeconds, LoadRanges.DurationSeconds with { Most = LoadRanges.DurationSeconds.Most + LongerSeconds });
        yield return ("warm-up in seconds", options.WarmUp.TotalSeconds, LoadRanges.LeadInSeconds);
        yield return ("ramp in seconds", options.Ramp.TotalSeconds, LoadRanges.LeadInSeconds);
        yield return ("interval in seconds", options.Interval.TotalSeconds, LoadRanges.IntervalSeconds);
        yield return ("rate in bit/s", options.BitsPerSecond ?? 0, LoadRanges.BitsPerSecond);
        yield return ("rate in datagrams a second", options.PacketsPerSecond ?? 1, LoadRanges.PacketsPerSecond);
        yield return ("loss that is allowed, in percent,", options.MaxLossPercent ?? 0, LoadRanges.LossPercent);
        yield return ("groups", options.Groups, LoadRanges.Groups);
        yield return ("flows in parallel", options.Parallel, LoadRanges.Parallel);
        yield return ("multicast's share", options.MulticastShare, LoadRanges.Share);
        yield return ("code point", options.Dscp, LoadRanges.Dscp);
        // None at all is no burst.
        yield return ("datagrams of a burst", options.BurstDatagrams, LoadRanges.BurstDatagrams with { Least = 0 });
    }

    private static IEnumerable<(string What, double Value, LoadRange Allowed)> Of(VmOptions what)
    {
        yield return ("bytes of a block", what.BlockBytes, LoadRanges.BlockBytes);
        yield return ("queue depth", what.QueueDepth, LoadRanges.QueueDepth);
        yield return ("share of reads", what.ReadShare, LoadRanges.Share);
        yield return ("copies", what.Copies, LoadRanges.Copies);
        yield return ("operations a second", what.OperationsPerSecond, LoadRanges.OperationsPerSecond);
    }

    private static string? Flows(LoadOptions options, ClusterSpec cluster)
    {
        try
        {
            bool datagrams = LoadPlan.Make(cluster, options).Any(f => f.Transport == LoadTransport.Udp);
            return options.Payload is { } payload ? Figures([("payload", payload, datagrams ? LoadRanges.DatagramBytes : LoadRanges.WriteBytes)]) : null;
        }
        catch (LoadException e)
        {
            return e.Message;
        }
    }

    private static string? Names(LoadWork.RoundTrips trips, string[] members)
    {
        string[] all = [.. trips.From, trips.To];
        if (trips.From.Count == 0) return "round trips that nobody asks for";
        if (Array.Find(all, m => !members.Contains(m)) is { } stranger) return $"round trips with {stranger}: allowed are {string.Join(", ", members)}";
        return all.Distinct().Count() < all.Length ? $"round trips from {string.Join(", ", trips.From)} to {trips.To}: each asks once, and nobody itself" : null;
    }
}
