using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;

namespace VsanEmu.Control;

/// <summary>
/// What a run does to its cluster: it kills the Master, splits the segment and heals it. What is measured counts from the moment before it was done, not from
/// the answer to the order.
/// </summary>
public sealed partial class Conductor
{
    private async Task FailOverAsync(CancellationToken cancellation)
    {
        // On a bad fabric the cluster may have fallen apart since.
        if (_crew.Leader is not { } master) return;
        string backup = _crew.Views.FirstOrDefault(v => v.Id == master.Backup)?.Member ?? "";
        Acknowledgements before = await Acknowledgements.OfAsync(_crew.Alive, cancellation);

        await _phases.BeginAsync(Phases.Failover, cancellation);
        IMember victim = Named(master.Id);
        long orderedAt = nowNs();
        Task<long> kill = AnsweredAsync(victim.KillAsync(cancellation));
        _crew.MarkKilled(victim.Name);
        _phases.VmsOn.RemoveAll(name => parts.Cluster.Vms.First(v => v.Name == name).Host == master.Id);
        await CarriedOutAsync(kill, () => Settlement.Missing(_crew.ViewsBySide, data: false) is null, $"{victim.Name} is killed", cancellation);

        await WhileAsync(() => !_crew.Views.Any(v => v.Role == Role.Master), SettleTime, () => $"a new Master after {victim.Name}", cancellation);
        // The roles first: copies are built anew only after a while, by default longer than all the rest takes.
        long? heldAt = await SettleAsync(cancellation, data: false);
        long killedAt = await EndedAtAsync(victim, orderedAt, await kill, cancellation);
        MemberView? now = _crew.Views.FirstOrDefault(v => v.Role == Role.Master);
        _failovers.Add(new FailoverObservation
        {
            Killed = victim.Name,
            Backup = backup,
            KilledAtNs = killedAt,
            TakeoverAtNs = await FirstMasterAsync(killedAt, cancellation),
            HoldsAtNs = heldAt,
            NewMaster = now?.Member ?? "",
            NewBackup = _crew.Views.FirstOrDefault(v => v.Role == Role.Backup)?.Member ?? "",
            Acknowledged = before.Count,
            Lost = now is null ? [] : await before.MissingFromAsync(Named(now.Id), cancellation),
        });
        if (heldAt is not null && await RebuiltAsync(cancellation)) await RestAsync(Phases.AfterFailover, cancellation);
    }

    private async Task SplitAndHealAsync(IFabric fabric, CancellationToken cancellation)
    {
        await _phases.BeginAsync(Phases.Partition, cancellation);
        var sides = _crew.Alive.Select((m, i) => (m.Name, Side: i % 2)).ToDictionary(p => p.Name, p => p.Side);
        long splitAt = nowNs();
        Task split = fabric.SplitAsync(sides, cancellation);
        _crew.Sides = sides;
        _phases.Sides = sides;
        await CarriedOutAsync(split, () => Settlement.Missing(_crew.ViewsBySide) is null, "the segment is split", cancellation);
        await WhileAsync(() => _crew.Views.All(v => v.Members.Count == _crew.Views.Count), SettleTime, () => "the members to notice the split", cancellation);
        long? settledSplit = await SettleAsync(cancellation);
        IReadOnlyList<IReadOnlyList<string>> masters = [.. sides.Values.Distinct().Order().Select(side => Masters(_crew.Views.Where(v => sides[v.Member] == side)))];
        await SubmitAsync(cancellation);
        if (settledSplit is not null) await SettleAsync(cancellation);
        Acknowledgements before = await Acknowledgements.OfAsync(_crew.Alive, cancellation);

        await split;
        long healedAt = nowNs();
        Task heal = fabric.HealAsync(cancellation);
        _crew.Sides = new Dictionary<string, int>();
        await CarriedOutAsync(heal, () => Settlement.Missing(_crew.ViewsBySide) is null, "the segment is healed", cancellation);
        long? settledHeal = await SettleAsync(cancellation);
        await heal;
        MemberView? master = _crew.Views.FirstOrDefault(v => v.Role == Role.Master);
        _partitions.Add(new PartitionObservation
        {
            Sides = [.. sides.GroupBy(p => p.Value).OrderBy(g => g.Key).Select(g => (IReadOnlyList<string>)[.. g.Select(p => p.Key)])],
            SplitAtNs = splitAt,
            SettledSplitAtNs = settledSplit,
            MastersPerSide = masters,
            HealedAtNs = healedAt,
            SettledHealAtNs = settledHeal,
            MastersAfter = Masters(_crew.Views),
            Acknowledged = before.Count,
            Lost = master is null ? [] : await before.MissingFromAsync(Named(master.Id), cancellation),
        });
        if (settledHeal is not null) await RestAsync(Phases.Healed, cancellation);
    }

    /// <summary>
    /// Waits until an order was carried out, or what it brings about is there already: however long its answer takes, that is noted when it shows; the time
    /// that it may take counts from the answer.
    /// </summary>
    private async Task CarriedOutAsync(Task order, Func<bool> shows, string doing, CancellationToken cancellation)
    {
        await WhileAsync(() => !order.IsCompleted && !shows(), TimeSpan.MaxValue, () => doing, cancellation);
        if (order.IsCompleted) await order;
    }

    private async Task<long> AnsweredAsync(Task order)
    {
        await order;
        return nowNs();
    }

    /// <summary>
    /// The moment before a member's host began to end it, by the host's own clock. Where the host does not tell it, or tells what cannot be, its clock is not
    /// known: then the moment before the order was given, so that nothing is made to look shorter than it was.
    /// </summary>
    private static async Task<long> EndedAtAsync(IMember victim, long orderedAtNs, long answeredAtNs, CancellationToken cancellation) =>
        (await victim.ReportAsync(cancellation)).Node.EndedAtNs is { } at && at >= orderedAtNs && at <= answeredAtNs ? at : orderedAtNs;

    /// <summary>When the first living member says that it became Master after this time; null when none did.</summary>
    private async Task<long?> FirstMasterAsync(long afterNs, CancellationToken cancellation) =>
        (await Task.WhenAll(_crew.Alive.Select(m => m.ReportAsync(cancellation)))).SelectMany(r => r.Node.Roles).Where(r => r.Role == Role.Master && r.AtNs >= afterNs).Min(r => (long?)r.AtNs);

    private static IReadOnlyList<string> Masters(IEnumerable<MemberView> views) => [.. views.Where(v => v.Role == Role.Master).Select(v => v.Member)];
}
