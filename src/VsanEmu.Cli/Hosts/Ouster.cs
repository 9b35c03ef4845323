using VsanEmu.Control.Hosts;
using VsanEmu.Control.Redis;

namespace VsanEmu.Cli.Hosts;

/// <summary>A controller whose lead another has taken: whatever its work ends with then, that is the reason, and it is said.</summary>
internal static class Ouster
{
    // Hosts let go of a run when they see the new leader, which may be before the old one does: each looks once a second.
    private static readonly TimeSpan Noticed = TimeSpan.FromSeconds(2);

    /// <summary>Does work that takes the lead.</summary>
    /// <exception cref="ControlException">The lead was lost; the message says to whom.</exception>
    public static async Task<T> ToldAsync<T>(Controller controller, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            if (e is HostException) await Task.Delay(Noticed, controller.OustedToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (controller.Ousted.Length == 0) throw;
            throw new ControlException(controller.Ousted, inner: e);
        }
    }
}
