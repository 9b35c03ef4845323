using VsanEmu.Control.Redis;

namespace VsanEmu.Cli.Hosts;

/// <summary>What is asked of control again while it does not work: a server that restarts costs time and nothing else.</summary>
internal sealed class Persistence
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    /// <summary>How long it may fail in a row.</summary>
    public TimeSpan Patience { get; init; } = HostServer.LeaderPatience;

    /// <summary>Asks until it is answered.</summary>
    /// <param name="ask">Asks once.</param>
    /// <param name="told">Told why it is being asked again.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>The answer, and whether it took more than one question.</returns>
    /// <exception cref="ControlException">Control will never work like that, or has not for longer than <see cref="Patience"/>.</exception>
    public async Task<(T Answer, bool Again)> AskAsync<T>(Func<Task<T>> ask, IProgress<string> told, CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        for (bool again = false; ; again = true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                return (await ask(), again);
            }
            catch (ControlException e) when (!e.Lasting && TimeProvider.System.GetElapsedTime(start) < Patience)
            {
                told.Report($"{e.Message}; trying again");
            }

            await Task.Delay(Step, cancellation);
        }
    }
}
