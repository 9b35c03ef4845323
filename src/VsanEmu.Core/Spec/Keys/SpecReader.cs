namespace VsanEmu.Core.Spec.Keys;

/// <summary>What reading a spec collects: errors, and where each good value stands, so that later rules can name its line.</summary>
internal sealed class SpecReader
{
    private readonly List<SpecError> _errors = [];
    private readonly Dictionary<string, SpecPosition> _good = [];
    private int _more;

    public bool Failed => _errors.Count > 0;

    /// <summary>All errors in the order of lines.</summary>
    public IReadOnlyList<SpecError> Errors()
    {
        List<SpecError> ordered = [.. _errors.OrderBy(e => e.At.Line).ThenBy(e => e.At.Column)];
        if (_more > 0) ordered.Add(new(ordered[^1].At, "", $"and {_more} more errors", ""));
        return ordered;
    }

    public void Fail(SpecPosition at, string path, string message, string allowed = "")
    {
        if (_errors.Count < SpecLimits.MaxErrors) _errors.Add(new(at, path, message, allowed));
        else _more++;
    }

    /// <summary>Fails at a value that was read well.</summary>
    public void Fail(string path, string message, string allowed = "") => Fail(_good[path], path, message, allowed);

    public void Good(string path, SpecPosition at) => _good[path] = at;

    /// <summary>True when the file has this value and it was read well: only then is there something to hold a rule against.</summary>
    public bool Has(string path) => _good.ContainsKey(path);

    /// <summary>True when something is wrong with this value.</summary>
    public bool Wrong(string path) => _errors.Any(e => e.Path == path);

    public SpecPosition At(string path) => _good[path];
}
