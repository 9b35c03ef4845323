namespace VsanEmu.Core.Checks.Analysis;

/// <summary>Where loss sits: the smallest place without which the rest is clean.</summary>
/// <param name="Where">In words: <c>to m03</c>, <c>from m03</c>, <c>at the port of m03</c>, <c>m01 to m03</c>, or <c>in the whole fabric</c>.</param>
/// <param name="Loss">The loss of the directions concerned.</param>
internal sealed record LossSite(string Where, Proportion Loss)
{
    public override string ToString() => $"loss {Where}: {Loss}";

    /// <summary>The site of the partial losses of a matrix; directions that deliver nothing are another matter and left out.</summary>
    public static LossSite Of(DeliveryMatrix matrix)
    {
        var silent = matrix.Silent.ToHashSet();
        HashSet<Direction> lossy = [.. matrix.Lossy.Where(w => !silent.Contains(w))];
        if (lossy.Count == 0) return new("nowhere", new(0, 0));
        if (lossy.Count == 1) return Site(lossy.First().ToString(), lossy.Contains);

        string[] names = [.. lossy.SelectMany(w => (string[])[w.From, w.To]).Distinct().Order()];
        if (names.FirstOrDefault(n => lossy.All(w => w.To == n)) is { } to) return Site($"to {to}", w => w.To == to);
        if (names.FirstOrDefault(n => lossy.All(w => w.From == n)) is { } from) return Site($"from {from}", w => w.From == from);
        if (names.Length == 2) return Site($"between {names[0]} and {names[1]}", lossy.Contains);
        if (names.FirstOrDefault(n => lossy.All(w => w.To == n || w.From == n)) is { } port) return Site($"at the port of {port}", w => w.To == port || w.From == port);

        // With few datagrams a lossy direction may look clean by chance: most of them are enough to blame all.
        string[] receivers = [.. lossy.Select(w => w.To).Distinct().Order()], senders = [.. lossy.Select(w => w.From).Distinct().Order()];
        int members = matrix.Measured.Keys.SelectMany(w => (string[])[w.From, w.To]).Distinct().Count();
        if (receivers.Length == members && senders.Length == members) return Site("in the whole fabric", _ => true);
        if (receivers.Length <= senders.Length && receivers.Length < members) return Site($"to {Wording.Names(receivers)}", w => receivers.Contains(w.To));
        if (senders.Length < members) return Site($"from {Wording.Names(senders)}", w => senders.Contains(w.From));
        return Site($"in {lossy.Count} directions", lossy.Contains);

        LossSite Site(string where, Func<Direction, bool> inside) =>
            new(where, DeliveryMatrix.Sum(matrix.Measured.Values.Where(d => !silent.Contains(d.Way) && inside(d.Way))));
    }
}
