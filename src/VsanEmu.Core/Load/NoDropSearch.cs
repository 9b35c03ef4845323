namespace VsanEmu.Core.Load;

/// <summary>
/// The highest rate at which no more than a set share is lost (RFC 2544, 26.1; L3): halves the span between a rate that passed and one that did not until they are near enough.
/// </summary>
public sealed class NoDropSearch
{
    // A queue that grows all through a trial hides what a longer trial would lose: more than this share may not be waiting at its end.
    private const double MostQueued = 0.005;
    private const int AlwaysQueued = 64;

    /// <summary>What less than this share of was sent was not offered, and not tried.</summary>
    public const double Offered = 0.99;

    // A machine that stood still for a moment does better the next time; one that falls far short does not.
    private const double NearlyOffered = 0.9;
    private const int MostTries = 3;

    // A trial of fewer datagrams may pass by luck where as much is lost as at the rates that failed: of so many that would have been lost, none is luck no more.
    private const long ManyDatagrams = 1000;
    private const double SureLosses = 7;
    private const int MostUnsure = 10;

    private readonly double _near;
    private readonly double _lossPercent;
    private readonly int _repeats;
    private readonly bool _few;
    private double _resolution;
    private double _failed;
    private int _passes;
    private int _tries;
    private double _failedShare = 1;
    private (long Lost, long Expected) _here;
    private int _unsure;

    /// <param name="highest">The rate to begin with, which may pass; bit/s.</param>
    /// <param name="resolution">How near the rates must be at the end, as a share of the highest. 0.001 to 0.5.</param>
    /// <param name="lossPercent">What may be lost, percent; 0 as in RFC 2544.</param>
    /// <param name="repeats">How often a rate must pass in a row.</param>
    /// <param name="few">Whether what is tried is few datagrams by its nature, as a burst is: then it passes when they come.</param>
    public NoDropSearch(double highest, double resolution, double lossPercent, int repeats, bool few = false)
    {
        _few = few;
        _near = resolution;
        _resolution = resolution * highest;
        _lossPercent = lossPercent;
        _repeats = repeats;
        _failed = double.PositiveInfinity;
        Rate = highest;
    }

    /// <summary>The rate to try next, bit/s.</summary>
    public double Rate { get; private set; }

    /// <summary>The highest rate that passed; 0 when none did yet.</summary>
    public double Passed { get; private set; }

    /// <summary>The lowest rate that did not; infinite when all did.</summary>
    public double Failed => _failed;

    /// <summary>What was lost of how many datagrams in all trials at the rate that passed.</summary>
    public (long Lost, long Expected) Shown { get; private set; }

    /// <summary>Whether a rate was given up of which trials had too few datagrams to tell it from those that failed.</summary>
    public bool Undecided { get; private set; }

    /// <summary>True when it is found, or when the generator was the limit.</summary>
    public bool Done { get; private set; }

    /// <summary>True when the search ended since no more could be offered: what passed is what was sent, and what the fabric would carry is not known.</summary>
    public bool GeneratorWasTheLimit { get; private set; }

    /// <summary>Datagrams of a trial that had gathered in a queue by its end: those that came late, without what the way itself explains.</summary>
    /// <param name="result">The trial.</param>
    /// <param name="duration">How long was sent.</param>
    public static long Queued(LoadResult result, TimeSpan duration)
    {
        double sent = result.Flows.Sum(f => f.Sent), under = (result.Delay?.Min ?? 0) / duration.TotalNanoseconds;
        return (long)Math.Max(0, result.Flows.Sum(f => f.Late) - AlwaysQueued - (sent * (under + MostQueued)));
    }

    /// <summary>Takes a trial's outcome at <see cref="Rate"/>.</summary>
    /// <param name="expected">Datagrams that would have been delivered had none been lost.</param>
    /// <param name="lost">Those that were, or that only a growing queue held.</param>
    /// <param name="offered">What was sent of what was to be, as a share (<see cref="LoadResult.OfferedShare"/>): a rate that was not offered does not pass, whatever came of it.</param>
    public void Take(long expected, long lost, double offered = 1)
    {
        bool passed = expected > 0 && 100.0 * lost / expected <= _lossPercent;
        _here = (_here.Lost + lost, _here.Expected + expected);
        double sent = offered < Offered ? offered * Rate : Rate;
        if (offered < Offered && (passed || expected == 0))
        {
            if (offered >= NearlyOffered && ++_tries < MostTries) return;
            if (passed && sent > Passed) (Passed, Shown) = (sent, _here);
            (GeneratorWasTheLimit, Done) = (true, true);
            return;
        }

        _tries = 0;
        if (passed && ++_passes < _repeats) return;
        if (passed && !Tells())
        {
            if (++_unsure < MostUnsure && CanTell()) return;
            (passed, Undecided) = (false, true);
        }
        else if (!passed)
        {
            _failedShare = Math.Min(_failedShare, _here.Expected > 0 ? (double)_here.Lost / _here.Expected : 1);
        }

        if (passed) (Passed, Shown) = (Rate, _here);
        else Fail(sent, offered < Offered);
        (_passes, _unsure, _here) = (0, 0, (0, 0));
        Done = double.IsPositiveInfinity(_failed) || _failed - Passed <= _resolution;
        if (!Done) Rate = (Passed + _failed) / 2;
    }

