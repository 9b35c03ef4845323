using System.Collections.Concurrent;
using VsanEmu.Control.Hosts;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Redis;

/// <summary>A host behind control, as its controller knows it.</summary>
/// <param name="name">Its name.</param>
/// <param name="run">The run that all orders are part of.</param>
/// <param name="post">Takes letters to it.</param>
internal sealed class RemoteHost(string name, ulong run, Post post) : IHost
{
    // All that whoever is told to end may still wait for.
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, (long AtNs, MemberView View)> _views = [];
    private double _said;
    private long _heard = TimeProvider.System.GetTimestamp();

    public string Name => name;

    public IReadOnlyList<EndInfo> Ends { get; private set; } = [];

    /// <summary>For how long nothing was heard of it.</summary>
    public TimeSpan Silence => TimeProvider.System.GetElapsedTime(Volatile.Read(ref _heard));

    /// <summary>How its clock was measured.</summary>
    public HostClock Clock { get; private set; } = new(0, 0);

    public MemberView View(string member) => _views[member].View;

    public async Task<HostAnswer> AskAsync(HostOrder order, CancellationToken cancellation)
    {
        HostAnswer answer = await post.AskAsync(name, order, run, () => Silence, cancellation);
        Hear();
        if (answer is HostAnswer.Seen seen) See(seen.AtNs, seen.View);
        return answer;
    }

    /// <summary>Opens a run there, on its own clock.</summary>
    public async Task OpenAsync(HostOrder.Open order, long originTimestamp, CancellationToken cancellation)
    {
        Clock = await MeasureAsync(cancellation);
        foreach (MemberSpec member in order.Cluster.Members.Where(m => order.Ends.Contains(m.Name))) _views[member.Name] = (long.MinValue, MemberView.NotStarted(member));
        HostOrder.Open own = order with { OriginNs = originTimestamp + Clock.OffsetNs };
        Ends = (await this.AskAsync<HostAnswer.Opened>(own, cancellation)).Ends;
    }

    /// <summary>How far its clock is ahead of this machine's, by the quickest of some questions: the true value lies within half that round trip.</summary>
    public async Task<HostClock> MeasureAsync(CancellationToken cancellation)
    {
        var best = new HostClock(0, long.MaxValue);
        for (int i = 0; i < HostClock.Questions; i++)
        {
            long before = TimeProvider.System.GetTimestamp();
            long there = (await this.AskAsync<HostAnswer.Time>(new HostOrder.Clock(), cancellation)).Ns;
            long took = TimeProvider.System.GetTimestamp() - before;
            if (took / 2 < best.ErrorNs) best = new HostClock(there - before - (took / 2), took / 2);
        }

        return best;
    }

    /// <summary>Notes that it was heard of.</summary>
    public void Hear() => Volatile.Write(ref _heard, TimeProvider.System.GetTimestamp());

    /// <summary>Notes when it said last that it is there, by its own clock: it is heard of when that changes, for what it said outlives it.</summary>
    public void HearAt(double said)
    {
        if (said == _said) return;
        _said = said;
        Hear();
    }

    /// <summary>Takes a view, if it is later than what is known.</summary>
    public void See(long atNs, MemberView view) =>
        _views.AddOrUpdate(view.Member, (atNs, view), (_, known) => atNs >= known.AtNs ? (atNs, view) : known);

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(CloseLimit);
        try
        {
            await AskAsync(new HostOrder.Close(), limit.Token);
        }
        catch (Exception e) when (e is HostException or OperationCanceledException)
        {
            // It lets go by itself when its controller is not heard of.
        }
    }
}

/// <summary>A host's clock, compared with the controller's.</summary>
/// <param name="OffsetNs">How far its monotonic clock is ahead, ns.</param>
/// <param name="ErrorNs">By how much that may be wrong, ns.</param>
public sealed record HostClock(long OffsetNs, long ErrorNs)
{
    /// <summary>How often it is asked.</summary>
    public const int Questions = 40;
}
