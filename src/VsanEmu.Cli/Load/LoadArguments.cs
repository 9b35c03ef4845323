using System.CommandLine;
using System.Globalization;
using VsanEmu.Cli.Options;
using VsanEmu.Core.Load;

namespace VsanEmu.Cli.Load;

/// <summary>The options that say what a load is to be; they mean what iperf3's users expect.</summary>
internal static class LoadArguments
{
    private const string VmProfile = "vm";
    private const string ControlProfile = "control";
    private const int MostClusters = 64;
    private const int RoundTripBytes = 64;

    private static readonly (string Name, LoadProfile Profile, string What)[] Profiles =
    [
        ("pair", LoadProfile.Pair, "the first member to the second"),
        ("multicast", LoadProfile.Multicast, "the first to the Agent Group, the rest receive"),
        ("multicast-all", LoadProfile.MulticastAll, "every member to the Agent Group"),
        ("ring", LoadProfile.Ring, "each member to the next"),
        ("mesh", LoadProfile.Mesh, "each member to each other"),
        ("incast", LoadProfile.Incast, "all others to the first"),
        ("mixed", LoadProfile.Mixed, "multicast and ring, with a share each"),
        ("resync", LoadProfile.Resync, "the last member is lost, each of the rest sends to the two after it"),
    ];

    private static readonly Option<string> Profile = new("--profile")
    {
        Description = "Who sends to whom: " + string.Join("; ", Profiles.Select(p => $"{p.Name}, {p.What}")) + $"; {VmProfile}, a VM on each member reads and writes blocks at others; {ControlProfile}, --clusters of a lab's that do nothing but live",
        DefaultValueFactory = _ => "multicast",
    };

    private static readonly Option<double> Time = new Option<double>("--time", "-t") { Description = "How long to measure, seconds", DefaultValueFactory = _ => 10 }.Allow(LoadRanges.DurationSeconds, "seconds");

    private static readonly Option<double> WarmUp = new Option<double>("--warm-up", "-O") { Description = "How long to run before it is measured, seconds" }.Allow(LoadRanges.LeadInSeconds, "seconds");

    private static readonly Option<double> Ramp = new Option<double>("--ramp") { Description = "How long rates take to grow to their height before it is measured, seconds" }.Allow(LoadRanges.LeadInSeconds, "seconds");

    private static readonly Option<double> Interval = new Option<double>("--interval", "-i") { Description = "Seconds between lines", DefaultValueFactory = _ => 1 }.Allow(LoadRanges.IntervalSeconds, "seconds");

    private static readonly Option<string?> Rate = new("--bitrate", "-b")
    {
        Description = "Rate of each flow, bit/s of payload: 500k, 100M, 2.5G; or datagrams per second: 5kpps; 0 for as fast as it goes. By default all flows together have 100M, which hurts nobody",
        HelpName = "RATE",
    };

    private static readonly Option<string?> Length = new("--length", "-l")
    {
        Description = $"Payload of a datagram ({LoadOptions.MinPayload} to {LoadOptions.MaxPayload} bytes, default 1400), of a write to TCP (default 128K), or of a VM's block (default 4K); several with commas are measured in turn",
        HelpName = "BYTES",
    };

    private static readonly Option<string?> Groups = new("--groups")
    {
        Description = $"Spread multicast over so many groups, 1 to {LoadOptions.MostGroups} (RFC 3918); several numbers with commas are measured in turn",
        HelpName = "N",
    };

    private static readonly Option<int> Parallel = new Option<int>("--parallel", "-P") { Description = "Flows side by side between each two members", DefaultValueFactory = _ => 1 }.Allow(LoadRanges.Parallel);

    private static readonly Option<int> Dscp = new Option<int>("--dscp") { Description = "Differentiated services code point, 0 to 63" }.Allow(LoadRanges.Dscp);

    private static readonly Option<double> Share = new Option<double>("--multicast-share") { Description = "Share of the rate that groups have in profile mixed, 0 to 1", DefaultValueFactory = _ => 0.5 }.Allow(LoadRanges.Share);

    private static readonly Option<bool> Tcp = new("--tcp") { Description = "Unicast by TCP: what ring, mesh and incast do anyway" };

    private static readonly Option<bool> Udp = new("--udp", "-u") { Description = "Unicast by UDP: what pair does anyway" };

    private static readonly Option<string> Congestion = new("--congestion", "-C") { Description = "TCP's congestion control", DefaultValueFactory = _ => new LoadOptions().Congestion };

    private static readonly Option<bool> NoOffload = new("--no-offload") { Description = "Send and receive datagrams one by one, not in bursts that the kernel cuts and joins" };

