using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using VsanEmu.Core.Addresses;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Record;

/// <summary>A resolved cluster spec as the record holds it: addresses and subnets are text, all else as in <see cref="ClusterSpec"/>.</summary>
internal sealed record RecordedSpec
{
    public required string Name { get; init; }
    public required Guid ClusterId { get; init; }
    public required FlowProfile Profile { get; init; }
    public required string Subnet { get; init; }
    public required IReadOnlyList<RecordedMember> Members { get; init; }
    public required RecordedChannels Channels { get; init; }
    public required TimerSpec Timers { get; init; }
    public required IReadOnlyList<VmSpec> Vms { get; init; }
    public required IReadOnlyList<RecordedOutsider> Outsiders { get; init; }
    public required RecordedObserver? Observer { get; init; }
    public required string? Gateway { get; init; }
    public RecordedTrials Trials { get => field ?? RecordedTrials.Of(new()); init; }
    public required ThresholdSpec Thresholds { get; init; }

    public static RecordedSpec Of(ClusterSpec spec) => new()
    {
        Name = spec.Name,
        ClusterId = spec.ClusterId,
        Profile = spec.Profile,
        Subnet = spec.Subnet.ToString(),
        Members = [.. spec.Members.Select(m => new RecordedMember(m.Id, m.Name, m.Address.ToString(), m.FixedRole, m.Priority, m.Interface, m.Netns, m.Host))],
        Channels = RecordedChannels.Of(spec.Channels),
        Timers = spec.Timers,
        Vms = spec.Vms,
        Outsiders = [.. spec.Outsiders.Select(o => new RecordedOutsider(o.Name, o.Address.ToString(), o.Place, o.Interface, o.Netns, o.Host))],
        Observer = spec.Observer is { } observer ? new(observer.Name, observer.Address?.ToString(), observer.Interface, observer.Netns, observer.Host) : null,
        Gateway = spec.Gateway?.ToString(),
        Trials = RecordedTrials.Of(spec.Trials),
        Thresholds = spec.Thresholds,
    };

    /// <exception cref="FormatException">An address or the subnet is not one, or the spec contradicts itself.</exception>
    public ClusterSpec Resolve()
    {
        if (Members.DistinctBy(m => m.Id).Count() < Members.Count || Members.DistinctBy(m => m.Name).Count() < Members.Count)
            throw new FormatException("two members have the same number or name");
        if (!Profile.Unicast && (Channels.AgentGroup is null || Channels.MasterGroup is null))
            throw new FormatException($"profile {Profile.Name} uses groups, but there are none");
        return Convert();
    }

    public static IPAddress? Parse(string? address) => address is null ? null : AddressText.Parse(address);

    private ClusterSpec Convert() => new()
    {
        Name = Name,
        ClusterId = ClusterId,
        Profile = Profile,
        Subnet = AddressText.ReadNetwork(Subnet) ?? throw new FormatException($"'{Subnet}' is not a network"),
        Members =
        [
            .. Members.Select(m => new MemberSpec
            {
                Id = m.Id,
                Name = m.Name,
                Address = AddressText.Parse(m.Address),
                FixedRole = m.FixedRole,
                Priority = m.Priority,
                Interface = m.Interface,
                Netns = m.Netns,
                Host = m.Host,
            }),
        ],
        Channels = Channels.Resolve(),
        Timers = Timers,
        Vms = Vms,
        Outsiders =
        [
            .. Outsiders.Select(o => new OutsiderSpec
            {
                Name = o.Name,
                Address = AddressText.Parse(o.Address),
                Place = o.Place,
                Interface = o.Interface,
                Netns = o.Netns,
                Host = o.Host,
            }),
        ],
        Observer = Observer is null
            ? null
            : new() { Name = Observer.Name, Address = Parse(Observer.Address), Interface = Observer.Interface, Netns = Observer.Netns, Host = Observer.Host },
        Gateway = Parse(Gateway),
        Trials = Trials.Resolve(),
        Thresholds = Thresholds,
    };
}

internal sealed record RecordedMember(MemberId Id, string Name, string Address, Role? FixedRole, byte Priority, string? Interface, string? Netns = null, string? Host = null);

internal sealed record RecordedOutsider(string Name, string Address, OutsiderPlace Place, string? Interface, string? Netns = null, string? Host = null);

internal sealed record RecordedObserver(string Name, string? Address, string? Interface, string? Netns = null, string? Host = null);

internal sealed record RecordedTrials(string FirstGroup, int Rounds, int PacketsPerSecond, int Groups, int? Mtu, PairChoice Pairs = PairChoice.Sample)
{
    public static RecordedTrials Of(TrialSpec t) => new(t.FirstGroup.ToString(), t.Rounds, t.PacketsPerSecond, t.Groups, t.Mtu, t.Pairs);

    public TrialSpec Resolve() =>
        new() { FirstGroup = AddressText.Parse(FirstGroup), Rounds = Rounds, PacketsPerSecond = PacketsPerSecond, Groups = Groups, Mtu = Mtu, Pairs = Pairs };
}

internal sealed record RecordedChannels(
    string? AgentGroup, int AgentPort, string? MasterGroup, int MasterPort, int UnicastPort, int ReliablePort, int Ttl, int IgmpVersion)
{
    public static RecordedChannels Of(ChannelSpec c) =>
        new(c.AgentGroup?.ToString(), c.AgentPort, c.MasterGroup?.ToString(), c.MasterPort, c.UnicastPort, c.ReliablePort, c.Ttl, c.IgmpVersion);

    public ChannelSpec Resolve() => new()
    {
        AgentGroup = RecordedSpec.Parse(AgentGroup),
        AgentPort = AgentPort,
        MasterGroup = RecordedSpec.Parse(MasterGroup),
        MasterPort = MasterPort,
        UnicastPort = UnicastPort,
        ReliablePort = ReliablePort,
        Ttl = Ttl,
        IgmpVersion = IgmpVersion,
    };
}

/// <summary>Writes a <see cref="ClusterSpec"/> as a <see cref="RecordedSpec"/>, and back.</summary>
public sealed class ClusterSpecConverter : JsonConverter<ClusterSpec>
{
    /// <inheritdoc/>
    public override ClusterSpec Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        try
        {
            return JsonSerializer.Deserialize(ref reader, RecordContext.Default.RecordedSpec)?.Resolve() ?? throw new JsonException("there is no spec");
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new JsonException($"the spec is not valid: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ClusterSpec value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, RecordedSpec.Of(value), RecordContext.Default.RecordedSpec);
}
