using System.Text.RegularExpressions;

namespace VsanEmu.Core.Spec;

/// <summary>The names of endpoints, which are host names (RFC 1123 2.1): labels of letters, digits and '-', with dots between them. Case tells no two apart.</summary>
public static partial class HostName
{
    /// <summary>The longest name, characters (RFC 1123 2.1, and RFC 1035 2.3.4 less the root's octets).</summary>
    public const int MaxLength = 253;

    /// <summary>The longest label, characters (RFC 1035 2.3.4).</summary>
    public const int MaxLabel = 63;

    /// <summary>What is allowed, in words.</summary>
    public const string Allowed = "a host name: labels of 1 to 63 of a-z A-Z 0-9 -, dots between them, up to 253 in all";

    /// <summary>The same as a regular expression, for the JSON schema.</summary>
    public const string Pattern = "^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$";

    private const int MostShown = 40;

    /// <summary>Tells names apart as hosts' names are told apart: not by case.</summary>
    public static StringComparer Comparer => StringComparer.OrdinalIgnoreCase;

    /// <summary>Why a text is no endpoint's name, in words; empty when it is one.</summary>
    public static string Fault(string text)
    {
        string shown = $"'{Shown(text)}'";
        if (text.Length == 0) return "it is empty";
        if (!char.IsAsciiLetterOrDigit(text[0])) return $"{shown} does not begin with a letter or digit";
        if (text.FirstOrDefault(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.')) is var odd and not '\0') return $"{shown} has {Character(odd)}, which host names do not have";
        if (text.Contains('\0')) return $"{shown} has U+0000, which host names do not have";
        if (text.Length > MaxLength) return $"{shown} is too long: it has {text.Length} characters";
        if (text[^1] == '.') return $"{shown} ends with a dot: leave it out";
        if (DottedNumbers().IsMatch(text)) return $"{shown} is an address, not a name";
        string[] labels = text.Split('.');
        if (labels.Contains("")) return $"{shown} has two dots in a row";
        if (labels.FirstOrDefault(l => l[0] == '-' || l[^1] == '-') is { } dashed) return $"{shown}: '{Shown(dashed)}' begins or ends with '-'";
        return labels.FirstOrDefault(l => l.Length > MaxLabel) is { } label ? $"{shown}: label '{Shown(label)}' is too long: it has {label.Length} characters" : "";
    }

    private static string Character(char c) => char.IsControl(c) || char.IsSurrogate(c) || char.IsWhiteSpace(c) ? $"U+{(int)c:X4}" : $"'{c}'";

    private static string Shown(string text)
    {
        string line = new([.. text.Take(MostShown + 1).Select(c => char.IsControl(c) ? '?' : c)]);
        return line.Length <= MostShown ? line : $"{line[..(MostShown - 3)]}...";
    }

    [GeneratedRegex(@"^[0-9]+(\.[0-9]+){3}\z")]
    private static partial Regex DottedNumbers();
}
