namespace VsanEmu.Core.Checks.Analysis;

/// <summary>What a run proves of the VLAN's setup for multicast, so that no remedy asks for what was seen to be there, and all name the same version of IGMP.</summary>
internal sealed class VlanSetup(RunAnalysis run)
{
    /// <summary>True when general queries arrived at a member's port.</summary>
    public bool Querier => run.Queries.Sightings.Count > 0;

    /// <summary>True when every port that joined nothing was proven to get nothing: the switch snoops.</summary>
    public bool Snooping => run.Stray.Silent.Count > 0 && run.Stray.Silent.All(p => p.Arrivals.Count == 0 && p.Unproven is null);

    /// <summary>What is to be set up so that groups go only where they were joined; empty when all of it is there.</summary>
    public string Remedy => (Snooping, Querier) switch
    {
        (false, false) => "enable IGMP snooping and configure a querier with an address in the members' VLAN",
        (false, true) => "enable IGMP snooping in the members' VLAN; the querier is there",
        (true, false) => "configure a querier with an address in the members' VLAN; the switch snoops",
        _ => "",
    };

    /// <summary>Versions of IGMP whose reports the switch provably did not act on, where another one's were heard.</summary>
    public IReadOnlyList<int> DeafVersions => field ??= Deaf();

    /// <summary>What to do about versions of IGMP that do not fit each other; empty when they do.</summary>
    public string VersionRemedy
    {
        get
        {
            int members = run.Spec.Channels.IgmpVersion, querier = Querier ? run.Queries.Sightings.Min(s => s.Version) : members;
            if (DeafVersions is [var deaf])
                return deaf == members ? $"have the switch snoop IGMPv{deaf}, or force version {Other(deaf)} on the members" : $"have the switch snoop IGMPv{deaf} too, or let nobody in the VLAN speak it";
            return querier < members ? $"set the querier to version {members}, or force version {querier} on the members" : "";
        }
    }

    private static int Other(int version) => version == 3 ? 2 : 3;

    private int[] Deaf()
    {
        VersionedJoin[] joins = [.. VersionedJoin.Of(run, run.Trials.Of(Observations.TrialKind.MixedVersions).Where(t => t.Sent))];
        int[] deaf = [.. joins.Where(j => j.Deaf).SelectMany(j => j.Versions).Distinct().Order()];
        return deaf.Length == 1 && joins.Any(j => !j.Deaf && !j.Versions.Contains(deaf[0])) ? deaf : [];
    }
}