    private static readonly Option<double?> MaxLoss = new Option<double?>("--max-loss")
    {
        Description = "What each receiver may lose, percent, before the load fails; by default 0.5 of a rate, and anything but all with -b 0",
        HelpName = "PERCENT",
    }.Allow(LoadRanges.LossPercent, "percent");

    private static readonly Option<bool> Rtt = new("--rtt") { Description = "Ping-pong by UDP between the first two members: the round trip, one datagram at a time; with -b 1kpps each counts from when it was due" };

    private static readonly Option<bool> Latency = new("--latency") { Description = "That ping-pong on the idle fabric, and again under the load" };

    private static readonly Option<bool> Search = new("--search")
    {
        Description = "Search the highest rate of each flow at which no more than --loss-bound is lost, by trials of --time each (RFC 2544); -b is where it begins",
    };

    private static readonly Option<double> LossBound = new Option<double>("--loss-bound") { Description = "With --search: what may be lost, percent" }.Allow(new LoadRange(0, 99));

    private static readonly Option<double> Resolution = new Option<double>("--resolution") { Description = "With --search: how near, as a share of the highest rate, 0.001 to 0.5", DefaultValueFactory = _ => 0.01 }.Allow(new LoadRange(0.001, 0.5));

    private static readonly Option<int> Repeats = new Option<int>("--repeats") { Description = "With --search and --back-to-back: how often one must pass, 1 to 100", DefaultValueFactory = _ => 1 }.Allow(1, 100);

    private static readonly Option<string?> BackToBack = new("--back-to-back")
    {
        Description = "Search the longest burst, up to so many datagrams, that is delivered whole when it is sent as fast as it goes (RFC 2544)",
        HelpName = "N",
    };

    private static readonly Option<string?> Operations = new("--iops")
    {
        Description = "With profile vm: operations per second of each VM; 0 for the next as soon as one has ended. By default all blocks together have 100 Mbit/s",
        HelpName = "N",
    };

    private static readonly Option<int> QueueDepth = new Option<int>("--queue-depth", "-q") { Description = $"With profile vm: operations under way at a time, at most, 1 to {VmOptions.MostQueueDepth}", DefaultValueFactory = _ => new VmOptions().QueueDepth }.Allow(LoadRanges.QueueDepth);

    private static readonly Option<double> ReadShare = new Option<double>("--read-share") { Description = "With profile vm: share of reads, 0 to 1", DefaultValueFactory = _ => new VmOptions().ReadShare }.Allow(LoadRanges.Share);

    private static readonly Option<int> Copies = new Option<int>("--copies") { Description = "With profile vm: members that keep each block, 1 to 3", DefaultValueFactory = _ => new VmOptions().Copies }.Allow(LoadRanges.Copies);

    private static readonly Option<int> Clusters = new Option<int>("--clusters") { Description = $"With profile control: clusters of --members each, side by side, 1 to {MostClusters}", DefaultValueFactory = _ => 1 }.Allow(1, MostClusters);

    private static readonly Option<bool> Json = new("--json", "-J") { Description = "Print the outcome as JSON, and nothing else" };

    /// <summary>The options, for the command to have.</summary>
    public static IReadOnlyList<Option> All { get; } =
    [
        Profile, Time, WarmUp, Ramp, Interval, Rate, Length, Groups, Parallel, Dscp, Share, Tcp, Udp, Congestion, NoOffload, MaxLoss,
        Rtt, Latency, Search, LossBound, Resolution, Repeats, BackToBack, Operations, QueueDepth, ReadShare, Copies, Clusters, Json,
    ];

