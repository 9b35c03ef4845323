using VsanEmu.Core.Spec;

namespace VsanEmu.Net.Trials;

/// <summary>What trials may take at most.</summary>
public static class TrialLimits
{
    /// <summary>Streams that are sent at a time.</summary>
    public const int MaxStreams = TrialSpec.MaxGroups;

    /// <summary>Forged SYNs, and connections by IPv6, that are under way at a time.</summary>
    public const int MaxProbes = 256;

    /// <summary>Endpoints that send echo requests at a time: more would measure the machine, not the fabric.</summary>
    public const int MaxPinging = 2;
}
