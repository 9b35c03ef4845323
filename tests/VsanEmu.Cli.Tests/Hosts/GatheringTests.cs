using VsanEmu.Cli.Hosts;
using VsanEmu.Cli.Runs;
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

    [Fact]
    public async Task A_host_is_the_same_in_capitals_and_called_as_it_calls_itself()
    {
        Task<IReadOnlyList<HostPresence>> Three() => Task.FromResult<IReadOnlyList<HostPresence>>([Host("esx1.example.com", 11), Host("M02", 12), Host("m03", 13)]);
        ClusterSpec spec = LabSpec.Create(3) with { Observer = null, Outsiders = [] };
        spec = spec with { Members = [spec.Members[0] with { Host = "ESX1.Example.com" }, .. spec.Members.Skip(1)] };
        (ClusterSpec found, _) = await new Gathering(Three, TimeSpan.Zero, this).OfAsync(spec, CancellationToken.None);
        Assert.Equal(new Dictionary<string, string> { ["m01"] = "esx1.example.com", ["m02"] = "M02", ["m03"] = "m03" }, FoundCluster.Places(found));
        spec = spec with { Members = [.. spec.Members.Take(2), spec.Members[2] with { Host = "esx1.EXAMPLE.com" }] };
        Assert.StartsWith("host ESX1.Example.com is to have m01 and m03", Assert.Throws<UsageException>(() => FoundCluster.Places(spec)).Message);
    }

    [Fact]
    public async Task Who_only_looks_on_or_tries_is_not_waited_for_for_ever_and_is_told_to_be_absent()
    {
        Task<IReadOnlyList<HostPresence>> Two() => Task.FromResult<IReadOnlyList<HostPresence>>([Host("m01", 11), Host("m02", 12), Host("OUTSIDER", 200)]);
        (ClusterSpec found, IReadOnlyList<string> absent) = await new Gathering(Two, TimeSpan.Zero, this).OfAsync(LabSpec.Create(2), CancellationToken.None);
        Assert.Equal(["observer", "stranger"], absent);
        RunSetup setup = new() { Cluster = found, Absent = absent };
        Assert.Null(setup.Present.Observer);
        Assert.Equal(["outsider"], setup.Present.Outsiders.Select(o => o.Name));
        Assert.NotNull(setup.Cluster.Observer);
    }

    private static HostPresence Host(string name, int number) =>
        new() { Name = name, Life = Guid.NewGuid(), Version = "test", Machine = "here", Address = $"198.18.0.{number}/24" };
}
