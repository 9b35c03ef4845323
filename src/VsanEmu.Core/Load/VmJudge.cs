using VsanEmu.Core.Checks;

namespace VsanEmu.Core.Load;

/// <summary>Says whether VMs' reads and writes passed, and who was the limit.</summary>
internal static class VmJudge
{
    private const int MostReasons = 5;

    /// <summary>The verdict.</summary>
    /// <param name="result">What came of it, all but the verdict.</param>
    /// <param name="busy">Which machine was busy all the time, in words; empty for none.</param>
    public static LoadVerdict Verdict(VmLoadResult result, string busy)
    {
        string[] stalled = [.. result.Vms.SelectMany(v => v.ByCopy, Stalled).OfType<string>()];
        string[] failed = [.. stalled, .. result.Vms.Select(v => Failed(v, result)).OfType<string>()];
        string[] open = [.. result.Vms.Where(v => v.Begun == 0 && v.Error.Length == 0).Select(v => $"VM {v.Vm} on {v.Host} began nothing"), .. result.Vms.Where(v => v.Error.Length > 0).Select(v => $"VM {v.Vm} on {v.Host}: {v.Error}"), .. result.Completed ? (string[])[] : ["interrupted: what was measured until then"]];
        (LoadLimit limit, string note) = Limit(result, failed, stalled, busy);
        return new LoadVerdict
        {
            Outcome = failed.Length > 0 ? CheckOutcome.Fail : open.Length > 0 ? CheckOutcome.Inconclusive : CheckOutcome.Pass,
            Reasons = [.. failed.Take(MostReasons), .. failed.Length > MostReasons ? [$"and {failed.Length - MostReasons} more like that"] : (string[])[], .. open],
            Limit = limit,
            Note = note,
        };
    }

    private static string? Stalled(VmResult vm, VmCopyResult copy) => copy.Stalled
        ? $"VM {vm.Vm} on {vm.Host}: {copy.Member} answered {copy.Answered} of {copy.Asked} operations and then no more" : null;

    private static string? Failed(VmResult vm, VmLoadResult result)
    {
        long ended = vm.Reads + vm.Writes, due = vm.Begun + vm.Forgone, missed = due - ended;
        if (ended == 0 && vm.Begun > 0) return $"VM {vm.Vm} on {vm.Host}: none of {vm.Begun} operations ended";
        double? bound = LossBound.Of(result.MaxLossPercent, 0);
        return LossBound.Exceeded(missed, due, bound) ? $"VM {vm.Vm} on {vm.Host}: {LossBound.Words(missed, due, bound)}" : null;
    }

    private static (LoadLimit, string) Held(VmResult vm, VmCopyResult copy, TcpFacts tcp, VmLoadResult result)
    {
        (LoadLimit limit, string why) = tcp.Limit(result.MeasuredNs);
        return (limit, $"{vm.Host} to {copy.Member}: {why}");
    }

    private static (LoadLimit, string) Limit(VmLoadResult result, string[] failed, string[] stalled, string busy)
    {
        foreach (VmResult vm in result.Vms)
            if (vm.ByCopy.FirstOrDefault(c => c is { Stalled: true, Tcp: { } t } && (t.Unacknowledged || t.AgainBytes > 0)) is { Tcp: { } tcp } copy) return Held(vm, copy, tcp, result);
        if (stalled.Length > 0) return (LoadLimit.Fabric, "what was asked was acknowledged, and no answer came back: it was lost on the way, or who keeps the copy stands still");
        if (failed.Length > 0 && result.Vms.FirstOrDefault(v => v.Error.Length > 0) is { } broken) return (LoadLimit.Fabric, $"VM {broken.Vm} on {broken.Host}: {broken.Error}");
        if (busy.Length > 0) return (LoadLimit.Sender, busy);
        int late = result.Vms.Count(v => v.Forgone > 0);
        return late > 0
            ? (LoadLimit.Receiver, $"{late} of {result.Vms.Count} VMs had their queue full when operations were due: the queue depth, or what the copies can answer, is the limit") : (LoadLimit.None, "");
    }
}
