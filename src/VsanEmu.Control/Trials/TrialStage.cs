using VsanEmu.Core.Checks.Plan;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Trials;

/// <summary>What the trials of a run left behind.</summary>
internal sealed class TrialFindings
{
    public List<TrialObservation> Trials { get; } = [];

    public List<PingObservation> Pings { get; } = [];

    public List<FragmentObservation> Fragments { get; } = [];

    public List<TcpStreamObservation> TcpStreams { get; } = [];

    public List<ProbeObservation> Probes { get; } = [];

    public List<IdleObservation> Idles { get; } = [];
}

/// <summary>
/// Carries the trials out: questions by ARP and echo requests first, which want a quiet machine; then what paths do to fragments and TCP; then all streams, with
/// the odd attempts beside them.
/// </summary>
/// <param name="trials">Who can.</param>
/// <param name="cluster">The cluster.</param>
/// <param name="options">What is asked for.</param>
/// <param name="time">The clock for waiting.</param>
/// <param name="paths">Who tries paths; null when nobody can.</param>
internal sealed class TrialStage(ITrials trials, ClusterSpec cluster, ConductorOptions options, TimeProvider time, IPathTrials? paths = null)
{
    // Bytes of a small echo request's packet, and requests of each size.
    private const int SmallPing = 64;
    private const int PingCount = 4;

    // Of four all may be lost where many are: "nothing passes" is said of no fewer than twelve.
    private const int MorePings = 8;

    private const string Phase = Phases.Trials;

    /// <summary>
    /// Who takes part: the member that hears the most sends, some of those that it hears take turns in receiving: what a switch makes of groups must not be tried at a port that is
    /// cut off. Null with fewer than two members.
    /// </summary>
    public static TrialCast? Cast(ClusterSpec cluster, IReadOnlyList<MemberView> views)
    {
        if (views.Count < 2) return null;
        MemberView sender = views.MaxBy(v => v.Members.Count)!;
        MemberView[] others = [.. views.Where(v => v != sender && sender.Members.Contains(v.Id))];
        if (others.Length == 0) others = [.. views.Where(v => v != sender)];
        return new TrialCast(
            sender.Member,
            [.. Pairs.Sample(others.Length, TrialCast.MaxReceivers).Select(i => others[i].Member)],
            [.. views.Select(v => v.Member)],
            [.. views.Where(v => v.Role is Role.Master or Role.Backup).Select(v => v.Member)],
            [.. cluster.Outsiders.Select(o => o.Name)]);
    }

    /// <summary>Carries out all that takes seconds.</summary>
    /// <param name="views">The members that take part, as they see the cluster.</param>
    /// <param name="findings">Where what comes of it goes.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <param name="mtus">MTU of members' interfaces, as far as they told it.</param>
    public async Task RunAsync(IReadOnlyList<MemberView> views, TrialFindings findings, CancellationToken cancellation, IReadOnlyDictionary<string, int>? mtus = null)
    {
        mtus ??= new Dictionary<string, int>();
        if (Cast(cluster, views) is not { } cast) return;
        IReadOnlyList<string> members = [.. views.Select(v => v.Member)];
        if (options.Wants("F4")) await AskAsync(members, cancellation);
        if (options.Wants("P1", "P2")) findings.Pings.AddRange(await PingAsync(members, views.FirstOrDefault(v => v.Role == Role.Master)?.Member, mtus, cancellation));
        if (paths is not null) await new PathStage(trials, paths, cluster, options, time).RunAsync(members, mtus, findings, cancellation);
        Task<IReadOnlyList<ProbeObservation>> attempts = AttemptAsync(members, cancellation);
        TrialObservation[] seen = await Task.WhenAll(TrialPlan.Make(cluster, cast, options).Select(t => OneAsync(t, cancellation)));
        findings.Trials.AddRange(seen);
        findings.Probes.AddRange(await attempts);
    }

    /// <summary>Leaves connections idle, one from each member to the next, all at a time.</summary>
    public async Task IdleAsync(IReadOnlyList<string> members, TimeSpan idle, TrialFindings findings, CancellationToken cancellation) =>
        findings.Idles.AddRange(await Task.WhenAll(Pairs.Ring(members).Select(p => trials.IdleAsync(p.From, p.To, idle, cancellation))));

    // A second one asks for the first one's address. Whoever answered before anybody asked, as a rule nobody, did so by chance.
    private Task AskAsync(IReadOnlyList<string> members, CancellationToken cancellation) => Task.WhenAll(
        trials.AskAsync(members[0], [.. members.Skip(1)], cancellation),
        trials.AskAsync(members[1], [members[0]], cancellation));

