using VsanEmu.Core.Flows;
using VsanEmu.Core.Protocol;

namespace VsanEmu.Core.Tests.Protocol;

/// <summary>The whole table of roles and events: a change of it shows here.</summary>
public class RoleTableTests
{
    private const string Snapshot =
        """
        Listening  ListenEnded    -> Agent      listened long enough
        Listening  Appointed      -> -
        Listening  Dismissed      -> -
        Listening  MasterLost     -> -
        Listening  Elected        -> -
        Listening  FixedAsMaster  -> -
        Listening  HandedOver     -> -
        Agent      ListenEnded    -> -
        Agent      Appointed      -> Backup     appointed by the Master
        Agent      Dismissed      -> -
        Agent      MasterLost     -> -
        Agent      Elected        -> Master     no Master heard, and first in rank
        Agent      FixedAsMaster  -> Master     fixed as Master
        Agent      HandedOver     -> -
        Backup     ListenEnded    -> -
        Backup     Appointed      -> -
        Backup     Dismissed      -> Agent      no longer the Master's Backup
        Backup     MasterLost     -> Master     the Master fell silent
        Backup     Elected        -> -
        Backup     FixedAsMaster  -> Master     fixed as Master
        Backup     HandedOver     -> -
        Master     ListenEnded    -> -
        Master     Appointed      -> -
        Master     Dismissed      -> -
        Master     MasterLost     -> -
        Master     Elected        -> -
        Master     FixedAsMaster  -> -
        Master     HandedOver     -> Agent      handed over to a Master of higher rank
        """;

    [Fact]
    public void Every_role_knows_these_events_and_no_others()
    {
        IEnumerable<string> lines = from role in Enum.GetValues<Role>() from happened in Enum.GetValues<RoleEvent>() select Line(role, happened);
        Assert.Equal(Snapshot.ReplaceLineEndings("\n"), string.Join('\n', lines));
    }

    [Fact]
    public void Each_pair_is_there_once() =>
        Assert.Equal(RoleTable.Rows.Count, RoleTable.Rows.Select(r => (r.From, r.Event)).Distinct().Count());

    private static string Line(Role role, RoleEvent happened)
    {
        try
        {
            (Role to, string reason) = RoleTable.Next(role, happened);
            return $"{role,-9}  {happened,-13}  -> {to,-9}  {reason}";
        }
        catch (InvalidOperationException)
        {
            return $"{role,-9}  {happened,-13}  -> -";
        }
    }
}
