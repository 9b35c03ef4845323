namespace VsanEmu.Core.Spec;

/// <summary>A member's number within its cluster: 1 to 64; 0 means "none".</summary>
/// <param name="Value">The number. Lower ids win ties in an election.</param>
public readonly record struct MemberId(ushort Value) : IComparable<MemberId>
{
    /// <summary>No member.</summary>
    public static readonly MemberId None = new(0);

    /// <summary>The largest number of members in a cluster (FLOWS.md, "Limits").</summary>
    public const int Max = 64;

    /// <summary>True when this names nobody.</summary>
    public bool IsNone => Value == 0;

    /// <inheritdoc/>
    public int CompareTo(MemberId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => IsNone ? "-" : $"#{Value}";
}