    // Whether what passed here could not have, had as much been lost as at the rate that failed by the least.
    private bool Tells() => _few || double.IsPositiveInfinity(_failed) || Enough(_here.Expected);

    // Whether it may be told after a few more trials like those so far.
    private bool CanTell() => Enough((double)_here.Expected / (_unsure + ((long)_repeats - 1)) * (MostUnsure + _repeats - 1));

    private bool Enough(double datagrams) => datagrams >= ManyDatagrams || datagrams * _failedShare >= SureLosses;

    // What is lost of less is lost of more; and what can be sent at all, not what was asked for, is what the search is near in.
    private void Fail(double sent, bool fellShort)
    {
        _failed = sent;
        if (fellShort) _resolution = Math.Min(_resolution, _near * sent);
    }
}

/// <summary>How a search for the no-drop rate is made.</summary>
/// <param name="Resolution">How near the rates must be at the end, as a share of the highest. 0.001 to 0.5.</param>
/// <param name="LossPercent">What may be lost, percent.</param>
/// <param name="Repeats">How often a rate must pass.</param>
public sealed record NoDropOptions(double Resolution, double LossPercent, int Repeats);

/// <summary>One trial of a search.</summary>
/// <param name="Rate">Rate of each flow, bit/s of payload.</param>
/// <param name="Expected">Datagrams that would have been delivered had none been lost.</param>
/// <param name="Lost">Those that were.</param>
/// <param name="Queued">Those that a growing queue held at the end: a longer trial would have lost them.</param>
/// <param name="DelayP99Ns">99 of 100 took no longer, nanoseconds.</param>
/// <param name="GeneratorLimit">Why the generator was the limit; empty when it was not.</param>
public sealed record NoDropTrial(long Rate, long Expected, long Lost, long Queued, long DelayP99Ns, string GeneratorLimit)
{
    /// <summary>What was sent of the rate, as a share: under 0.99 it was not offered, and did not pass.</summary>
    public double OfferedShare { get; init; } = 1;
}

/// <summary>What a search found.</summary>
public sealed record NoDropResult
{
    /// <summary>Ethernet, IPv4 and UDP headers of a datagram, bytes; without the frame check sequence.</summary>
    public const int HeaderBytes = 42;

    /// <summary>The highest rate of each flow that passed, bit/s of payload; 0 when none did.</summary>
    public required long PayloadRate { get; init; }

    /// <summary>The same in Ethernet frames, bit/s: what a port's limit counts.</summary>
    public required long FrameRate { get; init; }

    /// <summary>Payload of a datagram, bytes.</summary>
    public required int Payload { get; init; }

    /// <summary>What might be lost, percent.</summary>
    public required double LossPercent { get; init; }

    /// <summary>How near, as a share of the highest rate.</summary>
    public required double Resolution { get; init; }

    /// <summary>The trials in their order.</summary>
    public required IReadOnlyList<NoDropTrial> Trials { get; init; }

    /// <summary>What was lost of how many at the rate that passed, and what that proves, in words; empty when none passed.</summary>
    public string Confidence { get => field ?? ""; init; } = "";

    /// <summary>How bursts were made.</summary>
    public required LoadMeans Means { get; init; }

    /// <summary>Whether the fabric may carry more than what was found: no more could be offered, or no more was asked for.</summary>
    public bool NoLess { get; init; }

    /// <summary>What was asked for and could not be offered, in words; empty when all was.</summary>
    public string GeneratorLimit { get => field ?? ""; init; } = "";

    /// <summary>Whether it passed.</summary>
    public LoadVerdict Verdict { get => field ?? LoadVerdict.Passed; init; } = LoadVerdict.Passed;
}
