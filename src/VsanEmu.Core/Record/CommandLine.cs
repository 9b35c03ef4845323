namespace VsanEmu.Core.Record;

/// <summary>A command line as a record may keep it.</summary>
public static class CommandLine
{
    private const string Masked = "***";

    private static readonly string[] SecretWords = ["password", "passwd", "secret", "token", "credential", "apikey", "api-key"];

    /// <summary>
    /// The arguments with secrets replaced by <c>***</c>: values of options whose name speaks of a password, secret, token, credential or API key
    /// (<c>--redis-password x</c>, <c>--token=x</c>), the same inside connection strings (<c>host,password=x</c>), and the password in a URL
    /// (<c>redis://user:x@host</c>).
    /// </summary>
    public static IReadOnlyList<string> Mask(IEnumerable<string> arguments)
    {
        var kept = new List<string>();
        bool valueIsSecret = false;
        foreach (string argument in arguments)
        {
            bool option = argument.StartsWith('-');
            kept.Add(valueIsSecret && !option ? Masked : MaskAssignments(MaskUrl(argument)));
            valueIsSecret = option && !argument.Contains('=') && !argument.Contains(':') && IsSecret(argument);
        }

        return kept;
    }

    // name=value, also several of them separated by commas or semicolons.
    private static string MaskAssignments(string argument)
    {
        string result = argument;
        int from = 0;
        while (result.IndexOfAny(['=', ':'], from) is var at and >= 0)
        {
            int start = result.LastIndexOfAny([',', ';', '&', '?', ' '], at) + 1;
            int end = result.IndexOfAny([',', ';', '&', ' '], at);
            if (end < 0) end = result.Length;
            bool url = result.AsSpan(at).StartsWith("://");
            if (!url && end > at + 1 && IsSecret(result[start..at])) result = $"{result[..(at + 1)]}{Masked}{result[end..]}";
            from = at + 1;
        }

        return result;
    }

    private static string MaskUrl(string argument)
    {
        int authority = argument.IndexOf("://", StringComparison.Ordinal);
        if (authority < 0) return argument;
        authority += 3;
        int end = argument.IndexOfAny(['/', '?', '#'], authority);
        int at = argument.LastIndexOf('@', (end < 0 ? argument.Length : end) - 1);
        int colon = argument.IndexOf(':', authority);
        return at > authority && colon >= 0 && colon < at ? $"{argument[..(colon + 1)]}{Masked}{argument[at..]}" : argument;
    }

    private static bool IsSecret(string name) => SecretWords.Any(w => name.Contains(w, StringComparison.OrdinalIgnoreCase));
}
