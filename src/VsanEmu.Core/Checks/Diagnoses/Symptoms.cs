namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary>Ids of checks that go wrong together, for the rules to name what a fault explains.</summary>
internal static class Symptoms
{
    /// <summary>What a cluster that cannot form, or not stay, fails.</summary>
    public static readonly string[] Cluster = ["F1", "F2", "V1", "V2", "V3"];

    /// <summary>What needs a group to arrive where it was joined.</summary>
    public static readonly string[] Delivery = ["M1", "M2", "M6", "M7", "M8", "M10", "M13", "M14", "M17", "P3"];

    /// <summary>What needs some group traffic to prove that its absence elsewhere means something.</summary>
    public static readonly string[] Absence = ["M3", "M4", "M9", "M11", "M15", "M16", "A6", "A7"];

    /// <summary>What needs a group, or anything else, to get to every port.</summary>
    public static readonly string[] Everywhere = ["M5", "M12", "P1", "P2"];

    /// <summary>What tries TCP.</summary>
    public static readonly string[] Attempts = ["A1", "A2", "A3", "A4", "A5", "A8", "A9"];
}
