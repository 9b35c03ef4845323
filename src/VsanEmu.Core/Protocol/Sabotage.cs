namespace VsanEmu.Core.Protocol;

/// <summary>Deliberate mistakes, for the tests that show that the simulation would find them.</summary>
internal enum Sabotage : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A Master ignores other Masters: a healed partition keeps two.</summary>
    NeverYield,

    /// <summary>The Master acknowledges an update before its Backup has it.</summary>
    AcknowledgeEarly,

    /// <summary>A node goes on sending to the Master Group after it lost the role for it.</summary>
    StayOnMasterGroup,
}
