using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace VsanEmu.Lab.Faults;

/// <summary>The faults that can be put into a fabric.</summary>
public static class KnownFaults
{
    /// <summary>Each of them, as it is without a parameter.</summary>
    public static IReadOnlyList<IFault> All { get; } =
    [
        new NoQuerier(), new NoQuerierFlooding(), new TwoQueriers(), new SnoopingOff(), new PortNotForwardingGroup(), new MacAliasing(), new GroupLimit(), new IgmpVersion(),
        new NoAcl(), new AclOneWay(), new AclSourcePortHole(), new AclIpv4Only(), new AclReject(), new AclBetweenMembers(),
        new Mtu(), new Loss(Loss.DefaultPercent), new MulticastRateLimit(), new SlowPort(),
        new IsolatedMember(), new Partition(), new DuplicateAddress(), new IdleTimeout(IdleTimeout.DefaultIdle),
    ];

    /// <summary>Reads <c>name</c> or <c>name:parameter</c>.</summary>
    /// <param name="text">For example <c>loss:2.5@m03</c>.</param>
    /// <param name="fault">The fault.</param>
    /// <param name="error">Else what is wrong, in one line.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out IFault? fault, [NotNullWhen(false)] out string? error)
    {
        string[] parts = text.Split(':', 2);
        IFault? plain = All.FirstOrDefault(f => f.Name == parts[0]);
        fault = plain is not null && parts.Length == 2 ? WithParameter(plain.Name, parts[1]) : plain;
        error = fault is not null ? null
            : plain is null ? $"no fault '{parts[0]}'; there are {string.Join(", ", All.Select(f => f.Name))}"
            : plain.Parameter.Length == 0 ? $"fault {plain.Name} takes no parameter"
            : $"fault {plain.Name}:{parts[1]}: expected {plain.Parameter}";
        return fault is not null;
    }

    private static IFault? WithParameter(string name, string parameter)
    {
        string[] names = parameter.Split('+');
        if (parameter.Length == 0 || names.Contains("")) return null;
        return name switch
        {
            "acl-between-members" when names.Length == 2 => new AclBetweenMembers((names[0], names[1])),
            "acl-one-way" when names.Length == 2 => new AclOneWay((names[0], names[1])),
            "acl-reject" when parameter is "prohibited" or "reset" => new AclReject(parameter == "reset"),
            "isolated-member" when names.Length == 1 => new IsolatedMember(parameter),
            "port-not-forwarding-group" when names.Length == 1 => new PortNotForwardingGroup(parameter),
            "duplicate-address" when names.Length == 1 => new DuplicateAddress(parameter),
            "partition" => new Partition(names),
            "loss" when Figure(parameter.Replace("%", ""), 0.01, 100) is { } loss => new Loss(loss.Value, loss.At),
            "slow-port" when Figure(parameter, 0.1, 10_000) is { } rate => new SlowPort(rate.Value, rate.At),
            "mtu" when Whole(parameter, 576, 9216) is { } mtu => new Mtu(mtu.Value, mtu.At),
            "group-limit" when Whole(parameter, 2, 1024) is { At: null } limit => new GroupLimit(limit.Value),
            "multicast-rate-limit" when Whole(parameter, 10, 100_000) is { At: null } limit => new MulticastRateLimit(limit.Value),
            "idle-timeout" when Figure(parameter, 0.5, 3600) is { At: null } idle => new IdleTimeout(TimeSpan.FromSeconds(idle.Value)),
            _ => null,
        };
    }

    // A number, or number@port.
    private static (double Value, string? At)? Figure(string parameter, double least, double most)
    {
        string[] parts = parameter.Split('@', 2);
        if (!double.TryParse(parts[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)) return null;
        return value >= least && value <= most && parts is not [_, ""] ? (value, parts.ElementAtOrDefault(1)) : null;
    }

    private static (int Value, string? At)? Whole(string parameter, int least, int most) =>
        Figure(parameter, least, most) is { } figure && double.IsInteger(figure.Value) ? ((int)figure.Value, figure.At) : null;
}
