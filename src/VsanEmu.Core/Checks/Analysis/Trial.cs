using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>One trial, and what the captures hold of its stream and of the reports for its group.</summary>
internal sealed class Trial(TrialObservation plan, TrialBook book)
{
    public TrialObservation Plan => plan;

    /// <summary>The stream as it left its sender; null when its port was not captured, or when it never left.</summary>
    public TrialSighting? Out => field ??= book.Sighting(plan.Sender, plan.Id, PortDirection.Out);

    /// <summary>Ports at which the stream arrived.</summary>
    public IReadOnlyList<string> Reached => field ??= [.. book.Segment.Where(p => At(p.Port) is { Packets: > 0 }).Select(p => p.Port)];

    /// <summary>True when the stream was on the wire: seen to leave, or seen to arrive.</summary>
    public bool Sent => plan.Error.Length == 0 && (Out is { Packets: > 0 } || Reached.Count > 0);

    /// <summary>Why it was not, in words.</summary>
    public string WhyNotSent => plan.Error.Length > 0 ? plan.Error : book.Capture(plan.Sender) is null ? $"{plan.Sender} was not captured" : $"it was not seen to leave {plan.Sender}";

    /// <summary>When the last datagram left.</summary>
    public long LastSentNs => Out?.LastNs ?? plan.EndNs;

    /// <summary>Endpoints that joined the group, or the one that was joined instead.</summary>
    public IReadOnlySet<string> Joined => field ??= plan.Joined.Concat(plan.JoinedInstead.Length > 0 ? book.Reporters(plan.JoinedInstead) : []).ToHashSet();

    /// <summary>Ports in the segment that neither sent, nor joined, nor acted.</summary>
    public IEnumerable<PortCapture> Bystanders => book.Segment.Where(p => p.Port != plan.Sender && p.Port != plan.Actor && !Joined.Contains(p.Port));

    /// <summary>Captured ports that joined; the sender's own is not among them.</summary>
    public IEnumerable<PortCapture> Receivers => Joined.Where(j => j != plan.Sender).Select(book.Capture).OfType<PortCapture>();

    /// <summary>Endpoints that joined, captured or not, without the sender.</summary>
    public IEnumerable<string> ReceiverPorts => Joined.Where(j => j != plan.Sender);

    /// <summary>Endpoints in the segment by the spec that neither sent, nor joined, nor acted, captured or not.</summary>
    public IEnumerable<string> BystanderPorts => book.SegmentPorts.Where(p => p != plan.Sender && p != plan.Actor && !Joined.Contains(p));

    /// <summary>Why it is not known whether the stream came to a port; null when it came, or when its absence is proven.</summary>
    public string? Unknown(string port) => At(port) is { Packets: > 0 } ? null
        : book.Unwatched(port) ?? (book.Alive(port, plan.Phase) ? null : "its capture saw no frame in the phase");

    /// <summary>The same where nothing should come: then something else of the sender's must have got somewhere.</summary>
    public string? UnknownAbsence(string port) => At(port) is not { Packets: > 0 } && !PathProven ? $"nothing of {plan.Sender} arrived anywhere in the phase" : Unknown(port);

    /// <summary>The stream at a port; null when none of it arrived.</summary>
    public TrialSighting? At(string port) => book.Sighting(port, plan.Id, PortDirection.In);

    /// <summary>When a port first reported the group, or left it, on the wire; null when it was not seen to.</summary>
    public long? SaidAtNs(string port, bool leave) => book.SaidAtNs(port, plan.Group, leave);

    /// <summary>True when something that the same sender sent in the phase arrived somewhere: it is not cut off itself.</summary>
    public bool PathProven => book.Heard(plan.Sender, plan.Phase);

    /// <summary>
    /// How many datagrams in a row a port lacked at most, within the time from <paramref name="fromNs"/> to the end of the stream; a pause of the sender's is none.
    /// </summary>
    public long LongestOutage(string port, long fromNs)
    {
        if (At(port) is not { } seen) return plan.Sent;
        long silence = Math.Max(Math.Max(seen.Gap, LastSentNs - seen.LastNs), seen.FirstNs - Math.Max(fromNs, Out?.FirstNs ?? plan.StartNs));
        long missing = (Out?.Packets ?? plan.Sent) - (seen.Packets - seen.Repeats);
        return Math.Clamp((silence - (Out?.Gap ?? plan.IntervalNs)) / Math.Max(1, plan.IntervalNs), 0, Math.Max(0, missing));
    }

    public override string ToString() => $"trial {plan.Id} ({plan.Group}, from {plan.Sender}{Refused})";

    private string Refused => plan.Refused == 0 ? "" : $"; {plan.Refused} of {plan.Sent + plan.Refused} not sent: {plan.Refusal}";
}
