namespace VsanEmu.Core.Protocol;

/// <summary>Counters by stable name. Names are literals of this build, so the table cannot grow by what a peer sends.</summary>
internal sealed class Counters
{
    private readonly Dictionary<string, long> _values = [];

    public void Add(string name, long by = 1)
    {
        ref long value = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_values, name, out _);
        value += by;
    }

    public Dictionary<string, long> Copy() => new(_values);
}
