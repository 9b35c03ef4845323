using System.Diagnostics;

namespace VsanEmu.Scenarios;

/// <summary>What <c>observe</c> says where nothing can be heard, or not all the time.</summary>
[Collection(Together.Untimed)]
public sealed class ObserveTests
{
    [Theory]
    [InlineData("ip link set eth9 down", "", "the interface was down all the time: nothing could be heard")]
    [InlineData("ip -n peer link set eth0 down; until_link NO-CARRIER", "", "the interface had no carrier all the time: nothing could be heard")]
    [InlineData("talk", "ip link set eth9 down", "the interface was down ")]
    [InlineData("talk", "ip -n peer link set eth0 down", "the interface had no carrier ")]
    [InlineData("talk", "ip link del eth9", "the interface was gone ")]
    [InlineData("talk", "ip link set eth9 down; ip link set eth9 up", "what passed then was not heard")]
    [InlineData("", "", "not one frame was heard in ")]
    [InlineData("deaf_talk", "", " own: whether anything reaches this port is not known")]
    public async Task What_could_not_be_heard_is_said_and_is_exit_3(string before, string meanwhile, string expected)
    {
        (int exit, string said, string json) = await ObserveAsync(before, meanwhile, "");
        Assert.Contains(expected, said);
        Assert.DoesNotMatch(@"odd +nothing", said);
        Assert.Equal(3, exit);
        Assert.Contains(expected, json);
        Assert.Contains("\"conclusive\": false", json);
        Assert.Contains("\"exitCode\": 3", json);
        if (meanwhile.Length > 0 || !before.Contains("down")) return;
        // Who is absent is not known.
        Assert.Contains("vsanemu observe: eth9 ", said);
        Assert.Contains("queriers  not known: nothing could be heard", said);
        Assert.DoesNotContain("none heard", said);
    }

    [Fact]
    public async Task What_was_heard_all_the_time_is_exit_0()
    {
        (int exit, string said, string json) = await ObserveAsync("talk", "", "");
        Assert.Matches(@"odd +nothing", said);
        Assert.Equal(0, exit);
        Assert.Contains("\"conclusive\": true", json);
        Assert.Contains("\"exitCode\": 0", json);
    }

    [Theory]
    [InlineData("--interface eth7", "there is no interface eth7 here")]
    [InlineData("--netns nobody", "there is no network namespace nobody")]
    [InlineData("--capture /proc/x", "the folder /proc/x for captures cannot be made there")]
    [InlineData("--capture /proc", "the capture /proc/observed.pcapng cannot be written there")]
    [InlineData("--netns /etc/passwd", "/etc/passwd is no network namespace")]
    [InlineData("--netns /proc/self/ns/mnt", "/proc/self/ns/mnt is no network namespace")]
    public async Task What_is_not_there_is_one_line(string options, string expected)
    {
        (int exit, string said, _) = await ObserveAsync("", "", options);
        Assert.Equal($"vsanemu observe: {expected}", said.Trim());
        Assert.Equal(3, exit);
    }

    private static async Task<(int Exit, string Said, string Json)> ObserveAsync(string before, string meanwhile, string options)
    {
        const string script =
            """
            set -e
            command=("${@:4}")
            mkdir -p /run/netns && mount -t tmpfs netns /run/netns
            ip link set lo up
            # The kernel's own membership reports are somebody heard.
            echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
            ip netns add peer
            ip netns exec peer sh -c 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6'
            ip link add eth9 type veth peer name eth0 netns peer
            ip -n peer addr add 198.18.1.1/24 dev eth0
            ip -n peer link set eth0 up
            ip link set eth9 up
            # The kernel notes a carrier when it comes to it.
            until_link() { until ip -o link show eth9 | grep -q "$1"; do sleep 0.05; done; }
            until_link 'state UP'
            # Requests for an address that nobody has: heard by everybody in the segment.
            talk() { (while :; do ip netns exec peer bash -c 'echo >/dev/udp/198.18.1.99/9'; sleep 0.2; done) >/dev/null 2>&1 & jobs="$jobs $!"; }
            # The switch lets nothing out to the port, and the host behind it asks for an address that nobody has.
            deaf_talk() {
              ip addr add 198.18.1.2/24 dev eth9
              ip netns exec peer nft 'table netdev q { chain e { type filter hook egress device eth0 priority 0; drop; }; }'
              (while :; do echo >/dev/udp/198.18.1.99/9; sleep 0.2; done) >/dev/null 2>&1 & jobs="$jobs $!"
            }
            jobs=
            trap '[ -z "$jobs" ] || kill $jobs 2>/dev/null || true' EXIT
            eval "$1"
            # What happens meanwhile happens once the capture is under way.
            (until [ -e /run/netns/heard/observed.pcapng ] && [ -e /run/netns/json/observed.pcapng ]; do sleep 0.05; done; sleep 1; eval "$2") >/dev/null 2>&1 &
            jobs="$jobs $!"
            case "$3" in *--interface*) ;; *) set -- "$1" "$2" "--interface eth9 $3";; esac
            # Once for people and once as JSON, side by side.
            "${command[@]}" observe -d 4s --capture /run/netns/json $3 --json >/run/netns/json.txt 2>/dev/null & other=$!
            exit=0
            case "$3" in *--capture*) ;; *) set -- "$1" "$2" "--capture /run/netns/heard $3";; esac
            "${command[@]}" observe -d 4s $3 || exit=$?
            wait $other || true
            echo "json:"
            cat /run/netns/json.txt
            exit $exit
            """;
        using Process process = Process.Start(
            new ProcessStartInfo("unshare", ["-nm", "bash", "-c", script, "bash", before, meanwhile, options, .. Command.Words]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        string[] parts = (await output).Split("json:\n");
        return (process.ExitCode, parts[0] + await error, parts[^1]);
    }
}
