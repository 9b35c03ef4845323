using System.Diagnostics;

namespace VsanEmu.Scenarios;

/// <summary>The stand-alone probe, against a router that answers, drops, or lies.</summary>
[Collection(Together.Untimed)]
public sealed class ProbeTests
{
    [Theory]
    [InlineData("", "", 0, "refused: RST in the target's own name")]
    [InlineData("tcp dport 2233 drop", "--expect blocked", 0, "filtered: no answer in")]
    [InlineData("tcp dport 2233 reject with icmp admin-prohibited", "--expect blocked", 0, "prohibited: ICMP says so by 198.18.1.1")]
    [InlineData("tcp dport 2233 reject with icmp host-unreachable", "--expect blocked", 0, "an ICMP error by 198.18.1.1")]
    [InlineData("tcp sport 2233 accept; tcp dport 2233 drop", "--expect blocked", 3, "source port 2233 to 198.18.2.2 TCP 2233: refused: RST in the target's own name")]
    [InlineData("tcp dport 2233 drop", "--expect blocked", 0, "in fragments to 198.18.2.2 TCP 2233: filtered: no answer in")]
    [InlineData("", "", 0, "in fragments to 198.18.2.2 TCP 2233: refused: RST in the target's own name")]
    [InlineData("meta l4proto tcp tcp dport 2233 drop", "--to 2001:2:0:2::2 --expect blocked", 0, "(eth9) to 2001:2:0:2::2 TCP 2233: filtered")]
    [InlineData("ip protocol tcp drop", "--to 2001:2:0:2::2", 0, "(eth9) to 2001:2:0:2::2 TCP 2233: refused: RST in the target's own name")]
    [InlineData("", "--expect open", 1, "refused")]
    [InlineData("", "--to 198.18.1.99 --expect blocked", 3, "no ARP answer")]
    public async Task The_outcome_and_who_answered_are_told(string rules, string options, int expectedExit, string expected)
    {
        (int exit, string said) = await ProbeAsync(rules, options.Contains("--to") ? options : $"--to 198.18.2.2 {options}");
        Assert.Contains(expected, said);
        Assert.Equal(expectedExit, exit);
    }

    [Theory]
    [InlineData("--to 198.18.2.300", "--to 198.18.2.300: not an address")]
    [InlineData("--to 198.18.2.2 --port 0", "--port 0: allowed are 1 to 65535")]
    [InlineData("--to 198.18.2.2 --timeout never", "--timeout never: allowed are 50ms to 2m")]
    public async Task A_mistake_is_one_line(string options, string expected)
    {
        (int exit, string said) = await ProbeAsync("", options);
        Assert.Equal(2, exit);
        Assert.Equal($"vsanemu probe: {expected}", said.Trim());
    }

    private static async Task<(int Exit, string Said)> ProbeAsync(string rules, string options)
    {
        const string script =
            """
            set -e
            command=("${@:3}")
            mkdir -p /run/netns && mount -t tmpfs netns /run/netns
            ip link set lo up
            for netns in router server; do ip netns add $netns; done
            ip link add eth9 type veth peer name eth0 netns router
            ip -n router link add eth1 type veth peer name eth0 netns server
            ip addr add 198.18.1.2/24 dev eth9
            ip -n router addr add 198.18.1.1/24 dev eth0
            ip -n router addr add 198.18.2.1/24 dev eth1
            ip -n server addr add 198.18.2.2/24 dev eth0
            ip link set eth9 up
            for port in "router eth0" "router eth1" "server eth0"; do set -- "$1" "$2" $port; ip -n $3 link set $4 up; done
            ip route add 198.18.2.0/24 via 198.18.1.1
            ip -n server route add default via 198.18.2.1
            ip netns exec router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
            [ -z "$1" ] || ip netns exec router nft "table inet t { chain forward { type filter hook forward priority 0; $1; }; }"
            ip -6 addr add 2001:2:0:1::2/64 dev eth9 nodad
            ip -n router addr add 2001:2:0:1::1/64 dev eth0 nodad
            ip -n router addr add 2001:2:0:2::1/64 dev eth1 nodad
            ip -n server addr add 2001:2:0:2::2/64 dev eth0 nodad
            ip -6 route add 2001:2:0:2::/64 via 2001:2:0:1::1
            ip -n server -6 route add default via 2001:2:0:2::1
            ip netns exec router sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
            # A link may take up to a second to carry frames, and more on a busy machine.
            for _ in $(seq 600); do
              case "$(ip -br link show eth9; ip -n router -br link show eth0; ip -n router -br link show eth1; ip -n server -br link show eth0)" in *DOWN*) sleep 0.1 ;; *) break ;; esac
            done
            "${command[@]}" probe --timeout 1200ms $2
            """;
        string[] words = options.Contains("--timeout") ? [script.Replace("--timeout 1200ms ", "")] : [script];
        using Process process = Process.Start(
            new ProcessStartInfo("unshare", ["-nm", "bash", "-c", .. words, "bash", rules, options, .. Command.Words]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
