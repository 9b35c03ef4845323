using VsanEmu.Core.Flows;
using VsanEmu.Core.Protocol;
using VsanEmu.Simulation.Worlds;

namespace VsanEmu.Simulation.Schedules;

/// <summary>Does one harmful or useful thing after another, by chance.</summary>
internal sealed class Chaos(World world, Dice dice)
{
    private static readonly double[] Losses = [0, 0, 0.02, 0.1, 0.3, 0.6];
    private static readonly long[] Delays = [50_000, 1_000_000, 20_000_000, 150_000_000, 400_000_000];

    private readonly List<(string Vm, bool On)> _vms = [.. world.Cluster.Vms.Select(v => (v.Name, false))];
    private readonly int _temper = dice.Below(4);
    private int _written;

    /// <summary>What was done, in words.</summary>
    public event Action<string>? Did;

    /// <summary>Does the next thing; returns how long to wait until the one after.</summary>
    public long Step()
    {
        int what = dice.Below(100);
        switch (what)
        {
            case < 40:
                Write();
                break;
            case < 48:
                Disturb();
                break;
            case < 55:
                Split();
                break;
            case < 59:
                CutOneWay();
                break;
            case < 65:
                Say("heals");
                world.Fabric.Heal();
                break;
            case < 72:
                if (_temper != 0) Crash();
                break;
            case < 82:
                Restart();
                break;
            case < 84:
                Leave();
                break;
            case < 88:
                Reset();
                break;
            case < 89:
                Garble();
                break;
            case < 92:
                Pause();
                break;
            case < 97:
                SwitchVm();
                break;
            default:
                Measure();
                break;
        }

        return _temper == 3 ? dice.Between(1, 100_000_000) : dice.Between(1_000_000, 600_000_000);
    }

    /// <summary>An owner writes one or several of its entries.</summary>
    public void Write()
    {
        if (Living() is not { } host) return;
        int count = dice.Chance(0.03) ? 200 : dice.Chance(0.3) ? 8 : 1;
        int length = dice.Chance(0.1) ? dice.Below(8193) : dice.Below(145);
        int keys = dice.Chance(0.5) ? 4 : 1000;
        Say($"{host} writes {count} of {length}");
        for (int i = 0; i < count; i++)
        {
            byte[] value = new byte[length];
            if (length >= 4) BitConverter.TryWriteBytes(value, ++_written);
            world.Command(host, new MemberCommand.Submit($"k{dice.Below(keys)}", value));
        }
    }

    public void Crash()
    {
        if (Living() is not { } host) return;
        bool powerLost = dice.Chance(0.5);
        // What hurts most: the one that orders, or the one that answers for it.
        if (dice.Chance(0.4)) host = world.Living.FirstOrDefault(h => h.Node!.Role == (dice.Chance(0.7) ? Role.Master : Role.Backup)) ?? host;
        Say($"{host} crashes{(powerLost ? ", power lost" : "")}");
        world.Crash(host, powerLost);
    }

    public void SwitchVm()
    {
        if (_vms.Count == 0) return;
        int which = dice.Below(_vms.Count);
        (string vm, bool on) = _vms[which];
        _vms[which] = (vm, !on);
        Say($"{vm} {(on ? "off" : "on")}");
        Host host = world.Hosts.First(h => h.Id == world.Cluster.Vms[which].Host);
        world.Command(host, on ? new MemberCommand.PowerOff(vm) : new MemberCommand.PowerOn(vm));
    }

    private void Restart()
    {
        Host[] dead = [.. world.Hosts.Where(h => !h.Alive)];
        if (dead.Length == 0) return;
        Host host = dice.Of(dead);
        Say($"{host.Id} starts again");
        world.Start(host);
    }

    private void Leave()
    {
        if (Living() is not { } host) return;
        Say($"{host} leaves");
        world.Leave(host);
    }

    private void Disturb()
    {
        Fabric fabric = world.Fabric;
        fabric.Loss = dice.Of(Losses);
        fabric.Duplication = dice.Of(Losses);
        fabric.Corruption = dice.Chance(0.2) ? 0.05 : 0;
        fabric.DelayNs = dice.Of(Delays) / 2;
        fabric.JitterNs = dice.Of(Delays);
        Say($"loss {fabric.Loss}, duplication {fabric.Duplication}, delay {fabric.DelayNs / 1e6} to {(fabric.DelayNs + fabric.JitterNs) / 1e6} ms");
    }

    private void Split()
    {
        ulong sides = dice.Next();
        if (dice.Chance(0.3)) sides = 1UL << dice.Below(world.Hosts.Count);
        Say($"splits: {sides & ((2UL << (world.Hosts.Count - 1)) - 1):x}");
        world.Fabric.Split(world.Hosts, h => (int)(sides >> h.Index) & 1);
    }

    private void CutOneWay()
    {
        Host from = dice.Of(world.Hosts);
        Host to = dice.Of(world.Hosts);
        if (from == to) return;
        Say($"{from} no longer reaches {to}");
        world.Fabric.Cut(from, to);
    }

    private void Reset()
    {
        Host a = dice.Of(world.Hosts);
        foreach (Host b in world.Hosts)
        {
            if (b == a || dice.Chance(0.3)) continue;
            Say($"connections between {a} and {b} break");
            world.BreakConnections(a, b);
        }
    }

    private void Garble()
    {
        if (Living() is not { Pipes.Count: > 0 } host) return;
        ConnectionId connection = dice.Of([.. host.Pipes.Keys.OrderBy(id => id.Value)]);
        byte[] bytes = new byte[dice.Below(200)];
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)dice.Next();
        Say($"{host} sends {bytes.Length} bytes of garbage to {host.Pipes[connection].Other(host)}");
        world.Garble(host, connection, bytes);
    }

    private void Pause()
    {
        if (Living() is not { } host) return;
        host.PausedUntilNs = Math.Max(host.PausedUntilNs, world.NowNs + dice.Between(10_000_000, 2_500_000_000));
        Say($"{host} stands still until {host.PausedUntilNs / 1e9:F3}");
    }

    private void Measure()
    {
        if (Living() is not { } host) return;
        if (dice.Chance(0.5)) world.Command(host, new MemberCommand.ProbePeers());
        else world.Command(host, new MemberCommand.ProbeStream(dice.Chance(0.5) ? FlowGroup.Agent : FlowGroup.Master, dice.Below(100), 20, TimeSpan.FromMilliseconds(2), 256));
        Say($"{host} measures");
    }

    private Host? Living()
    {
        Host[] living = [.. world.Living];
        return living.Length == 0 ? null : dice.Of(living);
    }

    private void Say(string what) => Did?.Invoke(what);
}
