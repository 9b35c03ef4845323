using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace VsanEmu.Lab.Faults;

/// <summary>The faults that can be put into a fabric.</summary>
public static class KnownFaults
{
    /// <summary>Each of them, as it is without a parameter.</summary>
    public static IReadOnlyList<IFault> All { get; } =
    [
        new NoQuerier(), new SnoopingOff(), new NoAcl(), new AclSourcePortHole(), new AclBetweenMembers(),
        new Loss(Loss.DefaultPercent), new IsolatedMember(), new Partition(),
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
            "isolated-member" when names.Length == 1 => new IsolatedMember(names[0]),
            "partition" => new Partition(names),
            "loss" => ParseLoss(parameter),
            _ => null,
        };
    }

    private static Loss? ParseLoss(string parameter)
    {
        string[] parts = parameter.Split('@', 2);
        if (!double.TryParse(parts[0].TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent)) return null;
        if (percent is < 0.01 or > 100 || parts is [_, ""]) return null;
        return new Loss(percent, parts.ElementAtOrDefault(1));
    }
}
