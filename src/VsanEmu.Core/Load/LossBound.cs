namespace VsanEmu.Core.Load;

/// <summary>How much of a load may be lost.</summary>
public static class LossBound
{
    /// <summary>What may be lost of a rate that was asked for, percent.</summary>
    public const double DefaultPercent = 0.5;

    /// <summary>What may be lost of a flow, percent; null where only nothing at all is too little: what goes as fast as it can overruns something.</summary>
    /// <param name="asked">What the user allows; null when he says nothing.</param>
    /// <param name="rate">The flow's rate; 0 for as fast as it goes.</param>
    public static double? Of(double? asked, double rate) => asked ?? (rate > 0 ? DefaultPercent : null);

    /// <summary>Whether more is lost than may be.</summary>
    public static bool Exceeded(long lost, long sent, double? bound) => bound is { } most && sent > 0 && 100.0 * lost / sent > most;

    /// <summary>How many of how many were lost, in words.</summary>
    public static string Words(long lost, long sent, double? bound) =>
        FormattableString.Invariant($"lost {lost} of {sent} ({100.0 * lost / Math.Max(1, sent):0.###} %), more than {bound:0.###} %");
}
