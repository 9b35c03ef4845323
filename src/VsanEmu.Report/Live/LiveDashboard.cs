using Spectre.Console;
using VsanEmu.Core.Observations;

namespace VsanEmu.Report;

/// <summary>
/// Shows a run while it is under way: a picture that is drawn anew several times a second on a terminal, a plain line for each finished phase elsewhere.
/// </summary>
public sealed class LiveDashboard(IAnsiConsole console, string title)
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs <paramref name="work"/> and shows what it reports until it ends; the last picture stays on the screen.</summary>
    /// <param name="work">The run; it may report from any thread, as often as it likes.</param>
    public async Task<T> RunAsync<T>(Func<IProgress<RunProgress>, Task<T>> work)
    {
        if (!console.Profile.Capabilities.Interactive || !console.Profile.Capabilities.Ansi)
        {
            var lines = new PhaseLines(console);
            T result = await work(lines);
            lines.Finish();
            return result;
        }

        var latest = new Latest();
        return await console.Live(new Text(title)).AutoClear(false).Overflow(VerticalOverflow.Crop).StartAsync(async live =>
        {
            Task<T> run = work(latest);
            while (true)
            {
                Task ended = await Task.WhenAny(run, Task.Delay(Redraw));
                if (latest.Progress is { } progress) live.UpdateTarget(ProgressPicture.Draw(title, progress, console.Profile.Width, console.Profile.Height));
                if (ended == run) return await run;
            }
        });
    }

    private sealed class Latest : IProgress<RunProgress>
    {
        private volatile RunProgress? _progress;

        public RunProgress? Progress => _progress;

        public void Report(RunProgress value) => _progress = value;
    }
}

/// <summary>A line for each phase that is over, as it ends.</summary>
internal sealed class PhaseLines(IAnsiConsole console) : IProgress<RunProgress>
{
    private readonly Lock _lock = new();
    private RunProgress? _last;
    private int _told;

    public void Report(RunProgress value)
    {
        lock (_lock)
        {
            // What is true at a phase's end was reported before the next one began.
            for (; _told < value.Done.Count; _told++) Tell(value.Done[_told].Name, value.Done[_told].Took, _last ?? value);
            _last = value;
        }
    }

    /// <summary>Tells of the phase that was under way when the run ended.</summary>
    public void Finish()
    {
        lock (_lock)
        {
            if (_last is not { Phase.Length: > 0 } last) return;
            Tell(last.Phase, last.Elapsed - last.Done.Aggregate(TimeSpan.Zero, (sum, d) => sum + d.Took), last);
            _last = null;
        }
    }

    private void Tell(string phase, TimeSpan took, RunProgress picture) =>
        TextFlow.Write(console, [($"{phase,-14} {Palette.Seconds(took),7}  ", Palette.Plain)], ProgressPicture.Roles(picture), Palette.Plain);
}
