using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Segments;

namespace VsanEmu.Report.Segments;

/// <summary>A segment's reading as text: what lives there, and then what does not fit.</summary>
public static class SegmentReport
{
    /// <summary>Writes it.</summary>
    /// <param name="output">Where.</param>
    /// <param name="link">The interface that was listened on.</param>
    /// <param name="heard">What passed it.</param>
    /// <param name="reading">What that means.</param>
    public static void Write(TextWriter output, string link, PortCapture heard, SegmentReading reading)
    {
        Listening listening = reading.Listening;
        string could = listening.Deaf.Count == 0 ? "" : $", of which {listening.HeardNs / 1e9:0.0} s could be heard";
        string own = heard.Frames == heard.FramesIn ? "" : $"; {heard.Frames - heard.FramesIn} of this host's own besides";
        output.WriteLine($"{link}: {heard.FramesIn} frames in {listening.WatchedNs / 1e9:0.0} s{could}, nothing sent{own}");
        string none = listening.HeardNs == 0 ? "not known: nothing could be heard" : listening.Deaf.Count == 0 ? "none heard" : "none heard while something could be";
        Section(output, none, "queriers", reading.Queriers.Select(q =>
            $"{q.Address,-15}  IGMPv{q.Version}, {q.General} general queries{(q.IntervalNs > 0 ? $", at most {q.IntervalNs / 1e9:0.0} s apart" : "")}"));
        Section(output, none, "groups", reading.Groups.SelectMany(Lines));
        Section(output, none, "hosts", reading.Hosts.OrderBy(h => h.Role ?? Role.Listening).ThenBy(h => h.Address, StringComparer.Ordinal).Select(Line));
        Section(output, "nothing", "odd", reading.Oddities);
    }

    private static IEnumerable<string> Lines(SeenGroup group)
    {
        yield return $"{group.Address,-15}  {group.Name}".TrimEnd();
        if (group.Members.Count > 0) yield return $"  members  {string.Join(", ", group.Members.Select(m => $"{m.Host} (v{m.Version})"))}";
        if (group.Senders.Count > 0) yield return $"  senders  {string.Join(", ", group.Senders)}";
    }

    private static string Line(SeenHost host)
    {
        string role = host.Role is { } r ? $"looks like {(r == Role.Agent ? "an" : "a")} {r}" : "no role";
        string connections = (host.Opened.Count, host.Accepted.Count) is (0, 0) ? "" : $"; TCP: opened to {host.Opened.Count}, accepted from {host.Accepted.Count}";
        return $"{host.Address,-15}  {role}: {host.Why}{connections}";
    }

    private static void Section(TextWriter output, string none, string title, IEnumerable<string> lines)
    {
        output.WriteLine();
        string lead = title;
        foreach (string line in lines.DefaultIfEmpty(none))
        {
            output.WriteLine($"{lead,-10}{line}");
            lead = "";
        }
    }
}
