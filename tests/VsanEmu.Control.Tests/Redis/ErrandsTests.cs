using VsanEmu.Control.Hosts;
using VsanEmu.Control.Redis;

namespace VsanEmu.Control.Tests.Redis;

/// <summary>An order is carried out once, however many there are beside it.</summary>
public sealed class ErrandsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_under_way_is_not_begun_again_however_many_come_after_it()
    {
        var go = new TaskCompletionSource();
        int begun = 0;
        var errands = new Errands("esx1", async (_, order, _) =>
        {
            if (order is not HostOrder.Captured) return new HostAnswer.Done();
            begun++;
            await go.Task;
            return new HostAnswer.Time(7);
        });
        Letter longest = Of(new HostOrder.Captured());
        Task<HostAnswer?> first = errands.DoAsync(longest, longest.Order!, Cancel).AsTask();
        for (int i = 0; i < 5000; i++)
        {
            Letter one = Of(new HostOrder.Clock());
            Assert.Equal(new HostAnswer.Done(), await errands.DoAsync(one, one.Order!, Cancel));
        }

        Assert.Null(await errands.DoAsync(longest, longest.Order!, Cancel));
        go.SetResult();
        Assert.Equal(new HostAnswer.Time(7), await first);
        Assert.Equal(new HostAnswer.Time(7), await errands.DoAsync(longest, longest.Order!, Cancel));
        Assert.Equal(1, begun);
    }

    [Fact]
    public async Task What_fails_is_told_with_the_hosts_name()
    {
        var errands = new Errands("esx1", (_, _, _) => throw new InvalidOperationException("no"));
        Letter one = Of(new HostOrder.Clock());
        Assert.Equal(new HostAnswer.Failed("host esx1: no"), await errands.DoAsync(one, one.Order!, Cancel));
    }

    private static Letter Of(HostOrder order) => new() { Id = Guid.NewGuid(), From = "controller", Order = order };
}
