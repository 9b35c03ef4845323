namespace VsanEmu.Control.Tests.Redis;

/// <summary>What comes over a real server comes in its time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task UntilAsync(Func<bool> done)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!done())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Limit, "it does not come");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
