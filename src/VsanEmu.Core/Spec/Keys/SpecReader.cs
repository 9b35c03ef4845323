namespace VsanEmu.Core.Spec.Keys;

/// <summary>What reading a spec collects: errors, and where each good value stands, so that later rules can name its line.</summary>
internal sealed class SpecReader
{
    private readonly List<SpecError> _errors = [];
    private readonly Dictionary<string, SpecPosition> _good = [];
    private readonly HashSet<string> _bad = [];
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
        _bad.Add(path);
        Count(at, path, message, allowed);
    }

    /// <summary>Fails for a key that is not there: all that is written beside it is good nevertheless.</summary>
    public void Lacks(SpecPosition at, string path, string message) => Count(at, path, message, "");

    /// <summary>Fails at a value that was read well.</summary>
    public void Fail(string path, string message, string allowed = "") => Count(_good[path], path, message, allowed);

    public void Good(string path, SpecPosition at) => _good[path] = at;

    /// <summary>True when the file has this value and it was read well: only then is there something to hold a rule against.</summary>
    public bool Has(string path) => _good.ContainsKey(path);

    /// <summary>True when something is wrong with this value.</summary>
    public bool Wrong(string path) => _bad.Contains(path);

    /// <summary>
    /// True when a value that the file does not have may have been meant to be there: it could not be read, or a section around it has something that could not,
    /// as a key that is misspelt.
    /// </summary>
    public bool Doubtful(string path)
    {
        for (string at = path; at.Length > 0; at = at[..Math.Max(0, at.LastIndexOf('.'))])
            if (Wrong(at)) return true;
        return Wrong("");
    }

    public SpecPosition At(string path) => _good[path];

    private void Count(SpecPosition at, string path, string message, string allowed)
    {
        if (_errors.Count < SpecLimits.MaxErrors) _errors.Add(new(at, path, message, allowed));
        else _more++;
    }
}