    /// <summary>What is asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="members">Members of the cluster.</param>
    /// <exception cref="UsageException">Something is out of its range, or does not go together.</exception>
    public static LoadRequest Read(ParseResult parsed, int members)
    {
        LoadMode mode = Mode(parsed);
        LoadOptions options = Options(parsed, mode);
        Refuse(parsed, mode, options);
        if (options.Ramp > TimeSpan.Zero && (mode is LoadMode.Vm or LoadMode.Control)) throw new UsageException($"{Ramp.Name} does not go with {Profile.Name} {parsed.GetValue(Profile)}: its rate is the VMs' or the cluster's own");
        // A round trip is a datagram's, whatever the load under which it is measured is made of.
        bool trip = mode is LoadMode.RoundTrip or LoadMode.Latency;
        int[] lengths = [.. Figures(parsed, Length, mode == LoadMode.Vm ? LoadRanges.BlockBytes : !trip && Stream(parsed, options) ? LoadRanges.WriteBytes : LoadRanges.DatagramBytes, step: 1024)];
        // Read whether or not it goes with what is measured: a mistake in it is one.
        double? operations = parsed.GetValue(Operations) is { } asked ? Figure(Operations, asked, 1000, LoadRanges.OperationsPerSecond) : null;
        int[] groups = [.. Figures(parsed, Groups, LoadRanges.Groups, step: 1000)];
        IEnumerable<LoadOptions> sized = lengths.Length == 0 || trip || mode == LoadMode.Vm ? [options] : lengths.Select(l => options with { Payload = l });
        return new LoadRequest
        {
            Mode = mode,
            Loads = [.. groups.Length == 0 ? sized : sized.SelectMany(_ => groups, (o, g) => o with { Groups = g })],
            Vms = mode == LoadMode.Vm ? [.. (lengths.Length == 0 ? [new VmOptions().BlockBytes] : lengths).Select(l => Vm(parsed, l, members, operations))] : [],
            Clusters = parsed.GetValue(Clusters),
            Search = new(parsed.GetValue(Resolution), parsed.GetValue(LossBound), parsed.GetValue(Repeats)),
            LongestBurst = parsed.GetValue(BackToBack) is { } longest ? (long)Whole(BackToBack, longest, 1000, LoadRanges.BurstDatagrams) : 0,
            RoundTripBytes = lengths.Length > 0 && trip ? lengths[0] : RoundTripBytes,
            Json = parsed.GetValue(Json),
        };
    }

    // What would be taken and do nothing is a mistake.
    private static void Refuse(ParseResult parsed, LoadMode mode, LoadOptions options)
    {
        string profile = $"{Profile.Name} {parsed.GetValue(Profile)}";
        bool flows = mode is not (LoadMode.Vm or LoadMode.Control or LoadMode.RoundTrip);
        bool groups = flows && options.Profile is LoadProfile.Multicast or LoadProfile.MulticastAll or LoadProfile.Mixed;
        bool unicast = flows && options.Profile is not (LoadProfile.Multicast or LoadProfile.MulticastAll);
        bool streams = unicast && (options.Transport == LoadTransport.Tcp || (options.Transport is null && options.Profile != LoadProfile.Pair));
        string where = flows ? profile : mode == LoadMode.RoundTrip ? Rtt.Name : profile;
        (Option Option, bool Goes, string With)[] rules =
        [
            (Tcp, unicast, $"a profile that sends to members, and {where} does not"),
            (Udp, flows, $"a profile of flows, and {where} has none"),
            (Congestion, streams || mode == LoadMode.Vm, $"TCP, and {where} has none"),
            (Groups, groups, $"a profile that sends to groups, and {where} does not"),
            (Share, flows && options.Profile == LoadProfile.Mixed, $"{Profile.Name} mixed"),
            (LossBound, mode == LoadMode.NoDrop, Search.Name),
            (Resolution, mode == LoadMode.NoDrop, Search.Name),
            (Repeats, mode is LoadMode.NoDrop or LoadMode.BackToBack, $"{Search.Name} or {BackToBack.Name}"),
            (Operations, mode == LoadMode.Vm, $"{Profile.Name} {VmProfile}"),
            (QueueDepth, mode == LoadMode.Vm, $"{Profile.Name} {VmProfile}"),
            (ReadShare, mode == LoadMode.Vm, $"{Profile.Name} {VmProfile}"),
            (Copies, mode == LoadMode.Vm, $"{Profile.Name} {VmProfile}"),
            (Clusters, mode == LoadMode.Control, $"{Profile.Name} {ControlProfile}"),
        ];
        foreach ((Option option, bool goes, string with) in rules)
            if (!goes && parsed.GetResult(option) is { Implicit: false }) throw new UsageException($"{option.Name} takes {with}");
    }

    private static LoadMode Mode(ParseResult parsed)
    {
        (Option Option, bool Given, LoadMode Mode)[] modes =
        [
            (Profile, parsed.GetValue(Profile) == VmProfile, LoadMode.Vm), (Profile, parsed.GetValue(Profile) == ControlProfile, LoadMode.Control), (Rtt, parsed.GetValue(Rtt), LoadMode.RoundTrip), (Latency, parsed.GetValue(Latency), LoadMode.Latency),
            (Search, parsed.GetValue(Search), LoadMode.NoDrop), (BackToBack, parsed.GetValue(BackToBack) is not null, LoadMode.BackToBack),
        ];
        (Option Option, bool Given, LoadMode Mode)[] given = [.. modes.Where(m => m.Given)];
        if (given.Length > 1) throw new UsageException($"{string.Join(" and ", given.Select(g => g.Option == Profile ? $"{Profile.Name} {parsed.GetValue(Profile)}" : g.Option.Name))} exclude each other");
        return given.Length == 0 ? LoadMode.Carried : given[0].Mode;
    }

