using VsanEmu.Control.Redis;
using VsanEmu.Core.Record;

namespace VsanEmu.Cli.Hosts;

/// <summary>The copy of a record that the server keeps: worth some patience, and never the verdict.</summary>
/// <param name="keep">Keeps it, as <see cref="Controller.KeepAsync"/> does.</param>
/// <param name="error">Where it is said that there is none.</param>
internal sealed class RecordCopy(Func<Action<Stream>, Task> keep, TextWriter error)
{
    /// <summary>How long a server may not work before the copy is given up.</summary>
    public TimeSpan Patience { get; init; } = new Persistence().Patience;

    /// <summary>Keeps it, or says in a line why not. It throws nothing: the run is over, and its verdict stands.</summary>
    public async Task KeepAsync(RunRecord record, CancellationToken cancellation)
    {
        try
        {
            await new Persistence { Patience = Patience }.AskAsync(
                async () =>
                {
                    await keep(record.ToJson);
                    return true;
                },
                new Silent(),
                cancellation);
        }
        catch (IOException e)
        {
            Say(e.Message);
        }
        catch (OperationCanceledException)
        {
            Say("interrupted, or another controller leads");
        }
    }

    private void Say(string why) => error.WriteLine($"vsanemu verify: the server has not kept its copy of the record: {why}");
}
