using System.Diagnostics;
using System.Runtime.CompilerServices;
using VsanEmu.Core.Checks;

namespace VsanEmu.Scenarios;

/// <summary>What <c>verify</c> does to the machine when it is interrupted, and what it says when it cannot begin.</summary>
[Collection(Together.Untimed)]
public sealed class VerifyTests
{
    private const string Members =
        """
        name: t
        subnet: 198.18.0.0/24
        members:
          - {name: m1, address: 198.18.0.11, interface: nic1}
          - {name: m2, address: 198.18.0.12, interface: nic2}
        """;

    // nic1 leads where the default route does not, nic2 nowhere yet.
    private const string TwoNics = "ip link add nic1 type veth peer name far1 && ip link add nic2 type veth peer name far2 && ip link set nic1 up";

    [Fact]
    public async Task Interrupted_at_ten_random_moments_it_puts_back_what_it_touched()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("VSANEMU_SEED"), out int given) ? given : Random.Shared.Next(1, 30000);
        string scratch = Directory.CreateTempSubdirectory("vsanemu-interrupt-").FullName;
        try
        {
            string fabrics = Path.Combine(Here(), "Fabrics");
            (int exit, string said) = await ShellAsync(
                [Path.Combine(fabrics, "interrupt.sh"), Path.Combine(fabrics, "02-nics-of-this-machine"), scratch, $"{seed}", "10", .. Command.Words]);
            Assert.True(exit == 0, $"seed {seed}, replay: VSANEMU_SEED={seed}\n{said}");
            Assert.Equal(10, said.Split('\n').Count(l => l.Contains(" s: exit ")));
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    [Theory]
    [InlineData("", "m1: interface nic1: this machine has no such interface")]
    [InlineData(TwoNics + " && ip addr add 198.18.9.1/24 dev nic1 && ip route add default via 198.18.9.2", "m1: interface nic1: this machine's default route leads through it")]
    [InlineData(TwoNics + " && ip link add br9 type bridge && ip link set nic2 master br9", "m2: interface nic2: it belongs to br9")]
    public async Task An_interface_that_may_not_be_taken_is_left_alone(string machine, string expected)
    {
        (int exit, string said) = await VerifyAsync(machine, Members);
        Assert.Equal(((int)ExitCode.BadInput, 1), (exit, said.TrimEnd().Split('\n').Length));
        Assert.StartsWith($"vsanemu verify: {expected}", said);
    }

    [Theory]
    [InlineData("m1, netns: nowhere", "m1: interface eth0 in namespace nowhere: there is no such namespace")]
    [InlineData("m1, netns: /etc/passwd", "m1: interface eth0 in namespace /etc/passwd: /etc/passwd is no network namespace")]
    [InlineData("m1, netns: /proc/self/ns/mnt", "/proc/self/ns/mnt is no network namespace")]
    [InlineData("m1, host: rack7", "m1: host rack7 is another machine's; without --control every endpoint is attached on this one")]
    [InlineData("m1, interface: nic2", "m1: interface nic2: m2 is attached there too")]
    [InlineData("m1, interface: lo", "m1: interface lo: the loopback interface leads to no switch")]
    public async Task A_place_that_is_none_is_named(string place, string expected)
    {
        (int exit, string said) = await VerifyAsync(TwoNics, Members.Replace("m1, address: 198.18.0.11, interface: nic1", $"{place}, address: 198.18.0.11"));
        Assert.Equal((int)ExitCode.BadInput, exit);
        Assert.Contains(expected, Assert.Single(said.TrimEnd().Split('\n')));
    }

    // In namespaces that exist, what is there is listed where it is not clear which interface is meant.
    [Theory]
    [InlineData("ip link add ens5 netns blade type bridge && ip link add ens6 netns blade type bridge && ip -n blade link set ens5 up && ip -n blade link set ens6 up", "m1, netns: blade, address: 198.18.0.11", "m1: namespace blade: no interface is named, and which one is meant is not clear: of ens5 (no address), ens6 (no address) 2 are up")]
    [InlineData("true", "m1, netns: blade, address: 198.18.0.11", "m1: namespace blade: no interface is named, and which one is meant is not clear: there is none but loopback")]
    [InlineData("ip link add ens5 netns blade type bridge && ip -n blade addr add 198.18.0.11/24 dev ens5", "m1, netns: blade, interface: eth0, address: 198.18.0.11", "m1: interface eth0 in namespace blade: there is no such interface in it: it has ens5 (198.18.0.11, down)")]
    [InlineData("ip link add ens5 netns blade type bridge && ip -n blade addr add 198.18.0.11/24 dev ens5", "m1, netns: blade, address: 198.18.0.11", "m1: interface ens5 in namespace blade: the interface is down (ip -n blade link set ens5 up)")]
    [InlineData("ip link add ens5 netns blade type bridge && ip -n blade addr add 10.0.0.5/8 dev ens5", "m1, netns: blade", "the address is left out, and cannot be read from namespace blade: it has ens5 (10.0.0.5, down), where one of 198.18.0.0/24 is needed")]
    public async Task An_interface_that_is_not_named_is_looked_for_and_what_is_there_is_listed(string machine, string place, string expected)
    {
        const string blade = "mkdir -p /run/netns && mount -t tmpfs netns /run/netns && ip netns add blade";
        (int exit, string said) = await VerifyAsync($"{blade} && {TwoNics} && {machine}", Members.Replace("m1, address: 198.18.0.11, interface: nic1", place));
        Assert.Equal((int)ExitCode.BadInput, exit);
        Assert.Contains(expected, Assert.Single(said.TrimEnd().Split('\n')));
    }

    [Fact]
    public async Task A_cable_that_is_out_is_no_verdict()
    {
        (int exit, string said) = await VerifyAsync(TwoNics + " && ip link set far1 up", Members);
        Assert.Equal((int)ExitCode.Inconclusive, exit);
        Assert.Contains("no link after 10 s at m2 (nic2)", said);
    }

    [Fact]
    public async Task Without_the_rights_it_says_so()
    {
        string spec = Path.GetTempFileName();
        await File.WriteAllTextAsync(spec, Members, TestContext.Current.CancellationToken);
        Process.Start("chmod", ["644", spec]).WaitForExit();
        (int exit, _, string error) = await Command.RunAsync("65534", "verify", "--spec", spec);
        File.Delete(spec);
        Assert.Equal((int)ExitCode.BadInput, exit);
        Assert.StartsWith("vsanemu verify: this takes root", error);
    }

    [Fact]
    public async Task Observe_tells_the_master_of_members_that_run_as_processes_of_their_own_and_sends_nothing()
    {
        string fabrics = Path.Combine(Here(), "Fabrics"), scratch = Directory.CreateTempSubdirectory("vsanemu-observe-").FullName;
        (int exit, string said) = await ShellAsync([Path.Combine(fabrics, "observe.sh"), Path.Combine(fabrics, "01-healthy"), scratch, .. Command.Words]);
        Directory.Delete(scratch, recursive: true);
        Assert.True(exit == 0, $"{exit}\n{said}");
        Assert.Single(said.Split('\n'), l => l.Contains("looks like a Master"));
        Assert.Contains("queriers  198.18.0.253     IGMPv3", said);
        Assert.Matches(@"odd +nothing", said);
    }

    // In a network of the test's own, so that a mistake here costs nobody his interface.
    private static async Task<(int Exit, string Said)> VerifyAsync(string machine, string spec)
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, spec, TestContext.Current.CancellationToken);
        const string script =
            """
            set -e
            ip link set lo up
            eval "$1"
            machine() { (ip -o link; ip -o -4 addr) | sed -E 's/ (state|qdisc) \S+//g; s/<[^>]*>//'; }
            machine >"$2.before"
            set +e
            "${@:3}" verify --spec "$2" --plain
            exit=$?
            # What is given back, is in its time.
            for _ in $(seq 300); do machine >"$2.after"; cmp -s "$2.before" "$2.after" && exit $exit; sleep 0.1; done
            diff "$2.before" "$2.after"
            exit 90
            """;
        try
        {
            return await ShellAsync(["bash", "-c", script, "bash", machine.Length > 0 ? machine : "true", file, .. Command.Words]);
        }
        finally
        {
            foreach (string end in (string[])["", ".before", ".after"]) File.Delete(file + end);
        }
    }

    private static async Task<(int Exit, string Said)> ShellAsync(string[] command)
    {
        using Process process = Process.Start(new ProcessStartInfo("unshare", ["-nm", .. command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
