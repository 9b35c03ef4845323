using System.Text;
using System.Text.RegularExpressions;
using VsanEmu.Core.Spec.Keys;

namespace VsanEmu.Core.Spec;

/// <summary>
/// Writes a spec as YAML by walking the table of keys. With comments it is an example: each key says what it is, what is allowed and what holds without it,
/// and what was said of one item of a list is not said again. A key that cannot stand beside another one of its section is there as a comment.
/// </summary>
internal sealed partial class SpecWriter : IKeyVisitor
{
    private const string Header =
        """
        # A vsanemu cluster spec.  Check it:      vsanemu spec --check FILE
        # Completion in an editor:                vsanemu spec --schema > cluster.schema.json
        # yaml-language-server: $schema=cluster.schema.json
        #
        # In brackets: what is allowed, and what holds when the key is left out.
        """;

    // Comments stand to the right where they fit, above where they do not.
    private const int CommentColumn = 32;
    private const int Width = 120;

    private readonly StringBuilder _out = new();
    private readonly bool _comments;
    private string _indent = "";
    private string? _firstLead;

    // What was said of keys of the list that is being written, null outside of lists; and the last value of a key of this name.
    private HashSet<string>? _said;
    private readonly Dictionary<string, string> _samples = [];
    private bool _laterItem;

    private SpecWriter(bool comments) => _comments = comments;

    public static string Write(ClusterDraft draft, bool comments)
    {
        var writer = new SpecWriter(comments);
        if (comments) writer._out.Append(Header).Append("\n\n");
        writer.Keys(SpecKeys.Cluster, draft);
        return writer._out.ToString();
    }

    public void Value(string key, string about, bool required, ScalarType type, object? value, object? preset, string? presetText)
    {
        if (_comments && _laterItem && !required && (value?.Equals(preset) ?? true)) return;
        string otherwise = preset is null ? presetText ?? "" : type.Write(preset), comment = $"{about} [{type.Allowed}{(otherwise.Length > 0 ? $"; default {otherwise}" : "")}]";
        if (value is not null) Line(key, $"{key}: {_samples[key] = Text(type, value)}", comment);
        else if (_comments && _said is null && _samples.TryGetValue(key, out string? sample)) Line(key, $"# {key}: {sample}", comment);
    }

    public void ValueList(string key, string about, bool required, ScalarType type, IReadOnlyList<object> values, int min, int max) =>
        Line(key, $"{key}: [{string.Join(", ", values.Select(v => Text(type, v)))}]", $"{about} [{min} to {max}]");

    public void Section<TSub>(string key, string about, Section<TSub> section, TSub? value)
    {
        if (value is null) return;
        Line(key, $"{key}:", about);
        Deeper(() => Keys(section, value));
    }

    public void SectionList<TSub>(string key, string about, bool required, Section<TSub> section, IReadOnlyList<TSub> values, int min, int max)
    {
        Line(key, values.Count > 0 ? $"{key}:" : $"{key}: []", $"{about} [{min} to {max}]");
        string outer = _indent;
        _said = [];
        foreach (TSub value in values)
        {
            _firstLead = $"{outer}  - ";
            _indent = $"{outer}    ";
            Keys(section, value);
            _laterItem = true;
        }

        _indent = outer;
        _said = null;
        _laterItem = false;
    }

    private void Keys<T>(Section<T> section, T value)
    {
        foreach (Key<T> key in section.Keys) key.Accept(this, value, section.Blank);
    }

    private void Deeper(Action write)
    {
        _indent += "  ";
        write();
        _indent = _indent[2..];
    }

    private void Line(string key, string text, string comment)
    {
        string line = (_firstLead ?? _indent) + text;
        bool newSection = _comments && _indent.Length == 0 && (text.EndsWith(':') || text.EndsWith("[]"));
        if (newSection) _out.Append('\n');
        if (!_comments || _said?.Add(key) == false) _out.Append(line).Append('\n');
        else if (Math.Max(line.Length + 1, CommentColumn) + comment.Length + 2 <= Width) _out.Append(line.PadRight(CommentColumn - 1)).Append(" # ").Append(comment).Append('\n');
        else _out.Append(_indent).Append("# ").Append(comment).Append('\n').Append(line).Append('\n');
        _firstLead = null;
    }

    // Words that YAML readers take for something other than text are quoted.
    private static string Text(ScalarType type, object value)
    {
        string text = type.Write(value);
        bool plain = value is not string || (PlainText().IsMatch(text) && text.ToLowerInvariant() is not ("true" or "false" or "yes" or "no" or "on" or "off" or "null" or "y" or "n"));
        return plain ? text : $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
    }

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9._-]*( [A-Za-z0-9._-]+)*$")]
    private static partial Regex PlainText();
}
