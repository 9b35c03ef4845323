using System.Globalization;
using VsanEmu.Core.Data;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Data;

/// <summary>
/// Random clusters under random faults. Never a read of what was not last written; every operation ends; and when the faults are over, every VM runs
/// without a failure and its copies are equal. VSANEMU_DATA_SEEDS sets how many, VSANEMU_DATA_SEED replays one.
/// </summary>
public class DataPlaneScheduleTests
{
    private const int Schedules = 300;

    [Fact]
    public void Random_schedules_keep_the_data()
    {
        int first = Number("VSANEMU_DATA_SEED") ?? 1;
        int count = Number("VSANEMU_DATA_SEED") is null ? Number("VSANEMU_DATA_SEEDS") ?? Schedules : 1;
        for (int seed = first; seed < first + count; seed++)
        {
            try
            {
                Play(seed);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(
                    $"seed {seed}: {e.Message}\nreplay: VSANEMU_DATA_SEED={seed} dotnet run --project tests/VsanEmu.Core.Tests -c Release -- -class {typeof(DataPlaneScheduleTests).FullName}", e);
            }
        }
    }

    private static void Play(int seed)
    {
        var random = new Random(seed);
        ClusterSpec cluster = RandomCluster(random);
        var world = new World(cluster, seed);
        foreach (VmSpec vm in cluster.Vms) world.After(random.NextDouble(), () => world.PowerOn(vm.Name));
        for (int fault = random.Next(1, 12); fault > 0; fault--) RandomFault(random, cluster, world);
        world.Run(15);

        Heal(cluster, world);
        Assert.True(world.RunUntil(() => world.AtRest, 60), $"not at rest: {Explain(world)}");
        world.Run(1);
        Dictionary<string, VmObservation> before = cluster.Vms.ToDictionary(v => v.Name, v => world.Figures(v.Name));
        world.Run(4);
        foreach (VmSpec vm in cluster.Vms)
        {
            VmObservation now = world.Figures(vm.Name);
            Assert.True(now.Mismatched == 0, $"{vm.Name}: {now.Mismatched} mismatched reads");
            Assert.True(now.Failed == before[vm.Name].Failed, $"{vm.Name}: failures without a fault");
            Assert.True(now.Writes + now.Reads > before[vm.Name].Writes + before[vm.Name].Reads, $"{vm.Name}: no progress");
            Assert.True(now.Copies.Count == vm.Copies.Count, $"{vm.Name}: {now.Copies.Count} copies of {vm.Copies.Count}");
            world.PowerOff(vm.Name);
        }

        world.Run(4);
        Assert.All(world.Planes, p => Assert.True(p.NextTimeoutNs == long.MaxValue, "something still waits for time"));
        foreach (VmSpec vm in cluster.Vms) AssertEqualCopies(world, vm);
    }

    private static void AssertEqualCopies(World world, VmSpec vm)
    {
        IReadOnlyList<MemberId> holders = world.Figures(vm.Name).Copies;
        (ulong, ulong, bool Complete)? first = world[holders[0].Value].CopyOf(vm.Name);
        Assert.True(first is { Complete: true }, $"{vm.Name}: the copy at {holders[0]} is missing or incomplete");
        foreach (World.Node node in world.Nodes)
        {
            (ulong, ulong, bool)? copy = node.Plane!.CopyOf(vm.Name);
            if (holders.Contains(Specs.Id(node.Id))) Assert.True(copy == first, $"{vm.Name}: {holders[0]} has {first}, #{node.Id} has {copy}");
            else Assert.True(copy is null, $"{vm.Name}: #{node.Id} kept a copy");
        }
    }

    private static ClusterSpec RandomCluster(Random random)
    {
        int members = random.Next(2, 7);
        var vms = new VmSpec[random.Next(1, 4)];
        for (int i = 0; i < vms.Length; i++)
        {
            int[] holders = [.. Enumerable.Range(1, members).OrderBy(_ => random.Next()).Take(random.Next(1, Math.Min(members, DataLimits.MaxCopies) + 1))];
            vms[i] = Specs.Vm($"vm{i}", random.Next(1, members + 1), holders) with
            {
                BlockSize = random.Next(4) == 0 ? 4096 : 512 + random.Next(9),
                Iops = random.Next(20, 300),
                QueueDepth = random.Next(1, 17),
                ReadPercent = random.Next(0, 90),
            };
        }

        return Specs.Cluster(members, (DataConnection)random.Next(3), vms);
    }

    private static void RandomFault(Random random, ClusterSpec cluster, World world)
    {
        int members = cluster.Members.Count;
        int a = random.Next(1, members + 1);
        int b = (a % members) + 1;
        string vm = cluster.Vms[random.Next(cluster.Vms.Count)].Name;
        double length = random.Next(3) == 0 ? 5 * random.NextDouble() : random.NextDouble();
        (Action Begin, Action End)[] faults =
        [
            (() => world.Crash(a), () => world.Restart(a)),
            (() => world.Block(a, b), () => world.Unblock(a, b)),
            (() => world.Partition(id => (id * 7 / a) % 2), () => world.Partition(_ => 0)),
            (() => world.PowerOff(vm), () => world.PowerOn(vm)),
            (() => world.BreakLink(a, b), () => world.BreakLink(b, a)),
        ];
        (Action begin, Action end) = faults[random.Next(faults.Length)];
        double at = 1 + (13 * random.NextDouble());
        world.After(at, begin);
        world.After(at + length, end);
    }

    private static void Heal(ClusterSpec cluster, World world)
    {
        world.Run(5);
        world.Partition(_ => 0);
        for (int a = 1; a <= cluster.Members.Count; a++)
        {
            world.Restart(a);
            for (int b = 1; b <= cluster.Members.Count; b++) world.Unblock(a, b);
        }

        world.Run(2);
        foreach (VmSpec vm in cluster.Vms) world.PowerOn(vm.Name);
    }

    private static string Explain(World world) =>
        string.Join("; ", world.Nodes.Select(n => $"#{n.Id} {(n.Plane!.AtRest ? "rests" : "waits")} {string.Join(' ', n.Plane.Counters.Where(c => c.Value != 0).Select(c => $"{c.Key[5..]}={c.Value}"))}"));

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
}
