using VsanEmu.Control.Hosts;
using VsanEmu.Core.Observations;

namespace VsanEmu.Control.Tests.Hosts;

public sealed class HostedRunTests
{
    [Fact]
    public async Task A_host_that_does_not_tell_whether_it_kept_up_is_not_taken_for_one_that_did()
    {
        var early = new Hindrance(1, 2, 3);
        var late = new Hindrance(9, 2, 3);
        var run = new HostedRun(
        [
            new Asked("esx1", new() { Hindrances = [late], Unwatched = ["what the kernel dropped by itself: no"] }),
            new Asked("esx2", null),
            new Asked("esx3", new() { Hindrances = [early] }),
        ]);
        MachineObservation all = await run.MachineAsync([new Hindrance(5, 1, 0, "control was gone")], TestContext.Current.CancellationToken);
        Assert.Equal([1L, 5L, 9L], all.Hindrances.Select(h => h.AtNs));
        Assert.Equal(["esx1: what the kernel dropped by itself: no", "esx2 did not tell whether it kept up: it is gone"], all.Unwatched);
    }

    private sealed class Asked(string name, MachineObservation? machine) : IHost
    {
        public string Name => name;

        public IReadOnlyList<EndInfo> Ends => [];

        public MemberView View(string member) => throw new KeyNotFoundException(member);

        public Task<HostAnswer> AskAsync(HostOrder order, CancellationToken cancellation) =>
            machine is null ? throw new HostException("it is gone") : Task.FromResult<HostAnswer>(new HostAnswer.Kept(machine));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
