using VsanEmu.Core.Spec.Yaml;

namespace VsanEmu.Core.Spec.Keys;

/// <summary>One key of a section that is read into a <typeparamref name="T"/>.</summary>
internal abstract class Key<T>(string name, string about)
{
    public string Name => name;

    /// <summary>What it is, for example and schema: one line.</summary>
    public string About => about;

    /// <summary>The file must have it.</summary>
    public bool Required { get; init; }

    /// <summary>Another key of the section with which a required one may be left out; null for none.</summary>
    public string? UnlessGiven { get; init; }

    /// <summary>The target with this key's value; the target as it was, and errors, when it is wrong.</summary>
    public abstract T Read(T target, YamlNode node, string path, SpecReader reader);

    /// <summary>Calls the right one of the visitor's methods, with the target's value and that of a section in which nothing is given.</summary>
    public abstract void Accept(IKeyVisitor visitor, T target, T blank);
}

/// <summary>Walks the keys of a section, with the values that a target has: the writer of specs, and the schema's.</summary>
internal interface IKeyVisitor
{
    /// <param name="key">The key.</param>
    /// <param name="about">What it is.</param>
    /// <param name="required">Whether the file must have it.</param>
    /// <param name="type">Its type.</param>
    /// <param name="value">The target's value, or null.</param>
    /// <param name="preset">What is used when it is left out, or null.</param>
    /// <param name="presetText">The same in words, where it is not one value.</param>
    void Value(string key, string about, bool required, ScalarType type, object? value, object? preset, string? presetText);

    void ValueList(string key, string about, bool required, ScalarType type, IReadOnlyList<object> values, int min, int max);

    void Section<TSub>(string key, string about, Section<TSub> section, TSub? value);

    void SectionList<TSub>(string key, string about, bool required, Section<TSub> section, IReadOnlyList<TSub> values, int min, int max);
}

/// <summary>A section of the file: its keys, and the target that they are read into.</summary>
internal sealed class Section<T>(T blank, params Key<T>[] keys)
{
    /// <summary>The target before any key was read: the defaults.</summary>
    public T Blank => blank;

    public IReadOnlyList<Key<T>> Keys => keys;

    public T Read(YamlNode node, string path, SpecReader reader)
    {
        if (node is not YamlMap map)
        {
            reader.Fail(node.At, path, $"{Kind(node)} stands where a section of keys is expected", string.Join(", ", keys.Select(k => k.Name)));
            return blank;
        }

        T target = blank;
        var seen = new Dictionary<string, SpecPosition>();
        foreach ((YamlScalar word, YamlNode value) in map.Entries)
        {
            string keyPath = path.Length == 0 ? word.Value : $"{path}.{word.Value}";
            Key<T>? key = keys.FirstOrDefault(k => k.Name == word.Value);
            if (key is null)
            {
                string[] names = [.. keys.Select(k => k.Name)];
                reader.Fail(word.At, path, $"unknown key '{Short(word.Value)}'{Spelling.DidYouMean(word.Value, names)}", string.Join(", ", names));
            }
            else if (!seen.TryAdd(word.Value, word.At))
            {
                reader.Fail(word.At, keyPath, $"is here twice: first in line {seen[word.Value].Line}");
            }
            else
            {
                target = key.Read(target, value, keyPath, reader);
            }
        }

        foreach (Key<T> key in keys)
        {
            bool excused = key.UnlessGiven is { } other && seen.ContainsKey(other);
            if (key.Required && !excused && !seen.ContainsKey(key.Name)) reader.Lacks(map.At, path, $"'{key.Name}' is missing: {key.About}");
        }

        return target;
    }

    public static string Kind(YamlNode node) => node switch
    {
        YamlMap => "a section",
        YamlList => "a list",
        YamlScalar { IsNull: true } => "nothing",
        YamlScalar scalar => $"'{Short(scalar.Value)}'",
        _ => "something",
    };

    private static string Short(string text) => text.Length <= 40 ? text.ReplaceLineEndings(" ") : $"{text[..37].ReplaceLineEndings(" ")}...";
}

/// <summary>A key with a single value.</summary>
internal sealed class ValueKey<T>(string name, string about, ScalarType type, Func<T, object?> get, Func<T, object, T> set) : Key<T>(name, about)
{
    /// <summary>What is used when the key is left out, where that is not one value.</summary>
    public string? Default { get; init; }

