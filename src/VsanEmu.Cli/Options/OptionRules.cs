using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Runtime.CompilerServices;
using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;

namespace VsanEmu.Cli.Options;

/// <summary>
/// Reads the value of every option of every command, so that what is wrong with one is said in one way: the option, what was given, what is allowed.
/// (What the library itself would say names the types of .NET.) An option's range stands where it is made, by <see cref="Allow(Option{int}, int, int)"/> and the like;
/// <see cref="Apply(Command)"/> sees to all others.
/// </summary>
internal static class OptionRules
{
    private const string FlagValues = "allowed are true and false, and the option alone for true";

    private static readonly ConditionalWeakTable<Option, string> Ruled = [];

    private delegate bool Reader<T>(string text, out T value);

    /// <summary>A whole number of a range.</summary>
    public static Option<int> Allow(this Option<int> option, int least, int most) =>
        Rule(option, (string text, out int value) => IsWhole(text, out value) && value >= least && value <= most, $"allowed are {least} to {most}");

    /// <inheritdoc cref="Allow(Option{int}, int, int)"/>
    public static Option<int?> Allow(this Option<int?> option, int least, int most)
    {
        return Rule(option, Read, $"allowed are {least} to {most}");

        bool Read(string text, out int? value)
        {
            bool good = IsWhole(text, out int number) && number >= least && number <= most;
            value = good ? number : null;
            return good;
        }
    }

    /// <summary>A number of a range.</summary>
    /// <param name="option">The option.</param>
    /// <param name="range">What is allowed.</param>
    /// <param name="unit">The unit, for the message; empty for none.</param>
    public static Option<double> Allow(this Option<double> option, LoadRange range, string unit = "") =>
        Rule(option, (string text, out double value) => IsNumber(text, out value) && range.Has(value), $"allowed are {range}{(unit.Length > 0 ? $" {unit}" : "")}");

    /// <inheritdoc cref="Allow(Option{double}, LoadRange, string)"/>
    public static Option<double?> Allow(this Option<double?> option, LoadRange range, string unit = "")
    {
        return Rule(option, Read, $"allowed are {range}{(unit.Length > 0 ? $" {unit}" : "")}");

        bool Read(string text, out double? value)
        {
            bool good = IsNumber(text, out double number) && range.Has(number);
            value = good ? number : null;
            return good;
        }
    }

    /// <summary>A whole number of a range.</summary>
    public static Option<int> Allow(this Option<int> option, LoadRange range) => option.Allow((int)range.Least, (int)range.Most);

    /// <summary>A duration of a range.</summary>
    public static Option<TimeSpan?> Allow(this Option<TimeSpan?> option, TimeSpan least, TimeSpan most)
    {
        return Rule(option, Read, $"allowed are {Duration.Format(least)} to {Duration.Format(most)}");

        bool Read(string text, out TimeSpan? value)
        {
            bool good = Duration.TryParse(text, out TimeSpan time) && time >= least && time <= most;
            value = good ? time : null;
            return good;
        }
    }

    /// <summary>One of some words, of which each stands for a value.</summary>
    public static Option<T> Allow<T>(this Option<T> option, params IReadOnlyList<(string Word, T Value)> choices)
    {
        string[] words = [.. choices.Select(c => c.Word)];
        option.CompletionSources.Add(_ => words.Select(w => new System.CommandLine.Completions.CompletionItem(w)));
        return Rule(option, Read, $"allowed are {string.Join(", ", words)}");

        bool Read(string text, out T value)
        {
            int at = Array.IndexOf(words, text);
            value = at < 0 ? default! : choices[at].Value;
            return at >= 0;
        }
    }

    /// <summary>One of some words.</summary>
    public static Option<string> AllowWords(this Option<string> option, params IReadOnlyList<string> words) => option.Allow([.. words.Select(w => (w, w))]);

    /// <summary>Sees to every option of a command and of those below it that has no rule yet.</summary>
    /// <exception cref="InvalidOperationException">Nobody has said what an option takes.</exception>
    public static void Apply(Command command)
    {
        foreach (Option option in command.Options.Where(o => !Ruled.TryGetValue(o, out _))) Apply(option);
        foreach (Command below in command.Subcommands) Apply(below);
    }

