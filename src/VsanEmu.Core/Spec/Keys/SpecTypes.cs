using System.Net;
using System.Text.RegularExpressions;
using VsanEmu.Core.Addresses;
using VsanEmu.Core.Flows;

namespace VsanEmu.Core.Spec.Keys;

/// <summary>The kinds of values that a spec's keys have.</summary>
internal static partial class SpecTypes
{
    private const string AddressPattern = @"^(\d{1,3}\.){3}\d{1,3}$";
    private const string SubnetPattern = @"^(\d{1,3}\.){3}\d{1,3}/\d{1,2}$";

    // Below, a member's address plan would be an accident; above, there is no room for two members and a gateway.
    private const int MinPrefix = 8;
    private const int MaxPrefix = 29;

    /// <summary>A cluster's name.</summary>
    public static ScalarType Title { get; } = Text("1 to 63 characters", TitlePattern());

    /// <summary>A member's, outsider's or observer's name.</summary>
    public static ScalarType Name { get; } = new TextType<string>(
        HostName.Allowed, text => HostName.Fault(text) is { Length: > 0 } fault ? (null, fault) : (text, ""), text => text, HostName.Pattern);

    /// <summary>A network interface's name.</summary>
    public static ScalarType Interface { get; } = Text("1 to 15 of a-z A-Z 0-9 . _ -", InterfacePattern());

    /// <summary>A network namespace: a name, or a path.</summary>
    public static ScalarType Netns { get; } = Text("a name under /run/netns, or a path", NetnsPattern());

    /// <summary>A host's name.</summary>
    public static ScalarType Host { get; } = Text("1 to 253 of a-z A-Z 0-9 . _ -", HostPattern());

    /// <summary>A VM's name.</summary>
    public static ScalarType VmName { get; } = Text("1 to 63 of a-z A-Z 0-9 . _ -", VmNamePattern());

    /// <summary>An IPv4 address of one host.</summary>
    public static ScalarType Address { get; } = new TextType<IPAddress>("an IPv4 host address", ReadAddress, a => a.ToString(), AddressPattern);

    /// <summary>A multicast group's address.</summary>
    public static ScalarType Group { get; } = new TextType<IPAddress>("224.0.1.0 to 239.255.255.255", ReadGroup, a => a.ToString(), AddressPattern);

    /// <summary>A subnet.</summary>
    public static ScalarType Subnet { get; } = new TextType<IPNetwork>(
        $"an IPv4 network, /{MinPrefix} to /{MaxPrefix}", ReadSubnet, n => n.ToString(), SubnetPattern);

    /// <summary>A UUID.</summary>
    public static ScalarType Uuid { get; } = new TextType<Guid>(
        "a UUID, not all zero",
        text => Guid.TryParseExact(text, "D", out Guid id) && id != Guid.Empty ? (id, "") : (default, $"'{text}' is not one"),
        id => id.ToString(),
        "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$");

    /// <summary>A flow profile.</summary>
    public static ScalarType Profile { get; } = Choice([.. FlowProfile.All.Select(p => (p.Name, p))], (a, b) => a.Name == b.Name);

    /// <summary>Which connection carries data.</summary>
    public static ScalarType DataConnection { get; } = Choice<DataConnection>(
        [("accepted", Flows.DataConnection.Accepted), ("initiated", Flows.DataConnection.Initiated), ("both", Flows.DataConnection.Both)], (a, b) => a == b);

    /// <summary>A member's role; Listening stands for "not fixed".</summary>
    public static ScalarType Role { get; } = Choice<Role>(
        [("elected", Flows.Role.Listening), ("master", Flows.Role.Master), ("backup", Flows.Role.Backup), ("agent", Flows.Role.Agent)], (a, b) => a == b);

    /// <summary>Where an outsider stands.</summary>
    public static ScalarType Place { get; } = Choice<OutsiderPlace>(
        [("segment", OutsiderPlace.Segment), ("beyond-gateway", OutsiderPlace.BeyondGateway)], (a, b) => a == b);

    /// <summary>Which directions are tried.</summary>
    public static ScalarType Pairs { get; } = Choice<PairChoice>([("sample", PairChoice.Sample), ("all", PairChoice.All)], (a, b) => a == b);