    public override T Read(T target, YamlNode node, string path, SpecReader reader)
    {
        if (node is not YamlScalar scalar)
        {
            reader.Fail(node.At, path, $"{Section<T>.Kind(node)} stands where a single value is expected", type.Allowed);
            return target;
        }

        if (scalar.IsNull)
        {
            reader.Fail(node.At, path, "has no value", type.Allowed);
            return target;
        }

        if (type.Read(scalar, out string problem) is { } value)
        {
            reader.Good(path, node.At);
            return set(target, value);
        }

        reader.Fail(node.At, path, problem, type.Allowed);
        return target;
    }

    public override void Accept(IKeyVisitor visitor, T target, T blank) =>
        visitor.Value(Name, About, Required, type, get(target), Required || Default is not null ? null : get(blank), Default);
}

/// <summary>A key with a list of values of one type.</summary>
internal sealed class ValueListKey<T>(
    string name, string about, ScalarType type, int min, int max, Func<T, IReadOnlyList<object>> get, Func<T, IReadOnlyList<object>, T> set) : Key<T>(name, about)
{
    public override T Read(T target, YamlNode node, string path, SpecReader reader)
    {
        if (Lists.Items(node, path, min, max, reader) is not { } items) return target;
        var values = new List<object>();
        for (int i = 0; i < items.Count; i++)
        {
            string itemPath = $"{path}[{i}]";
            string problem = $"{Section<T>.Kind(items[i])} stands where a single value is expected";
            if (items[i] is YamlScalar { IsNull: false } scalar && type.Read(scalar, out problem) is { } value)
            {
                values.Add(value);
                reader.Good(itemPath, items[i].At);
            }
            else
            {
                reader.Fail(items[i].At, itemPath, problem, type.Allowed);
            }
        }

        if (values.Count == items.Count) reader.Good(path, node.At);
        return set(target, values);
    }

    public override void Accept(IKeyVisitor visitor, T target, T blank) => visitor.ValueList(Name, About, Required, type, get(target), min, max);
}

/// <summary>A key with a section of its own; empty means left out.</summary>
internal sealed class SectionKey<T, TSub>(string name, string about, Section<TSub> section, Func<T, TSub?> get, Func<T, TSub, T> set) : Key<T>(name, about)
{
    public override T Read(T target, YamlNode node, string path, SpecReader reader)
    {
        if (node is YamlScalar { IsNull: true }) return target;
        reader.Good(path, node.At);
        return set(target, section.Read(node, path, reader));
    }

    public override void Accept(IKeyVisitor visitor, T target, T blank) => visitor.Section(Name, About, section, get(target));
}

/// <summary>A key with a list of sections; empty means left out.</summary>
internal sealed class SectionListKey<T, TSub>(
    string name, string about, Section<TSub> section, int min, int max, Func<T, IReadOnlyList<TSub>> get, Func<T, IReadOnlyList<TSub>, T> set) : Key<T>(name, about)
{
    public override T Read(T target, YamlNode node, string path, SpecReader reader)
    {
        if (!Required && node is YamlScalar { IsNull: true }) return target;
        if (Lists.Items(node, path, min, max, reader) is not { } items) return target;
        reader.Good(path, node.At);
        var values = new List<TSub>();
        for (int i = 0; i < items.Count; i++)
        {
            string itemPath = $"{path}[{i}]";
            reader.Good(itemPath, items[i].At);
            values.Add(section.Read(items[i], itemPath, reader));
        }

        return set(target, values);
    }

    public override void Accept(IKeyVisitor visitor, T target, T blank) => visitor.SectionList(Name, About, Required, section, get(target), min, max);
}

/// <summary>What both kinds of lists have in common.</summary>
internal static class Lists
{
    /// <summary>A list's items, never more than <paramref name="max"/>; null with an error when the node is no list.</summary>
    public static IReadOnlyList<YamlNode>? Items(YamlNode node, string path, int min, int max, SpecReader reader)
    {
        string allowed = $"a list of {min} to {max}";
        if (node is not YamlList list)
        {
            reader.Fail(node.At, path, $"{Section<object>.Kind(node)} stands where a list is expected", allowed);
            return null;
        }

        if (list.Items.Count >= min && list.Items.Count <= max) return list.Items;
        reader.Fail(list.Items.Count > max ? list.Items[max].At : list.At, path, $"there are {list.Items.Count}", allowed);
        return [.. list.Items.Take(max)];
    }
}
