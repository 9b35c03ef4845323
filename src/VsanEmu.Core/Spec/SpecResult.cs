namespace VsanEmu.Core.Spec;

/// <summary>Where something stands in a file; both count from 1.</summary>
/// <param name="Line">Line.</param>
/// <param name="Column">Column, in characters.</param>
public readonly record struct SpecPosition(int Line, int Column);

/// <summary>One thing that is wrong with a spec.</summary>
/// <param name="At">Where.</param>
/// <param name="Path">Which key, as in <c>members[2].address</c> (lists count from 0); empty for the whole file.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Allowed">What is allowed there; empty where the message says it.</param>
public sealed record SpecError(SpecPosition At, string Path, string Message, string Allowed)
{
    /// <summary><c>line:column: path: what is wrong (allowed: …)</c>.</summary>
    public override string ToString() =>
        $"{At.Line}:{At.Column}: {(Path.Length > 0 ? $"{Path}: " : "")}{Message}{(Allowed.Length > 0 ? $" (allowed: {Allowed})" : "")}";
}

/// <summary>What reading a spec gave: a cluster, or everything that is wrong.</summary>
/// <param name="FileName">The file's name, for messages.</param>
/// <param name="Spec">The cluster; null when there is an error.</param>
/// <param name="Errors">All that is wrong, in the order of lines; at most <see cref="SpecLimits.MaxErrors"/>, and a last one that counts the rest.</param>
public sealed record SpecResult(string FileName, ClusterSpec? Spec, IReadOnlyList<SpecError> Errors)
{
    /// <summary>The errors as lines that editors and terminals can jump from: <c>file:line:column: …</c>.</summary>
    public IEnumerable<string> Lines => Errors.Select(e => $"{FileName}:{e}");
}

/// <summary>Limits of a spec file, by name.</summary>
public static class SpecLimits
{
    /// <summary>Longest file, characters. 64 members with everything written out need a tenth of it.</summary>
    public const int MaxFileLength = 256 * 1024;

    /// <summary>Deepest nesting of sections and lists; the format itself needs 3.</summary>
    public const int MaxDepth = 8;

    /// <summary>Errors reported at most.</summary>
    public const int MaxErrors = 50;

    /// <summary>VMs at most.</summary>
    public const int MaxVms = 256;

    /// <summary>Outsiders at most.</summary>
    public const int MaxOutsiders = 16;
}