    /// <summary>What was given for options that do not take it: a line each.</summary>
    /// <param name="parsed">The command line as it was read.</param>
    /// <param name="args">As it was given: a flag's value is no flag's to the library, when it is none.</param>
    public static string[] Refusals(ParseResult parsed, string[] args) =>
    [
        .. args.Select(a => FlagRefusal(parsed.CommandResult.Command, a)).OfType<string>()
            .Concat(parsed.Errors.Where(IsRefusal).Select(e => e.Message)).Distinct(),
    ];

    private static bool IsRefusal(ParseError error) =>
        error.SymbolResult is OptionResult { Option: var option } && Ruled.TryGetValue(option, out _) && error.Message.StartsWith($"{option.Name} ", StringComparison.Ordinal);

    // Null for anything but a flag with a value that says neither yes nor no.
    private static string? FlagRefusal(Command command, string arg)
    {
        int at = arg.AsSpan().IndexOfAny('=', ':');
        if (at < 0 || command.Options.OfType<Option<bool>>().FirstOrDefault(o => o.Name == arg[..at] || o.Aliases.Contains(arg[..at])) is not { } flag) return null;
        return bool.TryParse(arg.AsSpan(at + 1), out _) ? null : Refused(flag, arg[(at + 1)..], FlagValues);
    }

    private static void Apply(Option option)
    {
        switch (option)
        {
            case Option<bool> flag:
                Flag(flag);
                break;
            case Option<string> text:
                Rule(text, (string given, out string value) => IsText(value = given), "allowed is one line of text");
                break;
            case Option<string[]> texts:
                Texts(texts);
                break;
            case Option<FileInfo> file:
                Rule(file, (string given, out FileInfo value) => CanBeWritten(given, value = new FileInfo(given.Length == 0 ? "/" : given)), "allowed is a file that can be written, in a folder that is there");
                break;
            case Option<DirectoryInfo> folder:
                Rule(folder, (string given, out DirectoryInfo value) => CanBeFolder(given, value = new DirectoryInfo(given.Length == 0 ? "/" : given)), "allowed is a folder");
                break;
            default:
                throw new InvalidOperationException($"nobody has said what {option.Name} takes");
        }
    }

    private static Option<T> Rule<T>(Option<T> option, Reader<T> read, string allowed)
    {
        option.CustomParser = result =>
        {
            string given = result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
            if (read(given, out T value)) return value;
            result.AddError(Refused(option, given, allowed));
            return default;
        };
        Ruled.TryAdd(option, allowed);
        return option;
    }

    private static void Flag(Option<bool> flag)
    {
        // Whatever else has been given for it was refused before.
        flag.CustomParser = result => result.Tokens.Count == 0 || (bool.TryParse(result.Tokens[^1].Value, out bool value) && value);
        Ruled.TryAdd(flag, FlagValues);
    }

    private static void Texts(Option<string[]> option)
    {
        const string allowed = "allowed is one line of text";
        option.CustomParser = result =>
        {
            string[] given = [.. result.Tokens.Select(t => t.Value)];
            foreach (string text in given.Where(t => !IsText(t))) result.AddError(Refused(option, text, allowed));
            return given;
        };
        Ruled.TryAdd(option, allowed);
    }

    // What is given may hold what a terminal would obey.
    private static string Refused(Option option, string given, string allowed) => $"{option.Name} {Shown(given)}: {allowed}";

    private static string Shown(string given)
    {
        const int most = 60;
        string plain = string.Concat(given.Take(most).Select(c => char.IsControl(c) ? '?' : c));
        return given.Length == 0 || given.Any(char.IsWhiteSpace) ? $"'{plain}'" : given.Length > most ? $"{plain}..." : plain;
    }

    private static bool IsWhole(string text, out int value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static bool IsNumber(string text, out double value) => double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);

    private static bool IsText(string text) => text.Length > 0 && !text.Any(char.IsControl);

    private static bool CanBeWritten(string given, FileInfo file) => IsText(given) && !Directory.Exists(given) && file.Directory is { Exists: true };

    // What is missing of it is made.
    private static bool CanBeFolder(string given, DirectoryInfo? folder)
    {
        if (!IsText(given)) return false;
        for (; folder is { Exists: false }; folder = folder.Parent)
            if (File.Exists(folder.FullName)) return false;
        return true;
    }
}