    private async Task<IEnumerable<PingObservation>> PingAsync(
        IReadOnlyList<string> members, string? master, IReadOnlyDictionary<string, int> mtus, CancellationToken cancellation)
    {
        PingObservation[] first = await WhenAll(
            from pings in Pairs.Pings(members, master, cluster.Trials.Pairs)
            from size in pings.To.GroupBy(to => Full(mtus, pings.From, to))
            select trials.PingAsync(Phase, pings.From, [.. size], [SmallPing, size.Key], PingCount, cancellation));
        PingObservation[] again = await WhenAll(
            from silent in first
            where silent is { Sent: > 0, Answered: 0, RefusedMtu: 0 }
            group silent.To by (silent.From, silent.Bytes) into asked
            select trials.PingAsync(Phase, asked.Key.From, [.. asked], [asked.Key.Bytes], MorePings, cancellation));
        return first.Concat(again);

        static async Task<PingObservation[]> WhenAll(IEnumerable<Task<IReadOnlyList<PingObservation>>> asking) => [.. (await Task.WhenAll(asking)).SelectMany(p => p)];
    }

    // What the spec asks for; else what both interfaces take, up to the longest that is sent.
    private int Full(IReadOnlyDictionary<string, int> mtus, string from, string to)
    {
        int Of(string member) => mtus.GetValueOrDefault(member, TrialSpec.UsualMtu);
        return cluster.Trials.Mtu ?? TrialSpec.FullSize(Of(from), Of(to));
    }

    private async Task<IReadOnlyList<ProbeObservation>> AttemptAsync(IReadOnlyList<string> members, CancellationToken cancellation)
    {
        IReadOnlyList<(string, string, string)> attempts = Pairs.Attempts(cluster.Outsiders, members);
        List<ProbeMethod> methods = [];
        if (options.Wants("A5")) methods.AddRange([ProbeMethod.Fragments, ProbeMethod.Spoofed]);
        if (options.Wants("A8")) methods.Add(ProbeMethod.Ipv6);
        var seen = new List<ProbeObservation>();
        if (attempts.Count == 0) return seen;
        foreach (ProbeMethod method in methods) seen.AddRange(await trials.AttemptAsync(Phase, method, attempts, cancellation));
        return seen;
    }

    private async Task<TrialObservation> OneAsync(PlannedTrial trial, CancellationToken cancellation)
    {
        string error = "";
        await Task.Delay(trial.Start, time, cancellation);
        foreach (PlannedAct act in trial.Before) await ActAsync(act);
        await Task.Delay(trial.Lead, time, cancellation);

        Task<StreamSent> stream = trials.StreamAsync(trial.Stream, cancellation);
        GroupActDone? acted = null;
        if (trial.During.Count > 0)
        {
            await Task.Delay(trial.ActAfter, time, cancellation);
            foreach (PlannedAct act in trial.During)
            {
                GroupActDone done = await ActAsync(act);
                acted ??= done;
            }
        }

        StreamSent sent = await stream;
        foreach (PlannedAct act in trial.After) await trials.ActAsync(act.Who, act.What, act.Group, cancellation);
        return new TrialObservation
        {
            Id = trial.Stream.Trial,
            Kind = trial.Kind,
            Round = trial.Round,
            Phase = Phase,
            Group = trial.Stream.To.ToString(),
            Sender = trial.Stream.Sender,
            Sent = sent.Sent,
            IntervalNs = (long)trial.Stream.Interval.TotalNanoseconds,
            Bytes = trial.Stream.Bytes,
            Ttl = trial.Stream.Ttl,
            StartNs = sent.StartNs,
            EndNs = sent.EndNs,
            Joined = trial.Joined,
            JoinedInstead = trial.JoinedInstead?.ToString() ?? "",
            Actor = trial.Actor,
            ActedAtNs = acted?.AtNs ?? 0,
            IgmpVersion = acted?.IgmpVersion ?? 0,
            Refused = sent.Refused,
            Refusal = sent.Error,
            Error = error.Length > 0 ? error : sent.Sent == 0 ? sent.Error : "",
        };

        async Task<GroupActDone> ActAsync(PlannedAct act)
        {
            GroupActDone done = await trials.ActAsync(act.Who, act.What, act.Group, cancellation);
            if (done.Error.Length > 0 && error.Length == 0) error = $"{act.Who} could not act on {act.Group} ({act.What}): {done.Error}";
            return done;
        }
    }
}
