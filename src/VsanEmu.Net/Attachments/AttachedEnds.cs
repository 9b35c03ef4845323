using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Threads;
using VsanEmu.Net.Tools;

namespace VsanEmu.Net.Attachments;

/// <summary>
/// The ends of a fabric that the tool did not build: interfaces in namespaces that exist, and NICs that are moved into a namespace of their own for the
/// run. All are looked at before any is touched, and whatever is touched is put back by a <see cref="Keeper"/>, also when this process is killed.
/// </summary>
public sealed class AttachedEnds : IDisposable
{
    private static readonly TimeSpan LinkLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(20);

    private readonly List<Attachment> _attached;
    private readonly List<NetworkNamespace> _private = [];
    private KeptMachine? _machine;

    private AttachedEnds(List<Attachment> attached) => _attached = attached;

    /// <summary>The ends, as they were asked for.</summary>
    public IReadOnlyList<FabricEnd> Ends { get; private set; } = [];

    private KeptMachine Machine => _machine ??= KeptMachine.Start();

    /// <summary>Attaches all.</summary>
    /// <exception cref="AttachmentException">One cannot be; nothing was changed.</exception>
    /// <exception cref="IOException">A change failed; what was changed before is put back.</exception>
    public static AttachedEnds Open(IReadOnlyList<AttachmentRequest> requests)
    {
        List<Attachment> found = Attachment.FindAll(requests);
        var ends = new AttachedEnds(found);
        try
        {
            ends.Ends = [.. found.Select(ends.Attach)];
            return ends;
        }
        catch
        {
            ends.Dispose();
            throw;
        }
    }

    /// <summary>Waits until each end can send.</summary>
    /// <exception cref="IOException">One has no carrier.</exception>
    public async Task WaitReadyAsync(CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (await OwnThread.RunAsync(Silent, cancellation).ConfigureAwait(false) is { Length: > 0 } silent)
        {
            if (TimeProvider.System.GetElapsedTime(start) > LinkLimit)
            {
                string who = string.Join(", ", silent.Select(e => $"{e.Name} ({e.Interface})"));
                throw new IOException($"no link after {LinkLimit.TotalSeconds:0} s at {who}: is the cable in, and the switch's port enabled?");
            }

            await Task.Delay(PollPeriod, cancellation).ConfigureAwait(false);
        }

        FabricEnd[] Silent() => [.. Ends.Where(e => !e.Namespace.Run(() => LinkState.IsRunning(e.Interface)))];
    }

    /// <summary>Takes an end's link down until the run ends.</summary>
    /// <exception cref="IOException">It cannot be.</exception>
    public void Cut(FabricEnd end)
    {
        Attachment attachment = _attached.Single(a => a.Request.Name == end.Name);
        end.Namespace.Run(() =>
        {
            // A moved interface comes back as a whole anyway.
            if (attachment.Place is not null) Machine.Note(attachment.UndoCut(LinkFacts.Read(end.Interface)!));
            Tool.Run("ip", ["link", "set", "dev", end.Interface, "down"]);
        });
    }

    /// <summary>Puts everything back.</summary>
    public void Dispose()
    {
        _machine?.Dispose();
        foreach (NetworkNamespace place in _private) place.Dispose();
        foreach (Attachment attachment in _attached) attachment.Place?.Dispose();
    }

    private FabricEnd Attach(Attachment attachment)
    {
        AttachmentRequest request = attachment.Request;
        NetworkNamespace place = attachment.Place ?? Move(attachment);
        if (attachment.Place is not null && attachment.LacksAddress)
        {
            Machine.Note(attachment.UndoAddress());
            place.Run(() => Tool.IpBatch([attachment.AddAddress]));
        }

        return new FabricEnd(request.Name, request.Kind, place, attachment.Link, request.Address, request.InSegment);
    }

    private NetworkNamespace Move(Attachment attachment)
    {
        NetworkNamespace place = NetworkNamespace.Create();
        _private.Add(place);
        Machine.Note(attachment.UndoMove(place.Path));
        place.Run(() => attachment.WriteSettings());
        Tool.IpBatch([$"link set dev {attachment.Link} netns {place.Path}"]);
        place.Run(() => Tool.IpBatch(attachment.Configure));
        return place;
    }
}
