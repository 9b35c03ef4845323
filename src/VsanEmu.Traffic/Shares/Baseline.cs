using System.Diagnostics;

namespace VsanEmu.Traffic.Shares;

/// <summary>What was there when a measurement began, and does not belong to it: processor time of this process, and what a warm-up had counted.</summary>
internal sealed class Baseline
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly LoadClock _clock;
    private readonly Action _note;
    private TimeSpan _processors;
    private bool _noted;

    /// <summary>Waits for the measurement, and notes.</summary>
    /// <param name="clock">When it begins.</param>
    /// <param name="note">Notes what a warm-up has counted; called once, and not at all where there is none.</param>
    public Baseline(LoadClock clock, Action note)
    {
        (_clock, _note) = (clock, note);
        _ = WaitAsync();
    }

    /// <summary>The measured time is over: processors that were busy in it. Who was stopped in the warm-up measured nothing.</summary>
    public double End()
    {
        Note();
        double seconds = (double)(Math.Min(Stopwatch.GetTimestamp(), _clock.EndAt) - _clock.MeasureAt) / Stopwatch.Frequency;
        return seconds > 0 ? (Environment.CpuUsage.TotalTime - _processors).TotalSeconds / Math.Max(1e-3, seconds) : 0;
    }

    private async Task WaitAsync()
    {
        while (Stopwatch.GetTimestamp() < _clock.MeasureAt && !_clock.ReceiversStopped)
        {
            double left = (double)(_clock.MeasureAt - Stopwatch.GetTimestamp()) / Stopwatch.Frequency;
            await Task.Delay(TimeSpan.FromSeconds(Math.Clamp(left, 0.001, Step.TotalSeconds)));
        }

        Note();
    }

    private void Note()
    {
        lock (_lock)
        {
            if (_noted) return;
            _noted = true;
            _processors = Environment.CpuUsage.TotalTime;
            if (_clock.MeasureAt > _clock.StartAt) _note();
        }
    }
}
