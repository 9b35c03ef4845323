using VsanEmu.Core.Observations;

namespace VsanEmu.Control;

/// <summary>The updates whose owners were told that they are safe: what a failover or a heal must not lose (V2).</summary>
internal sealed class Acknowledgements
{
    private readonly Dictionary<Guid, ulong> _revisions = [];

    public int Count => _revisions.Count;

    public static Acknowledgements Of(IEnumerable<IMember> members)
    {
        var all = new Acknowledgements();
        foreach (AckedUpdate update in members.SelectMany(m => m.Report().Node.Acknowledged))
            all._revisions[update.Key] = Math.Max(update.Revision, all._revisions.GetValueOrDefault(update.Key));
        return all;
    }

    /// <summary>Keys that the member's directory lacks, or holds in an older revision.</summary>
    public IReadOnlyList<Guid> MissingFrom(IMember member)
    {
        IReadOnlyDictionary<Guid, ulong> held = member.Report().Directory;
        return [.. _revisions.Where(u => !held.TryGetValue(u.Key, out ulong revision) || revision < u.Value).Select(u => u.Key)];
    }
}
