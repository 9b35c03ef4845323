using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using VsanEmu.Cli.Lab;
using VsanEmu.Cli.Runs;
using VsanEmu.Cli.Verify;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Load;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Lab;
using VsanEmu.Lab.Hosting;
using VsanEmu.Net.Attachments;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Tools;
using VsanEmu.Report;
using VsanEmu.Traffic;

namespace VsanEmu.Cli.Load;

/// <summary><c>vsanemu load</c>: pushes a fabric with the cluster's own kinds of traffic, and says what it carried. Options mean what iperf3's users expect.</summary>
internal static class LoadCommand
{
    private const int DefaultMembers = 8;

    private static readonly (string Name, LoadProfile Profile, string What)[] Profiles =
    [
        ("pair", LoadProfile.Pair, "the first member to the second"),
        ("multicast", LoadProfile.Multicast, "the first to the Agent Group, the rest receive"),
        ("multicast-all", LoadProfile.MulticastAll, "every member to the Agent Group"),
        ("ring", LoadProfile.Ring, "each member to the next"),
        ("mesh", LoadProfile.Mesh, "each member to each other"),
        ("incast", LoadProfile.Incast, "all others to the first"),
        ("mixed", LoadProfile.Mixed, "multicast and ring, with a share each"),
    ];

    private static readonly Option<string> Profile = new("--profile")
    {
        Description = "Who sends to whom: " + string.Join("; ", Profiles.Select(p => $"{p.Name}, {p.What}")),
        DefaultValueFactory = _ => "multicast",
    };

    private static readonly Option<string?> Spec = new("--spec", "-s") { Description = "A cluster spec that says where each member is attached; without, a lab of --members", HelpName = "FILE" };

    private static readonly Option<int?> Members = new("--members", "-n") { Description = $"Members of the lab, {LabSpec.MinMembers} to {MemberId.Max} (default {DefaultMembers})" };

    private static readonly Option<double> Time = new("--time", "-t") { Description = "How long to measure, seconds", DefaultValueFactory = _ => 10 };

    private static readonly Option<double> WarmUp = new("--warm-up", "-O") { Description = "How long to run before it is measured, seconds", DefaultValueFactory = _ => 0 };

    private static readonly Option<double> Interval = new("--interval", "-i") { Description = "Seconds between lines", DefaultValueFactory = _ => 1 };

    private static readonly Option<string?> Rate = new("--bitrate", "-b")
    {
        Description = "Rate of each flow, bit/s of payload: 500k, 100M, 2.5G; 0 for as fast as it goes. By default all flows together have 100M, which hurts nobody",
        HelpName = "RATE",
    };

    private static readonly Option<string?> Length = new("--length", "-l") { Description = $"Payload of a datagram ({LoadOptions.MinPayload} to {LoadOptions.MaxPayload} bytes, default 1400), or of a write to TCP (default 128K)", HelpName = "BYTES" };

    private static readonly Option<int> Parallel = new("--parallel", "-P") { Description = "Flows side by side between each two members", DefaultValueFactory = _ => 1 };

    private static readonly Option<int> Dscp = new("--dscp") { Description = "Differentiated services code point, 0 to 63", DefaultValueFactory = _ => 0 };

    private static readonly Option<double> Share = new("--multicast-share") { Description = "Share of the rate that groups have in profile mixed, 0 to 1", DefaultValueFactory = _ => 0.5 };

    private static readonly Option<bool> Tcp = new("--tcp") { Description = "Unicast by TCP: what ring, mesh and incast do anyway" };

    private static readonly Option<bool> Udp = new("--udp", "-u") { Description = "Unicast by UDP: what pair does anyway" };

    private static readonly Option<string> Congestion = new("--congestion", "-C") { Description = "TCP's congestion control", DefaultValueFactory = _ => new LoadOptions().Congestion };

    private static readonly Option<bool> Rtt = new("--rtt") { Description = "Ping-pong by UDP between the first two members: the round trip, one datagram at a time" };

    private static readonly Option<bool> Search = new("--search")
    {
        Description = "Search the highest rate of each flow at which no more than --loss-bound is lost, by trials of --time each (RFC 2544); -b is where it begins",
    };

    private static readonly Option<double> LossBound = new("--loss-bound") { Description = "With --search: what may be lost, percent", DefaultValueFactory = _ => 0 };

    private static readonly Option<double> Resolution = new("--resolution") { Description = "With --search: how near, as a share of the highest rate, 0.001 to 0.5", DefaultValueFactory = _ => 0.01 };

