using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Protocol;

namespace VsanEmu.Control;

/// <summary>The members of a run: who is alive, on which side of a split, and an order to all of them at once.</summary>
internal sealed class Crew(IReadOnlyList<IMember> members)
{
    private readonly HashSet<string> _killed = [];
    private IReadOnlyDictionary<string, int> _sides = new Dictionary<string, int>();

    public IReadOnlyList<IMember> All => members;

    public IReadOnlySet<string> Killed => _killed;

    /// <summary>Side by member while the segment is split, else empty.</summary>
    public IReadOnlyDictionary<string, int> Sides
    {
        get => _sides;
        set => _sides = value;
    }

    public IEnumerable<IMember> Alive => members.Where(m => !_killed.Contains(m.Name));

    public IReadOnlyList<MemberView> Views => [.. Alive.Select(m => m.View)];

    public IReadOnlyList<IReadOnlyCollection<MemberView>> ViewsBySide =>
        [.. Views.GroupBy(v => _sides.GetValueOrDefault(v.Member)).Select(g => (IReadOnlyCollection<MemberView>)[.. g])];

    /// <summary>The Master, of several the one that most members follow; null without any.</summary>
    public MemberView? Leader
    {
        get
        {
            IReadOnlyList<MemberView> views = Views;
            return views.Where(v => v.Role == Role.Master).MaxBy(m => views.Count(v => v.Master == m.Id));
        }
    }

    public void MarkKilled(string name) => _killed.Add(name);

    public async Task EachAsync(Func<IMember, Task> order) => await Task.WhenAll(Alive.Select(order));

    public Task SendAsync(Func<IMember, MemberCommand> command, CancellationToken cancellation) =>
        EachAsync(m => m.SendAsync(command(m), cancellation));
}
