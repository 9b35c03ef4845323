using System.Globalization;

namespace VsanEmu.Core.Spec;

/// <summary>Durations as people write them: a number and a unit, <c>200ms</c>, <c>1.5s</c>, <c>2m</c>, <c>1h</c>.</summary>
public static class Duration
{
    /// <summary>A duration as a regular expression, for the JSON schema.</summary>
    public const string Pattern = @"^\s*\d+(\.\d+)?\s*(us|ms|s|m|h)\s*$";

    // Longest unit first: it is the order in which Format looks for one that fits.
    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("us", TimeSpan.TicksPerMicrosecond),
    ];

    /// <summary>Whole units, the longest that fit: <c>90s</c>, <c>2m</c>, <c>1500ms</c>. <see cref="TryParse"/> reads it back; what is below a microsecond is cut off.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero) return "0s";
        (string unit, long ticks) = Units.FirstOrDefault(u => duration.Ticks % u.Ticks == 0, Units[^1]);
        return $"{duration.Ticks / ticks}{unit}";
    }

    /// <summary>Reads a duration. False when it is none, is negative, or is too long to be one.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        ReadOnlySpan<char> trimmed = text.Trim();
        int digits = trimmed.IndexOfAnyExcept("0123456789.");
        if (digits <= 0) return false;
        ReadOnlySpan<char> unit = trimmed[digits..].Trim();
        if (!decimal.TryParse(trimmed[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)) return false;
        foreach ((string name, long ticks) in Units)
        {
            if (!unit.SequenceEqual(name)) continue;
            if (number > (decimal)long.MaxValue / ticks) return false;
            duration = TimeSpan.FromTicks((long)(number * ticks));
            return true;
        }

        return false;
    }
}