    private static readonly Option<int> Repeats = new("--repeats") { Description = "With --search: how often a rate must pass, 1 to 100", DefaultValueFactory = _ => 1 };

    private static readonly Option<bool> NoOffload = new("--no-offload") { Description = "Send and receive datagrams one by one, not in bursts that the kernel cuts and joins" };

    private static readonly Option<bool> Json = new("--json", "-J") { Description = "Print the outcome as JSON, and nothing else" };

    public static Command Create()
    {
        var command = new Command("load", "Push a fabric with the cluster's own kinds of traffic, and measure what it carries");
        foreach (Option option in (Option[])[Profile, Spec, Members, Time, WarmUp, Interval, Rate, Length, Parallel, Dscp, Share, Tcp, Udp, Congestion, Rtt, Search, LossBound, Resolution, Repeats, NoOffload, Json]) command.Add(option);
        command.SetAction((parsed, cancellation) => RunAsync(parsed, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        try
        {
            LoadOptions options = Options(parsed);
            if (Cluster(parsed) is not { } cluster) return (int)ExitCode.BadInput;
            _ = LoadPlan.Make(cluster, options);
            if (parsed.GetValue(Search) && LoadPlan.Make(cluster, options).Any(f => f.Transport == LoadTransport.Tcp)) throw new UsageException("--search counts lost datagrams: with this profile it takes --udp");
            _ = Bound(parsed);
            Prepare(parsed);
            using ParentWatch? watch = ParentWatch.Start();
            await using ISite site = parsed.GetValue(Spec) is null
                ? new LabSite(await Fabric.BuildAsync(cluster, new FabricOptions(), cancellation))
                : await Task.Run(() => FoundSite.Open(cluster), cancellation);
            await site.WaitReadyAsync(cancellation);
            return await MeasureAsync(parsed, cluster, options, site, cancellation);
        }
        catch (Exception e) when (e is UsageException or LoadException or AttachmentException)
        {
            return Complain(e.Message, ExitCode.BadInput);
        }
        catch (OperationCanceledException)
        {
            return Complain("interrupted before anything was measured", ExitCode.Inconclusive);
        }
        catch (Exception e) when (e is PrivilegeException or FabricException or ToolException or NetworkNamespaceException or SocketException or IOException or UnauthorizedAccessException)
        {
            return Complain(e.Message, ExitCode.Inconclusive);
        }
    }

    private static async Task<int> MeasureAsync(ParseResult parsed, ClusterSpec cluster, LoadOptions options, ISite site, CancellationToken cancellation)
    {
        var ends = site.Ends.Where(e => e.Kind == PortKind.Member).ToDictionary(e => e.Name, e => e.AsSource());
        if (parsed.GetValue(Rtt)) return await RoundTripAsync(parsed, cluster, options, ends, cancellation);
        var setup = new LoadSetup(cluster, ends, options, CrossesUncut: true, ThisTool.Version);
        bool json = parsed.GetValue(Json);
        var table = new LoadTable(ReportConsole.Of(Console.Out, terminal: !Console.IsOutputRedirected));
        if (parsed.GetValue(Search))
        {
            NoDropResult found = await new NoDropTrials(setup, Bound(parsed)).RunAsync(json ? null : table, cancellation);
            if (json) Console.Out.WriteLine(LoadJson.Write(found));
            else table.Write(found);
            return (int)(found.PayloadRate > 0 ? ExitCode.Passed : ExitCode.Failed);
        }

        LoadResult result = await new LoadRun(setup).RunAsync(json ? null : table, cancellation);
        if (json) Console.Out.WriteLine(LoadJson.Write(result));
        else table.Write(result);
        if (result.Checks.Any(c => c.Outcome == CheckOutcome.Fail)) return (int)ExitCode.Failed;
        return (int)(!result.Completed || result.Flows.Any(f => f.Error.Length > 0) ? ExitCode.Inconclusive : ExitCode.Passed);
    }

    private static async Task<int> RoundTripAsync(
        ParseResult parsed, ClusterSpec cluster, LoadOptions options, Dictionary<string, ProbeSource> ends, CancellationToken cancellation)
    {
        const int usual = 64;
        RoundTripResult result = await RoundTrips.RunAsync(
            ends[cluster.Members[0].Name], ends[cluster.Members[1].Name], options.Payload ?? usual, options.Duration, options.Dscp, cancellation);
        if (parsed.GetValue(Json)) Console.Out.WriteLine(LoadJson.Write(result));
        else new LoadTable(ReportConsole.Of(Console.Out, terminal: !Console.IsOutputRedirected)).Write(result);
        return (int)(result.RoundTrip is null ? ExitCode.Failed : ExitCode.Passed);
    }

    private static LoadOptions Options(ParseResult parsed)
    {
        string name = parsed.GetValue(Profile)!;
        (string Name, LoadProfile Profile, string What) profile = Profiles.FirstOrDefault(p => p.Name == name);
        if (profile.Name is null) throw new UsageException($"{Profile.Name} {name}: allowed are {string.Join(", ", Profiles.Select(p => p.Name))}");
        if (parsed.GetValue(Tcp) && parsed.GetValue(Udp)) throw new UsageException("--tcp and --udp exclude each other");
        LoadTransport? transport = parsed.GetValue(Tcp) ? LoadTransport.Tcp : parsed.GetValue(Udp) ? LoadTransport.Udp : null;
        bool stream = transport == LoadTransport.Tcp || (transport is null && profile.Profile is LoadProfile.Ring or LoadProfile.Mesh or LoadProfile.Incast);
        return new LoadOptions
        {
            Profile = profile.Profile,
            Transport = transport,
            Duration = TimeSpan.FromSeconds(Within(parsed, Time, 0.1, 86_400)),
            WarmUp = TimeSpan.FromSeconds(Within(parsed, WarmUp, 0, 3600)),
            Interval = TimeSpan.FromSeconds(Within(parsed, Interval, 0.1, 3600)),
            BitsPerSecond = parsed.GetValue(Rate) is { } rate ? (long)Figure(Rate, rate, 1000, 0, 1e12) : null,
            Payload = parsed.GetValue(Length) is { } length ? (int)Figure(Length, length, 1024, stream ? 1 : LoadOptions.MinPayload, stream ? 1 << 20 : LoadOptions.MaxPayload) : null,
            Parallel = (int)Within(parsed, Parallel, 1, 128),
            Dscp = (int)Within(parsed, Dscp, 0, 63),
            MulticastShare = Within(parsed, Share, 0, 1),
            Congestion = parsed.GetValue(Congestion)!,
            Offload = !parsed.GetValue(NoOffload),
        };
    }

    private static NoDropOptions Bound(ParseResult parsed) =>
        new(Within(parsed, Resolution, 0.001, 0.5), Within(parsed, LossBound, 0, 99), (int)Within(parsed, Repeats, 1, 100));

    // Null when the spec is wrong: its errors were written.
    private static ClusterSpec? Cluster(ParseResult parsed)
    {
        int? members = parsed.GetValue(Members);
        if (parsed.GetValue(Spec) is { } file)
        {
            return members is null ? SpecInput.Read(file, Console.Error) : throw new UsageException("--members and --spec exclude each other: the spec lists its members");
        }

        return members is < LabSpec.MinMembers or > MemberId.Max
            ? throw new UsageException($"--members {members}: allowed are {LabSpec.MinMembers} to {MemberId.Max}")
            : LabSpec.Create(members ?? DefaultMembers);
    }

    private static void Prepare(ParseResult parsed)
    {
        if (parsed.GetValue(Spec) is not null)
        {
            if (!Privilege.Suffices) throw new PrivilegeException("this takes root (CAP_NET_ADMIN, CAP_NET_RAW, CAP_SYS_ADMIN): it works in network namespaces");
            return;
        }

        if (Prerequisites.MissingTools() is [{ } first, ..]) throw new FabricException($"{first.What}: {first.Remedy}");
        Privilege.EnsureOrReexec();
    }

    private static double Within(ParseResult parsed, Option<double> option, double least, double most) => Checked(option, parsed.GetValue(option), least, most);

    private static double Within(ParseResult parsed, Option<int> option, double least, double most) => Checked(option, parsed.GetValue(option), least, most);

    private static double Checked(Option option, double value, double least, double most) =>
        value >= least && value <= most ? value : throw new UsageException(FormattableString.Invariant($"{option.Name} {value}: allowed are {least} to {most}"));

    // A number with k, M, G or T behind it.
    private static double Figure(Option option, string text, int step, double least, double most)
    {
        int power = text.Length == 0 ? -1 : "kmgt".IndexOf(char.ToLowerInvariant(text[^1]));
        string digits = power >= 0 ? text[..^1] : text;
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            ? Checked(option, value * Math.Pow(step, power + 1), least, most)
            : throw new UsageException($"{option.Name} {text}: not a figure such as 1400, 128K or 2.5G");
    }

    private static int Complain(string message, ExitCode exit)
    {
        Console.Error.WriteLine($"vsanemu load: {message}");
        return (int)exit;
    }
}
