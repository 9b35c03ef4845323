using SharpYaml;
using SharpYaml.Events;

namespace VsanEmu.Core.Spec.Yaml;

/// <summary>A node of a YAML document, with its place in the file.</summary>
internal abstract record YamlNode(SpecPosition At);

/// <summary>A single value. Plain means written without quotes: only then may it be a number, or nothing.</summary>
internal sealed record YamlScalar(SpecPosition At, string Value, bool Plain) : YamlNode(At)
{
    public bool IsNull => Plain && Value is "" or "~" or "null";
}

/// <summary>A list.</summary>
internal sealed record YamlList(SpecPosition At, IReadOnlyList<YamlNode> Items) : YamlNode(At);

/// <summary>A section: keys and values in the file's order, also those that are there twice.</summary>
internal sealed record YamlMap(SpecPosition At, IReadOnlyList<(YamlScalar Key, YamlNode Value)> Entries) : YamlNode(At);

/// <summary>
/// Reads a document into nodes. A tree of its own rather than a deserializer's objects, so that every value keeps its line and all errors can be told at once.
/// Anchors, aliases and tags are refused: a spec needs none, and an alias can make a small file a huge tree.
/// </summary>
internal sealed class YamlTree
{
    private readonly IParser _parser;

    private YamlTree(IParser parser) => _parser = parser;

    /// <summary>The document's root; null with an error when the file is not YAML, or null without one when it is empty.</summary>
    public static YamlNode? Read(string text, out SpecError? error)
    {
        error = null;
        try
        {
            return new YamlTree(Parser.CreateParser(new StringReader(text), SpecLimits.MaxDepth)).Document();
        }
        catch (RefusedException e)
        {
            error = new(e.At, "", e.Message, "");
        }
        catch (YamlException e)
        {
            error = new(At(e.Start), "", $"this is not valid YAML: {Plain(e.Message)}", "");
        }

        return null;
    }

    private YamlNode? Document()
    {
        Next();
        if (Next() is not DocumentStart) return null;
        YamlNode root = Node(Next(), depth: 0);
        Next();
        if (Next() is DocumentStart second) throw new RefusedException(At(second.Start), "a second document begins here: a spec is one document");
        return root is YamlScalar { IsNull: true } ? null : root;
    }

    private YamlNode Node(ParsingEvent node, int depth)
    {
        SpecPosition at = At(node.Start);
        if (depth > SpecLimits.MaxDepth) throw new RefusedException(at, $"nested deeper than {SpecLimits.MaxDepth} levels");
        if (node is AnchorAlias) throw new RefusedException(at, "aliases (*name) are not part of a spec: write the value out");
        if (node is NodeEvent { Anchor.Length: > 0 }) throw new RefusedException(at, "anchors (&name) are not part of a spec: write the value out where it is needed");
        if (node is NodeEvent { Tag.Length: > 0 }) throw new RefusedException(at, "tags (!name) are not part of a spec");
        return node switch
        {
            Scalar scalar => new YamlScalar(at, scalar.Value, scalar.Style is ScalarStyle.Plain or ScalarStyle.Any),
            SequenceStart => new YamlList(at, [.. Items(depth)]),
            MappingStart => new YamlMap(at, [.. Entries(depth)]),
            _ => throw new InvalidOperationException($"{node.GetType().Name} where a YAML node begins"),
        };
    }

    private IEnumerable<YamlNode> Items(int depth)
    {
        for (ParsingEvent next = Next(); next is not SequenceEnd; next = Next()) yield return Node(next, depth + 1);
    }

    private IEnumerable<(YamlScalar Key, YamlNode Value)> Entries(int depth)
    {
        for (ParsingEvent next = Next(); next is not MappingEnd; next = Next())
        {
            if (Node(next, depth + 1) is not YamlScalar key) throw new RefusedException(At(next.Start), "a key must be a single word");
            yield return (key, Node(Next(), depth + 1));
        }
    }

    private ParsingEvent Next() =>
        _parser.MoveNext() ? _parser.Current ?? throw new InvalidOperationException("no event") : throw new RefusedException(default, "the file ends too early");

    private static SpecPosition At(Mark mark) => new(mark.Line + 1, mark.Column + 1);

    // The library's message begins with its own form of the place, which the error has already.
    private static string Plain(string message)
    {
        int end = message.StartsWith('(') ? message.IndexOf("): ", StringComparison.Ordinal) : -1;
        string text = (end < 0 ? message : message[(end + 3)..]).Trim().TrimEnd('.');
        return text.Length == 0 ? "it cannot be read" : text.ReplaceLineEndings(" ");
    }

    private sealed class RefusedException(SpecPosition at, string message) : Exception(message)
    {
        public SpecPosition At { get; } = at;
    }
}
