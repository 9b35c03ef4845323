using CsCheck;
using VsanEmu.Core.Load;

namespace VsanEmu.Core.Tests.Load;

public sealed class SequenceTrackerTests
{
    [Fact]
    public void What_comes_in_order_is_delivered_and_nothing_else()
    {
        var tracker = new SequenceTracker();
        for (long i = 0; i < 3L * SequenceTracker.Window; i += 100) tracker.Take(i, 100);
        Assert.Equal((3L * SequenceTracker.Window / 100 * 100) + 100, tracker.Delivered);
        Assert.Equal((0, 0, 0), (tracker.Duplicates, tracker.Reordered, tracker.TooLate));
    }

    [Fact]
    public void A_late_one_is_out_of_order_and_a_second_one_a_duplicate()
    {
        var tracker = new SequenceTracker();
        tracker.Take(0, 5);
        tracker.Take(6, 4);
        tracker.Take(5);
        tracker.Take(5);
        tracker.Take(9);
        Assert.Equal((10, 2, 1, 4), (tracker.Delivered, tracker.Duplicates, tracker.Reordered, tracker.LongestExtent));
    }

    [Fact]
    public void What_is_older_than_the_window_cannot_be_told()
    {
        var tracker = new SequenceTracker();
        tracker.Take(SequenceTracker.Window + 10L);
        tracker.Take(10);
        tracker.Take(11);
        Assert.Equal((2, 0, 1, 1), (tracker.Delivered, tracker.Duplicates, tracker.Reordered, tracker.TooLate));
    }

    // Against a set of all numbers that ever came.
    [Fact]
    public void It_agrees_with_a_model() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[-300, 300], Gen.Int[1, 130]).Array[1, 200].Sample(steps =>
        {
            var tracker = new SequenceTracker();
            var seen = new HashSet<long>();
            long next = 0, delivered = 0, duplicates = 0, reordered = 0;
            foreach ((int kind, int jump, int count) in steps)
            {
                long first = Math.Max(0, kind == 0 ? next + jump : kind == 1 ? next + 100_000L : next);
                tracker.Take(first, count);
                for (long s = first; s < first + count; s++)
                {
                    bool late = s < next;
                    next = Math.Max(next, s + 1);
                    if (!seen.Add(s)) duplicates++;
                    else if (late) (delivered, reordered) = (delivered + 1, reordered + 1);
                    else delivered++;
                }
            }

            return tracker.Delivered == delivered && tracker.Duplicates == duplicates && tracker.Reordered == reordered && tracker.TooLate == 0;
        });
}