    private static LoadOptions Options(ParseResult parsed, LoadMode mode)
    {
        string name = parsed.GetValue(Profile)!;
        (string Name, LoadProfile Profile, string What) profile = Profiles.FirstOrDefault(p => p.Name == name);
        if (profile.Name is null && mode is not (LoadMode.Vm or LoadMode.Control)) throw new UsageException($"{Profile.Name} {name}: allowed are {string.Join(", ", Profiles.Select(p => p.Name))}, {VmProfile}, {ControlProfile}");
        if (parsed.GetValue(Tcp) && parsed.GetValue(Udp)) throw new UsageException("--tcp and --udp exclude each other");
        LoadTransport? transport = parsed.GetValue(Tcp) ? LoadTransport.Tcp : parsed.GetValue(Udp) ? LoadTransport.Udp : null;
        (double? bits, double? packets) = parsed.GetValue(Rate) is { } rate ? Rates(rate) : (null, null);
        return new LoadOptions
        {
            Profile = profile.Profile,
            Transport = transport,
            Duration = TimeSpan.FromSeconds(parsed.GetValue(Time)),
            WarmUp = TimeSpan.FromSeconds(parsed.GetValue(WarmUp)),
            Ramp = TimeSpan.FromSeconds(parsed.GetValue(Ramp)),
            Interval = TimeSpan.FromSeconds(parsed.GetValue(Interval)),
            BitsPerSecond = bits,
            PacketsPerSecond = packets,
            Parallel = parsed.GetValue(Parallel),
            Dscp = parsed.GetValue(Dscp),
            MulticastShare = parsed.GetValue(Share),
            MaxLossPercent = parsed.GetValue(MaxLoss),
            Congestion = parsed.GetValue(Congestion)!,
            Offload = !parsed.GetValue(NoOffload),
        };
    }

    private static VmOptions Vm(ParseResult parsed, int blockBytes, int members, double? operations)
    {
        var options = new VmOptions
        {
            BlockBytes = blockBytes,
            QueueDepth = parsed.GetValue(QueueDepth),
            ReadShare = parsed.GetValue(ReadShare),
            Copies = parsed.GetValue(Copies),
        };
        double blocks = options.ReadShare + ((1 - options.ReadShare) * options.Copies);
        double share = LoadOptions.DefaultTotalRate / (8.0 * blockBytes * blocks * members);
        return options with { OperationsPerSecond = operations ?? share };
    }

    private static bool Stream(ParseResult parsed, LoadOptions options) =>
        parsed.GetValue(Tcp) || (options.Transport is null && options.Profile is LoadProfile.Ring or LoadProfile.Mesh or LoadProfile.Incast or LoadProfile.Resync);

    private static (double? Bits, double? Packets) Rates(string text)
    {
        const string unit = "pps";
        return text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
            ? (null, Figure(Rate, text[..^unit.Length], 1000, LoadRanges.PacketsPerSecond))
            : (Figure(Rate, text, 1000, LoadRanges.BitsPerSecond), null);
    }

    private static IEnumerable<int> Figures(ParseResult parsed, Option<string?> option, LoadRange allowed, int step) =>
        parsed.GetValue(option) is not { } list ? [] : list.Split(',', StringSplitOptions.TrimEntries).Select(text => (int)Whole(option, text, step, allowed));

    private static double Checked(Option option, double value, LoadRange allowed) =>
        allowed.Has(value) ? value : throw new UsageException(FormattableString.Invariant($"{option.Name} {value}: allowed are {allowed}"));

    private static double Whole(Option option, string text, int step, LoadRange allowed) =>
        Figure(option, text, step, allowed) is var value && value == Math.Floor(value) ? value : throw new UsageException($"{option.Name} {text}: a whole number is wanted");

    // A number with k, M, G or T behind it. What is too small for a number is not 0, which has a meaning of its own.
    private static double Figure(Option option, string text, int step, LoadRange allowed)
    {
        int power = text.Length == 0 ? -1 : "kmgt".IndexOf(char.ToLowerInvariant(text[^1]));
        string digits = power >= 0 ? text[..^1] : text;
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && (value != 0 || digits.All(d => d is '0' or '.'))
            ? Checked(option, value * Math.Pow(step, power + 1), allowed)
            : throw new UsageException($"{option.Name} {text}: not a figure such as 1400, 128K or 2.5G");
    }
}
