using Spectre.Console;
using Spectre.Console.Rendering;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Report;

/// <summary>One picture of a run: its phases, what it waits for, and its members, as a table or, where that would not fit, as a grid.</summary>
internal static class ProgressPicture
{
    // Lines above and below the members, and the most members of which each gets a line.
    private const int Frame = 7;
    private const int MostLines = 16;

    // Right edges keep figures in line; the state stands behind them.
    private const string Figures = "{0,5}{1,6}{2,7}{3,8}{4,8}{5,9}  ";

    // Room for a name: what a line of figures leaves for two of them, and no less than this.
    private const int LeastName = 15;
    private const int LineWithoutNames = 60;

    public static IRenderable Draw(string title, RunProgress whole, int width, int height)
    {
        RunProgress progress = Labelled(whole, Math.Max(LeastName, ((width - LineWithoutNames) / 2) - 2));
        int name = progress.Members.Select(m => m.Member.Length).DefaultIfEmpty().Max() + 2;
        bool lines = progress.Members.Count <= Math.Min(MostLines, height - Frame) && width >= LineWithoutNames + (2 * Math.Max(name, 8));
        return new Rows(
            Heading(title, progress),
            PhaseLine(progress, width),
            new Text(progress.Doing, Palette.Doubtful),
            Text.Empty,
            lines ? Lines(progress, Math.Max(name, 8)) : CompactGrid(progress, width));
    }

    /// <summary>The roles in a line: <c>Master m01, Backup m02, 6 Agents</c>.</summary>
    public static string Roles(RunProgress progress)
    {
        MemberView[] alive = [.. progress.Members.Where(m => !progress.Killed.Contains(m.Member))];
        var parts = new List<string>();
        string[] masters = Named(alive, Role.Master), backups = Named(alive, Role.Backup);
        if (masters.Length > 0) parts.Add(masters.Length == 1 ? $"Master {masters[0]}" : $"{masters.Length} Masters");
        if (backups.Length > 0) parts.Add(backups.Length == 1 ? $"Backup {backups[0]}" : $"{backups.Length} Backups");
        if (Count(alive, Role.Agent) is > 0 and int agents) parts.Add(agents == 1 ? "1 Agent" : $"{agents} Agents");
        if (Count(alive, Role.Listening) is > 0 and int listening) parts.Add($"{listening} listening");
        if (progress.Killed.Count > 0) parts.Add($"killed {string.Join(' ', progress.Killed.Order())}");
        return string.Join(", ", parts);
    }

    private static RunProgress Labelled(RunProgress progress, int most)
    {
        IReadOnlyDictionary<string, string> labels = NameLabels.Of(progress.Members.Select(m => m.Member), most);
        return progress with
        {
            Members = [.. progress.Members.Select(m => m with { Member = labels[m.Member] })],
            Killed = progress.Killed.Select(k => labels.GetValueOrDefault(k, k)).ToHashSet(),
        };
    }

    private static Paragraph Heading(string title, RunProgress progress) => new Paragraph()
        .Append(title, Palette.Strong)
        .Append($"  {Palette.Seconds(progress.Elapsed)}  ", Palette.Quiet)
        .Append(Roles(progress));

    // Broken between phases, never between a phase and its length.
    private static Paragraph PhaseLine(RunProgress progress, int width)
    {
        var line = new Paragraph();
        int column = 0;
        foreach ((string name, TimeSpan took) in progress.Done)
        {
            string length = Palette.Seconds(took);
            Break(name.Length + length.Length + 1);
            line.Append($"{name} ", Palette.Good).Append(length, Palette.Quiet);
        }

        Break(progress.Phase.Length);
        return line.Append(progress.Phase, Palette.Strong);

        void Break(int next)
        {
            if (column > 0 && column + 2 + next > width) column = 0;
            if (line.Length > 0) line.Append(column == 0 ? "\n" : "  ");
            column += next + (column > 0 ? 2 : 0);
        }
    }

    private static Rows Lines(RunProgress progress, int name)
    {
        string figures = string.Format(null, Figures, "term", "hears", "TCP", "entries", "sent", "received");
        var lines = new List<IRenderable> { new Text($"{"member".PadRight(name)}{"role",-8}{"follows".PadRight(name)}{figures}", Palette.Quiet) };
        foreach (MemberView view in progress.Members)
        {
            bool killed = progress.Killed.Contains(view.Member);
            Style role = killed ? Palette.Quiet : Palette.Of(view.Role);
            var line = new Paragraph(view.Member.PadRight(name), role);
            line.Append($"{(killed ? "killed" : view.Role),-8}", role);
            if (!killed)
            {
                line.Append(Name(progress, view.Master).PadRight(name));
                line.Append(string.Format(null, Figures, view.Term, view.Members.Count, $"{view.Opened.Count}+{view.Accepted.Count}", view.Entries, view.Sent, view.Received));
                line.Append(view.AtRest ? "at rest" : "busy", view.AtRest ? Palette.Good : Palette.Doubtful);
            }

            lines.Add(line);
        }

        return new Rows(lines);
    }

    /// <summary>A cell for each member: name, the role's first letter, how many it hears; a <c>*</c> while it is busy.</summary>
    private static Rows CompactGrid(RunProgress progress, int width)
    {
        int cell = progress.Members.Select(m => m.Member.Length).DefaultIfEmpty(3).Max() + 7;
        int perLine = Math.Max(1, width / cell);
        var lines = new List<IRenderable>();
        foreach (MemberView[] chunk in progress.Members.Chunk(perLine))
        {
            var line = new Paragraph();
            foreach (MemberView view in chunk)
            {
                bool killed = progress.Killed.Contains(view.Member);
                string text = $"{view.Member} {(killed ? 'x' : view.Role.ToString()[0])} {(killed ? "" : view.Members.Count),2}{(view.AtRest || killed ? ' ' : '*')}";
                line.Append(text.PadRight(cell), killed ? Palette.Quiet : Palette.Of(view.Role));
            }

            lines.Add(line);
        }

        long sent = progress.Members.Sum(m => m.Sent), received = progress.Members.Sum(m => m.Received);
        lines.Add(new Text($"role, members heard, * busy, x killed; {sent} sent, {received} received", Palette.Quiet));
        return new Rows(lines);
    }

    private static string Name(RunProgress progress, MemberId id) => progress.Members.FirstOrDefault(m => m.Id == id)?.Member ?? "-";

    private static string[] Named(MemberView[] members, Role role) => [.. members.Where(m => m.Role == role).Select(m => m.Member)];

    private static int Count(MemberView[] members, Role role) => members.Count(m => m.Role == role);
}
