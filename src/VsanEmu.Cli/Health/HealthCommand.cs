using System.CommandLine;
using VsanEmu.Core.Checks;

namespace VsanEmu.Cli.Health;

/// <summary><c>vsanemu health</c>: how the node in this container is.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var command = new Command("health", "Say how the node in this container or network namespace is: exit code 0 when it takes part in a cluster, or waits for its controller; for health checks");
        command.SetAction(async (parsed, cancellation) =>
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Patience);
            string said;
            try
            {
                said = await HealthSocket.AskAsync(limit.Token) ?? $"{HealthSocket.Bad}no node runs in this network namespace";
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                said = $"{HealthSocket.Bad}the node does not answer";
            }

            parsed.InvocationConfiguration.Output.WriteLine(said);
            return (int)(said.StartsWith(HealthSocket.Good, StringComparison.Ordinal) ? ExitCode.Passed : ExitCode.Failed);
        });
        return command;
    }
}
