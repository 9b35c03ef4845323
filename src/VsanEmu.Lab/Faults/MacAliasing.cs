using VsanEmu.Core.Spec;
using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A switch that keeps its groups by MAC address, which has room for the low 23 bits only (RFC 1112, 6.4): 32 groups share each entry.</summary>
public sealed class MacAliasing : IFault
{
    // A packet to a group that nobody joined is renamed to the joined one with the same low 23 bits, so that the bridge forwards it like that one, and gets its own
    // address back as it leaves. What it was called is on its mark meanwhile: 1 to 32 for the upper bits, above those of a split (SwitchRules).
    private const int MarkShift = 8;
    private const string MarkMask = "0xff00";
    private const string Low = "0.127.255.255";

    // Records of an IGMPv3 report (RFC 3376, 4.2) that are read: as many as the groups that one port joins at a time in a trial, twice.
    private const int RecordsRead = 64;

    private static IEnumerable<(int Mark, string Upper)> Uppers =>
        Enumerable.Range(0, 32).Select(i => ((i + 1) << MarkShift, $"{224 + (i / 2)}.{(i % 2 == 0 ? 0 : 128)}.0.0"));

    /// <inheritdoc/>
    public string Name => "mac-aliasing";

    /// <inheritdoc/>
    public string Description => "the switch forwards groups by MAC address: a joined group brings those along that share its MAC address";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = [];

    /// <inheritdoc/>
    public IReadOnlyList<string> MustWarn { get; } = ["M9"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan)
    {
        TimerSpec timers = plan.Spec.Timers;
        long membership = (long)((2 * timers.QueryInterval) + timers.QueryResponse).TotalSeconds + 1;
        return plan with
        {
            FrameTables = [.. plan.FrameTables, new(Name, $"map joined {{ type ipv4_addr : ipv4_addr; size 4096; flags dynamic,timeout; timeout {membership}s; }}")],
            FrameRules = [.. plan.FrameRules, .. Learn().Concat(Rename()).Select(r => new FrameRule(Name, FrameHook.Prerouting, r)), .. Restore().Select(r => new FrameRule(Name, FrameHook.Forward, r))],
            Notes = [.. plan.Notes, $"{Name}: the switch forwards a group like the one that was joined and has the same MAC address"],
        };
    }

    private static IEnumerable<string> Learn() =>
    [
        $"igmp type {{ membership-report-v1, membership-report-v2 }} {Remember(32)}",
        .. Enumerable.Range(0, RecordsRead).Select(i => $"igmp type membership-report-v3 {Remember(96 + (64 * i))}"),
    ];

    private static string Remember(int bit) => $"update @joined {{ @th,{bit},32 & 0x007fffff : @th,{bit},32 }}";

    private static IEnumerable<string> Rename() =>
    [
        .. Uppers.Select(u => $"ip daddr & 255.128.0.0 == {u.Upper} ip daddr != 224.0.0.0/24 meta l4proto udp meta mark set meta mark | 0x{u.Mark:x}"),
        $"meta mark & {MarkMask} != 0 ip daddr set ip daddr & {Low} map @joined",
    ];

    private static IEnumerable<string> Restore() =>
        Uppers.Select(u => $"meta mark & {MarkMask} == 0x{u.Mark:x} ip daddr & 255.128.0.0 != {u.Upper} ip daddr set ip daddr & {Low} | {u.Upper}");
}
