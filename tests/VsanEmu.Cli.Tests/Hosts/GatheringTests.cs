using VsanEmu.Cli.Hosts;
using VsanEmu.Control.Hosts;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Spec;

namespace VsanEmu.Cli.Tests.Hosts;

/// <summary>Hosts are waited for, also while the server is not there for a while.</summary>
public sealed class GatheringTests : IProgress<string>
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    private readonly List<string> _told = [];

    void IProgress<string>.Report(string value) => _told.Add(value);

    [Fact]
    public async Task A_server_that_restarts_costs_only_time_even_beyond_the_time_to_wait()
    {
        int asked = 0;
        // It is gone for longer than hosts are waited for, and comes back empty.
        Task<IReadOnlyList<HostPresence>> Ask() => ++asked switch
        {
            <= 2 => throw new ControlException("redis://host cannot be reached"),
            <= 4 => Task.FromResult<IReadOnlyList<HostPresence>>([]),
            _ => Task.FromResult<IReadOnlyList<HostPresence>>([Host("m1", 11), Host("m2", 12)]),
        };
        ClusterSpec cluster = await new Gathering(Ask, TimeSpan.FromSeconds(0.2), this).OfAsync("lab", members: 2, CancellationToken.None);
        Assert.Equal(["m1", "m2"], cluster.Members.Select(m => m.Name));
        Assert.Equal("redis://host cannot be reached; trying again", _told[0]);
        Assert.Equal("0 of 2 members are there", _told[2]);
    }

    [Fact]
    public async Task A_server_that_stays_away_or_refuses_for_good_is_not_waited_for_longer()
    {
        Task<IReadOnlyList<HostPresence>> Gone() => throw new ControlException("it is gone");
        int asked = 0;
        Task<IReadOnlyList<HostPresence>> Refused() => throw new ControlException($"it refuses, {++asked}", lasting: true);
        Assert.Equal("it is gone", (await Assert.ThrowsAsync<ControlException>(() => new Gathering(Gone, Short, this) { ServerPatience = Short }.OfAsync("lab", 2, CancellationToken.None))).Message);
        Assert.Equal("it refuses, 1", (await Assert.ThrowsAsync<ControlException>(() => new Gathering(Refused, Short, this).OfAsync("lab", 2, CancellationToken.None))).Message);
    }

    [Fact]
    public async Task Hosts_that_do_not_come_are_no_wrong_usage()
    {
        Task<IReadOnlyList<HostPresence>> One() => Task.FromResult<IReadOnlyList<HostPresence>>([Host("m01", 11)]);
        var gathering = new Gathering(One, TimeSpan.Zero, this);
        // What is an IOException is exit code 3 in verify and load.
        IOException few = await Assert.ThrowsAsync<HostException>(() => gathering.OfAsync("lab", 3, CancellationToken.None));
        Assert.StartsWith("1 members are there after 0 s, 3 are wanted", few.Message);
        IOException missing = await Assert.ThrowsAsync<HostException>(() => gathering.OfAsync(LabSpec.Create(2), CancellationToken.None));
        Assert.StartsWith("m02 did not come within 0 s", missing.Message);
        Assert.EndsWith("m01 is there", missing.Message);
    }

    private static HostPresence Host(string name, int number) =>
        new() { Name = name, Life = Guid.NewGuid(), Version = "test", Machine = "here", Address = $"198.18.0.{number}/24" };
}
