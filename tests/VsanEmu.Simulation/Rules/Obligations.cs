using VsanEmu.Core.Flows;
using VsanEmu.Core.Protocol;
using VsanEmu.Simulation.Worlds;

namespace VsanEmu.Simulation.Rules;

/// <summary>
/// What was acknowledged must not be lost. The Master that acknowledges and the Backup that it has appointed and heard in its present life answer for the update,
/// and so does every later Master or Backup from the moment it holds it. While one of them lives, the update must be there again once the cluster is at rest.
/// </summary>
internal sealed class Obligations
{
    private readonly Dictionary<(Guid Key, ulong Revision), HashSet<(int Host, int Life)>> _guarantors = [];

    public int Count => _guarantors.Count;

    /// <summary>A Master says that an update is safe.</summary>
    public void Acknowledged(Host master, Guid key, ulong revision, IReadOnlyList<Host> hosts)
    {
        HashSet<(int, int)> guarantors = Of((key, revision));
        guarantors.Add((master.Index, master.Life));
        NodeContext context = master.Node!.Context;
        if (context.Backup.IsNone || context.Peers.Find(context.Backup) is not { } appointed) return;
        Host backup = hosts.First(h => h.Id == context.Backup);
        if (backup.Alive && backup.IncarnationNs == appointed.Said.IncarnationNs) guarantors.Add((backup.Index, backup.Life));
    }

    /// <summary>Called before a host loses the role in which it held updates, or dies: who holds them now, as Master or Backup, answers for them too.</summary>
    public void Extend(IEnumerable<Host> living, Host? former = null)
    {
        foreach (Host host in living)
        {
            if (host != former && host.Node!.Role is not (Role.Master or Role.Backup)) continue;
            MetadataDirectory directory = host.Node!.Context.Directory;
            foreach (((Guid Key, ulong Revision) update, HashSet<(int, int)> guarantors) in _guarantors)
                if (directory.Find(update.Key) is { } held && held.Revision >= update.Revision) guarantors.Add((host.Index, host.Life));
        }
    }

    /// <summary>An update that a node at rest lacks although one that answers for it lives; null when there is none.</summary>
    public string? Lost(IReadOnlyList<Host> hosts)
    {
        foreach (((Guid Key, ulong Revision) update, HashSet<(int Host, int Life)> guarantors) in _guarantors)
        {
            if (!guarantors.Any(g => hosts[g.Host].Alive && hosts[g.Host].Life == g.Life)) continue;
            foreach (Host host in hosts.Where(h => h.Alive))
            {
                if (host.Node!.Context.Directory.Find(update.Key) is { } held && held.Revision >= update.Revision) continue;
                return $"{update.Key} revision {update.Revision} was acknowledged, and {host} does not hold it; for it answer {string.Join(", ", guarantors.Select(g => $"{hosts[g.Host].Id}.{g.Life}"))}";
            }
        }

        return null;
    }

    private HashSet<(int, int)> Of((Guid, ulong) update)
    {
        if (!_guarantors.TryGetValue(update, out HashSet<(int, int)>? guarantors)) _guarantors.Add(update, guarantors = []);
        return guarantors;
    }
}
