using VsanEmu.Core.Checks.Analysis;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary><c>duplicate-address</c>: two Ethernet addresses claim a member's address by ARP (RFC 5227).</summary>
internal static class DoubledAddress
{
    public static IEnumerable<Suspicion> Find(RunAnalysis run)
    {
        if (run.AddressClaims.Doubled.Count == 0) yield break;
        yield return new("duplicate-address", $"another endpoint uses the address of {Wording.Names(run.AddressClaims.Doubled.Select(c => c.Member))}", $"address of {Wording.Names(run.AddressClaims.Doubled.Select(c => c.Member))}",
            ["F3", "F4", .. Symptoms.Cluster, .. Symptoms.Attempts, "M1", "M2", "P1", "P2", "P3"],
            run.AddressClaims.Doubled.Select(c => c.ToString()),
            "find the Ethernet addresses named here in the switch's MAC table, and give one of the two endpoints another address");
    }
}
