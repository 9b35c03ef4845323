using VsanEmu.Core.Observations;

namespace VsanEmu.Control;

/// <summary>The updates whose owners were told that they are safe: what a failover or a heal must not lose (V2).</summary>
internal sealed class Acknowledgements
{
    private readonly Dictionary<Guid, ulong> _revisions = [];

    public int Count => _revisions.Count;

    public static async Task<Acknowledgements> OfAsync(IEnumerable<IMember> members, CancellationToken cancellation)
    {
        var all = new Acknowledgements();
        MemberReport[] reports = await Task.WhenAll(members.Select(m => m.ReportAsync(cancellation)));
        foreach (AckedUpdate update in reports.SelectMany(r => r.Node.Acknowledged))
            all._revisions[update.Key] = Math.Max(update.Revision, all._revisions.GetValueOrDefault(update.Key));
        return all;
    }

    /// <summary>Keys that the member's directory lacks, or holds in an older revision.</summary>
    public async Task<IReadOnlyList<Guid>> MissingFromAsync(IMember member, CancellationToken cancellation)
    {
        IReadOnlyDictionary<Guid, ulong> held = (await member.ReportAsync(cancellation)).Directory;
        return [.. _revisions.Where(u => !held.TryGetValue(u.Key, out ulong revision) || revision < u.Value).Select(u => u.Key)];
    }
}