    /// <summary>A port.</summary>
    public static ScalarType Port { get; } = Integer(1, 65535);

    public static ScalarType Integer(int min, int max) => new IntegerType(min, max);

    public static ScalarType Decimal(double min, double max) => new DecimalType(min, max);

    public static ScalarType Time(string min, string max) => new DurationType(Parse(min), Parse(max));

    private static TextType<string> Text(string allowed, Regex pattern) => new(
        allowed, text => pattern.IsMatch(text) && !text.EndsWith('\n') ? (text, "") : (null, Unfit(text)), text => text, pattern.ToString());

    private static string Unfit(string text) => text switch
    {
        "" => "it is empty",
        _ when !char.IsAsciiLetterOrDigit(text[0]) => $"'{Shortened(text)}' does not begin with a letter or digit",
        _ => $"'{Shortened(text)}' is {(text.Length > 15 ? "too long, or " : "")}not made of what is allowed",
    };

    private static TextType<T> Choice<T>(IReadOnlyList<(string Name, T Value)> choices, Func<T, T, bool> same) where T : notnull
    {
        string[] names = [.. choices.Select(c => c.Name)];
        return new(
            string.Join(", ", names),
            text => names.Contains(text) ? (choices.First(c => c.Name == text).Value, "") : (default, $"'{Shortened(text)}' is not one of them{Spelling.DidYouMean(text, names)}"),
            value => choices.First(c => same(c.Value, value)).Name)
        { Choices = names };
    }

    private static (IPAddress?, string) ReadAddress(string text)
    {
        if (AddressText.ReadV4(text) is not { } address) return (null, $"'{Shortened(text)}' is not an IPv4 address");
        byte first = address.GetAddressBytes()[0];
        if (first is 0 or 127) return (null, $"{text} is no host's address on a network");
        return first >= 224 ? (null, $"{text} is a {(first < 240 ? "multicast group" : "reserved address")}, not a host") : (address, "");
    }

    private static (IPAddress?, string) ReadGroup(string text)
    {
        if (AddressText.ReadV4(text) is not { } address) return (null, $"'{Shortened(text)}' is not an IPv4 address");
        byte[] bytes = address.GetAddressBytes();
        if (bytes[0] is < 224 or > 239) return (null, $"{text} is not a multicast group");
        // RFC 4541 2.1.2: what is sent to 224.0.0.0/24 goes to every port, whoever joined.
        return bytes is [224, 0, 0, _] ? (null, $"{text} is a link-local group, which switches never prune") : (address, "");
    }

    private static (IPNetwork, string) ReadSubnet(string text)
    {
        if (AddressText.ReadPrefix(text) is not var (address, prefix)) return (default, $"'{Shortened(text)}' is not a network");
        if (prefix is < MinPrefix or > MaxPrefix) return (default, $"prefix length {prefix} is out of range");
        uint bits = Bits(address);
        uint host = bits & (uint.MaxValue >> prefix);
        if (host != 0) return (default, $"{text} has host bits set: the network is {ToAddress(bits - host)}/{prefix}");
        return (bits >> 24) is 0 or 127 or >= 224 ? (default, $"{text} holds no hosts' addresses") : (new IPNetwork(address, prefix), "");
    }

    /// <summary>An address as a number.</summary>
    public static uint Bits(IPAddress address) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    /// <summary>A number as an address.</summary>
    public static IPAddress ToAddress(uint bits) => new([(byte)(bits >> 24), (byte)(bits >> 16), (byte)(bits >> 8), (byte)bits]);

    private static string Shortened(string text) => text.Length <= 40 ? text : $"{text[..37]}...";

    private static TimeSpan Parse(string text) =>
        Duration.TryParse(text, out TimeSpan duration) ? duration : throw new FormatException($"'{text}' is not a duration");

    [GeneratedRegex(@"^[^\p{Cc}]{1,63}$")]
    private static partial Regex TitlePattern();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$")]
    private static partial Regex HostPattern();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$")]
    private static partial Regex InterfacePattern();

    [GeneratedRegex("^([A-Za-z0-9][A-Za-z0-9._-]{0,62}|/[^\\0\n]{1,254})$")]
    private static partial Regex NetnsPattern();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
    private static partial Regex VmNamePattern();
}
