using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using DotNet.Testcontainers.Networks;
using Microsoft.Extensions.Logging.Abstractions;
using VsanEmu.Core.Spec;

namespace VsanEmu.Containers;

/// <summary>Members in containers on a bridge of their own, each by itself: no controller.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly List<IContainer> _containers = [];
    private readonly string _folder;
    private readonly INetwork _network;

    private Cluster(ClusterSpec spec, INetwork network, string folder) => (Spec, _network, _folder) = (spec, network, folder);

    public ClusterSpec Spec { get; }

    /// <summary>The bridge's name on this machine.</summary>
    public const string Bridge = "vsan-test";

    /// <summary>Starts so many members of a cluster with a lab's timers.</summary>
    public static async Task<Cluster> StartAsync(int members)
    {
        string folder = Directory.CreateTempSubdirectory("vsanemu-cluster-").FullName;
        ClusterSpec lab = LabSpec.Create(members, name: "containers");
        ClusterSpec spec = lab with { Outsiders = [], Observer = null, Gateway = null };
        await File.WriteAllTextAsync(Path.Combine(folder, "cluster.yaml"), SpecFile.Format(spec));
        await Shell.MustAsync("chmod", "-R", "o+rX", folder);
        INetwork network = new NetworkBuilder()
            .WithLogger(NullLogger.Instance)
            .WithName($"{Bridge}-{Guid.NewGuid():N}")
            .WithOption("com.docker.network.bridge.name", Bridge)
            // Not internal: what cluster.yml says of that.
            .WithOption("com.docker.network.bridge.enable_ip_masquerade", "false")
            .WithCreateParameterModifier(p => p.IPAM = new IPAM { Config = [new IPAMConfig { Subnet = $"{spec.Subnet}" }] })
            .Build();
        await network.CreateAsync();
        var cluster = new Cluster(spec, network, folder);
        foreach (MemberSpec member in spec.Members) cluster._containers.Add(cluster.Build(member));
        await Task.WhenAll(cluster._containers.Select(c => c.StartAsync()));
        return cluster;
    }

    public IContainer this[string member] => _containers[Spec.Members.ToList().FindIndex(m => m.Name == member)];

    /// <summary>What a member says of itself; empty when it does not answer.</summary>
    public async Task<string> HealthAsync(string member)
    {
        try
        {
            return (await this[member].ExecAsync(["/usr/bin/vsanemu", "health"])).Stdout.Trim();
        }
        catch (Exception e) when (e is Docker.DotNet.DockerApiException or InvalidOperationException)
        {
            return "";
        }
    }

    /// <summary>What all of these members say, once it is right.</summary>
    public Task<string[]> UntilAsync(IEnumerable<string> members, Func<string[], bool> right) => Shell.UntilAsync(
        () => Task.WhenAll(members.Select(HealthAsync)), right, said => string.Join("; ", said));

    /// <summary>True when these are one cluster at rest: one Master, one Backup, and each hears all.</summary>
    public static bool IsOne(string[] said, int members) =>
        said.All(s => s.StartsWith("ok: ", StringComparison.Ordinal) && s.Contains($"hears {members} of", StringComparison.Ordinal))
        && said.Count(s => s.Contains("it is Master", StringComparison.Ordinal)) == 1 && said.Count(s => s.Contains("it is Backup", StringComparison.Ordinal)) == Math.Min(1, members - 1)
        && said.Select(s => s[s.IndexOf("the Master is", StringComparison.Ordinal)..]).Distinct().Count() == 1;

    /// <summary>Takes a member's cable out.</summary>
    public Task DisconnectAsync(string member) => Engine.DockerAsync("network", "disconnect", "--force", _network.Name, this[member].Id);

    /// <summary>Puts it in again.</summary>
    public Task ConnectAsync(string member) =>
        Engine.DockerAsync("network", "connect", "--ip", $"{Spec.Members.First(m => m.Name == member).Address}", _network.Name, this[member].Id);

    /// <summary>Starts a member over, with options of `docker run` instead of what a member here has; returns its container.</summary>
    public async Task<string> RunAgainAsync(string member, IReadOnlyList<string> options)
    {
        // Not stopped: the kernel withholds SIGTERM from a container's first process until that handles it, and this one has only just been started.
        await Engine.DockerAsync("kill", this[member].Id);
        await Engine.DockerAsync("network", "disconnect", "--force", _network.Name, this[member].Id);
        return await Engine.DockerAsync(
            ["run", "-d", "--pull", "never", "--network", _network.Name, "--ip", $"{Spec.Members.First(m => m.Name == member).Address}", "--read-only",
            "-v", $"{Path.Combine(_folder, "cluster.yaml")}:/cluster.yaml:ro", .. options, Engine.Image, "node", "--spec", "/cluster.yaml", "--name", member]);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_containers.Select(c => c.DisposeAsync().AsTask()));
        await _network.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // As little as a member needs: no capability at all, nothing to write to, no way to more.
    private IContainer Build(MemberSpec member) => new ContainerBuilder(Engine.Image)
        .WithLogger(NullLogger.Instance)
        .WithImagePullPolicy(DotNet.Testcontainers.Images.PullPolicy.Never)
        .WithNetwork(_network)
        .WithBindMount(Path.Combine(_folder, "cluster.yaml"), "/cluster.yaml", DotNet.Testcontainers.Configurations.AccessMode.ReadOnly)
        .WithCommand("node", "--spec", "/cluster.yaml", "--name", member.Name, "--interface", "eth0")
        .WithCreateParameterModifier(p =>
        {
            p.HostConfig!.CapDrop = ["ALL"];
            p.HostConfig.ReadonlyRootfs = true;
            p.HostConfig.SecurityOpt = ["no-new-privileges"];
            p.NetworkingConfig!.EndpointsConfig![_network.Name].IPAMConfig = new EndpointIPAMConfig { IPv4Address = $"{member.Address}" };
        })
        .Build();
}
