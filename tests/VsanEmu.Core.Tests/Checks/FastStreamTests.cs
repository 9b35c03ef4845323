using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>What fast streams suffered, from what the captures counted.</summary>
public sealed class FastStreamTests
{
    private static readonly Seen Healthy = Seen.Healthy();

    private static readonly Direction Way = new("m01", "m02");

    [Fact]
    public void Loss_is_what_never_came_and_copies_and_disorder_are_told()
    {
        Assert.Equal((0L, 0L, 0L), Unicast(s => s));
        // Half is lost, and two thirds of the rest come twice.
        Assert.Equal((0.5, 100L, 0L), Share(s => s with { Packets = (s.Packets / 2) + 100, Repeats = 100 }));
        Assert.Equal((0.0, 0L, 7L), Share(s => s with { Reordered = 7 }));
        Assert.Equal((0.0, 0L, 0L), Share(s => s with { Foreign = 5 }));
    }

    [Fact]
    public void Copies_that_the_sender_made_are_not_asked_for_twice()
    {
        Seen seen = Healthy.WithSightings((_, trial, s) => Is(trial) && s.Direction == PortDirection.Out ? s with { Packets = s.Packets + 10, Repeats = 10 } : s);
        Assert.Equal(0, new RunAnalysis(seen.Spec, seen.Run).FastUnicast.Measured[Way].Loss.Hits);
    }

    private static (double, long, long) Share(Func<TrialSighting, TrialSighting> change)
    {
        Delivery d = Measured(change);
        return ((double)d.Loss.Hits / d.Loss.Total, d.Duplicates, d.Reordered);
    }

    private static (long, long, long) Unicast(Func<TrialSighting, TrialSighting> change)
    {
        Delivery d = Measured(change);
        return (d.Loss.Hits, d.Duplicates, d.Reordered);
    }

    private static Delivery Measured(Func<TrialSighting, TrialSighting> change)
    {
        Seen seen = Healthy.WithSightings((port, trial, s) => Is(trial) && port == Way.To ? change(s) : s);
        return new RunAnalysis(seen.Spec, seen.Run).FastUnicast.Measured[Way];
    }

    private static bool Is(TrialObservation trial) => trial.Kind == TrialKind.Unicast && trial.Sender == Way.From && trial.Joined.Contains(Way.To);
}
