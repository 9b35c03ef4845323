using VsanEmu.Core.Spec.Keys;

namespace VsanEmu.Core.Spec;

/// <summary>A resolved value that a rule is about.</summary>
/// <param name="Path">Its key, as in <c>channels.agentPort</c>.</param>
/// <param name="Value">It in words, where the file may leave it out; null for what the file must have.</param>
/// <param name="From">Another key on which its default depends, or null.</param>
internal readonly record struct Setting(string Path, object? Value = null, string? From = null);

/// <summary>
/// What the rules between values ask of the file: whether a value is known, be it written or a default, and where to complain. A value that was not read well has
/// its own error, and no rule is held against it, nor against its default.
/// </summary>
internal sealed class Settings(SpecReader reader)
{
    /// <summary>True when each of them was read well, or left to its default.</summary>
    public bool Known(params IEnumerable<Setting> values) => values.All(IsKnown);

    /// <summary>True when the file has it.</summary>
    public bool Written(Setting value) => reader.Has(value.Path);

    /// <summary>The line where a written value stands.</summary>
    public int Line(Setting value) => reader.At(value.Path).Line;

    /// <summary>Refuses values that do not go together, when all are known: at the first that the file has. Which of the others are defaults is said.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="allowed">What is allowed.</param>
    /// <param name="values">All that it rests on, the one to complain about first.</param>
    public void Refuse(string message, string allowed, params Setting[] values)
    {
        if (!Known(values)) return;
        string told = message + Defaults([.. values.Where(v => !Written(v) && v.Value is not null)]);
        if (values.Where(Written).Select(v => v.Path).FirstOrDefault() is { } path) reader.Fail(path, told, allowed);
        else reader.Fail(new SpecPosition(1, 1), "", told, allowed);
    }

    private bool IsKnown(Setting value) =>
        reader.Has(value.Path) || (value.Value is not null && !reader.Doubtful(value.Path) && (value.From is null || reader.Has(value.From) || !reader.Doubtful(value.From)));

    private static string Defaults(Setting[] values) => values.Length switch
    {
        0 => "",
        1 => $"; {values[0].Path} {values[0].Value} is the default",
        _ => $"; {string.Join(", ", values.Select(v => $"{v.Path} {v.Value}"))} are defaults",
    };
}
