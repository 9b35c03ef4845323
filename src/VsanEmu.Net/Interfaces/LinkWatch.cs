using VsanEmu.Net.Namespaces;

namespace VsanEmu.Net.Interfaces;

/// <summary>A change of an interface's condition.</summary>
/// <param name="AtNs">When it was seen, by the watch's clock.</param>
/// <param name="Condition">How it is since then.</param>
public sealed record LinkChange(long AtNs, LinkCondition Condition);

/// <summary>Watches whether an interface carries frames, on a thread of its own. An interface that went stays gone, also when another of its name comes: whoever listens, listens to the first.</summary>
public sealed class LinkWatch : IDisposable
{
    // What is shorter may be missed; a capture's own notice of it is not.
    private const int IntervalMs = 20;

    private readonly Lock _gate = new();
    private readonly List<LinkChange> _changes = [];
    private readonly CancellationTokenSource _gone = new();
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    private LinkWatch(string link, Func<long> nowNs)
    {
        uint index = LocalInterface.IndexOf(link);
        _changes.Add(new(0, LinkState.Read(link)));
        _thread = new Thread(() => Work(link, index, nowNs)) { IsBackground = true, Name = "link" };
        _thread.Start();
    }

    /// <summary>Cancelled once the interface is gone.</summary>
    public CancellationToken Gone => _gone.Token;

    /// <summary>What was seen so far, oldest first; the first one is how it was at the beginning, at 0.</summary>
    public IReadOnlyList<LinkChange> Changes
    {
        get
        {
            lock (_gate) return [.. _changes];
        }
    }

    /// <summary>Starts a watch.</summary>
    /// <param name="place">The interface's namespace.</param>
    /// <param name="link">The interface.</param>
    /// <param name="nowNs">The clock, at 0 when the watch begins.</param>
    public static LinkWatch Start(NetworkNamespace place, string link, Func<long> nowNs) => place.Run(() => new LinkWatch(link, nowNs));

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Set();
#pragma warning disable RS0030 // It ends within a look at the link.
        _thread.Join();
#pragma warning restore RS0030
        _stop.Dispose();
        _gone.Dispose();
    }

    private void Work(string link, uint index, Func<long> nowNs)
    {
        do
        {
            LinkCondition now = index != 0 && LocalInterface.IndexOf(link) == index ? LinkState.Read(link) : LinkCondition.Missing;
            lock (_gate)
                if (_changes[^1].Condition != now) _changes.Add(new(nowNs(), now));
            if (now != LinkCondition.Missing) continue;
            _gone.Cancel();
            return;
        }
#pragma warning disable RS0030 // On a thread of its own.
        while (!_stop.Wait(IntervalMs));
#pragma warning restore RS0030
    }
}
