using VsanEmu.Cli.Runs;
using VsanEmu.Control;
using VsanEmu.Lab;
using VsanEmu.Net.Probing;

namespace VsanEmu.Cli.Lab;

/// <summary>The lab's fabric as a run's site; it may be split.</summary>
internal sealed class LabSite(Fabric fabric) : ISite, IFabric
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(20);

    public IReadOnlyList<FabricEnd> Ends { get; } = fabric.Ends;

    public IFabric Fabric => this;

    public Task WaitReadyAsync(CancellationToken cancellation) => fabric.WaitReadyAsync(ReadyLimit, cancellation);

    public Task CutAsync(FabricEnd end, CancellationToken cancellation) => fabric.SetLinkAsync(end.Name, up: false, cancellation);

    public Task SplitAsync(IReadOnlyDictionary<string, int> sideByMember, CancellationToken cancellation) => fabric.SplitAsync(sideByMember, cancellation);

    public Task HealAsync(CancellationToken cancellation) => fabric.HealAsync(cancellation);

    public ValueTask DisposeAsync() => fabric.DisposeAsync();
}
