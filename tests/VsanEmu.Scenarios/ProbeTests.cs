using System.Diagnostics;

namespace VsanEmu.Scenarios;

/// <summary>The stand-alone probe, against a router that answers, drops, or lies.</summary>
[Collection(Together.Untimed)]
public sealed class ProbeTests
{
    // Rules on what the router forwards, options, exit code, and what is said.
    private static readonly (string Rules, string Options, int Exit, string Said)[] Outcomes =
    [
        ("", "", 0, "refused: RST in the target's own name"),
        ("tcp dport 2233 drop", "--expect blocked", 0, "filtered: no answer in"),
        ("tcp dport 2233 reject with icmp admin-prohibited", "--expect blocked", 0, "prohibited: ICMP says so by 198.18.1.1"),
        ("tcp dport 2233 reject with icmp host-unreachable", "--expect blocked", 0, "an ICMP error by 198.18.1.1"),
        ("tcp sport 2233 accept; tcp dport 2233 drop", "--expect blocked", 3, "source port 2233 to 198.18.2.2 TCP 2233: refused: RST in the target's own name"),
        ("tcp dport 2233 drop", "--expect blocked", 0, "in fragments to 198.18.2.2 TCP 2233: filtered: no answer in"),
        ("", "", 0, "in fragments to 198.18.2.2 TCP 2233: refused: RST in the target's own name"),
        ("meta l4proto tcp tcp dport 2233 drop", "--to 2001:2:0:2::2 --expect blocked", 0, "(eth9) to 2001:2:0:2::2 TCP 2233: filtered"),
        ("ip protocol tcp drop", "--to 2001:2:0:2::2", 0, "(eth9) to 2001:2:0:2::2 TCP 2233: refused: RST in the target's own name"),
        ("", "--expect open", 1, "refused"),
        ("", "--to 198.18.1.99 --expect blocked", 3, "no ARP answer"),
        // Silence is blocked only where somebody is known to be: by ICMP echo, by another port, in the segment by ARP or neighbour discovery.
        ("tcp dport 2233 drop", "--expect blocked", 0, "  blocked: somebody is there: it answers ICMP echo"),
        ("icmp type echo-request drop; tcp dport 2233 drop", "--expect blocked", 0, "  blocked: somebody is there: its TCP port 22 answers"),
        (Deaf, "--to 198.18.1.1 --expect blocked", 0, "  blocked: somebody is there: it answers ARP, as "),
        (Deaf, "--to fe80::1%eth9 --expect blocked", 0, "  blocked: somebody is there: it answers neighbour solicitations"),
        ("ip daddr 198.18.2.2 drop", "--expect blocked", 3, "  not proven to be blocked: nobody is known to be at 198.18.2.2"),
        ("tcp dport 2233 drop", "--to 198.18.2.99 --expect blocked", 3, "  not proven to be blocked: nobody is known to be at 198.18.2.99"),
        ("", "--to 198.18.2.99 --timeout 5s --expect blocked", 3, "  not proven to be blocked: nobody is known to be at 198.18.2.99"),
        ("tcp dport 2233 drop", "--to 2001:2:0:2::99 --expect blocked", 3, "  not proven to be blocked: nobody is known to be at 2001:2:0:2::99"),
        ("", "--to fe80::99%eth9 --expect blocked", 3, "  not proven to be blocked: "),
        ("tcp dport 2233 drop", "--to 198.18.2.99", 0, "  not proven to be blocked: nobody is known to be at 198.18.2.99"),
        ("tcp dport 2233 reject with icmp admin-prohibited", "--to 198.18.2.99 --source-port 0 --expect blocked", 0, "  blocked: 198.18.1.1 says itself that it forbids this"),
        ("tcp dport 2233 drop", "--to 198.18.2.2 198.18.2.99 --expect blocked", 3, "  blocked: somebody is there: it answers ICMP echo"),
        // A proxy answers for anybody: for one who is not there, and for a whole part of the segment.
        (Proxy, "--to 198.18.1.177 --expect blocked", 3, "nobody is known to be at 198.18.1.177: ARP is answered by "),
        (Proxy, "--to 198.18.1.178 --expect blocked", 3, ", which answers for other addresses too, as 198.18.1."),
        (Proxy, "--to 198.18.1.179 --expect blocked --json", 3, "\"presentBy\": \"None\""),
        // This host's own firewall is not the fabric.
        (OwnInput, "--to 198.18.1.1 --expect blocked", 1, "answered, and this host's own firewall drops the answer"),
        (OwnInput, "--to 198.18.1.1 --source-port 0 --expect blocked", 1, "  open up to this host: the target's SYN-ACK came in"),
        (OwnInput, "--to 198.18.1.1 --source-port 0 --expect open", 1, "  open up to this host: "),
        (OwnOutput, "--to 198.18.1.1 --source-port 0 --expect blocked", 3, "  not proven to be blocked: the SYN never left this host's interface: this host's own firewall holds it back"),
        (OwnOutput, "--to 198.18.1.1 --expect blocked", 3, "in fragments to 198.18.1.1 TCP 2233: refused by this host's own firewall"),
        (OwnOutput, "--to 198.18.1.99 --source-port 0 --expect blocked", 3, "never left this host's interface: no ARP answer"),
        (OwnReject, "--to 198.18.1.1 --source-port 0 --expect blocked", 3, "not proven to be blocked: this host's own firewall refused to send it"),
        // One way open and another blocked: which is which.
        (Served + "tcp sport 2233 tcp dport 2233 drop", "--expect blocked", 1, "  from source port 2233: blocked: somebody is there: it accepts connections by another way"),
        // An authorised endpoint: the router itself, which the rules on what it forwards do not touch.
        (Served + "ip daddr 198.18.2.2 drop", "--expect blocked --control-from eth1@router", 0, "  blocked: somebody is there: eth1@router finds the port open, before and after"),
        (Served + "tcp dport 2233 reject with tcp reset", "--expect blocked --control-from eth1@router", 0, "  blocked: the port is open: eth1@router finds the port open, before and after"),
        (Served, "--expect blocked --control-from eth1@router", 1, "open ("),
        ("tcp dport 2233 drop", "--expect blocked --control-from eth1@router", 3, "  not proven to be blocked: the control from eth1@router does not reach it either"),
        ("", "--control-from eth7@router", 3, "the control eth7@router: there is no interface eth7 here"),
        ("", "--control-from eth0@nobody", 3, "there is no network namespace nobody"),
        // Addresses of IPv6 in the segment, and names.
        ("", "--to fe80::1%eth9", 0, "(eth9) to fe80::1%eth9 TCP 2233: refused: RST in the target's own name"),
        ("", "--to fe80::1 -i eth9", 0, "(eth9) to fe80::1%eth9 TCP 2233: refused: RST in the target's own name"),
        ("", "--to 2001:2:0:1::1 -i eth9", 0, "(eth9) to 2001:2:0:1::1 TCP 2233: refused: RST in the target's own name"),
        ("", "--to 198.18.1.1 --from 198.18.1.2 -i eth9", 0, "198.18.1.2 (eth9) to 198.18.1.1 TCP 2233: refused"),
        ("", "--to server.test", 0, "server.test is 198.18.2.2"),
        ("", "--to server.test", 0, "(eth9) to 198.18.2.2 TCP 2233: refused"),
        ("tcp dport 2233 drop", "--expect blocked --json", 0, "\"proof\": \"somebody is there: it answers ICMP echo\""),
        ("tcp dport 2233 drop", "--to 198.18.2.99 --expect blocked --json", 3, "\"presentBy\": \"None\""),
    ];

    public static TheoryData<string> Rules => [.. Outcomes.Select(o => o.Rules).Distinct()];

    // One fabric for all that is probed under the same rules.
    [Theory]
    [MemberData(nameof(Rules))]
    public async Task The_outcome_and_who_answered_are_told(string rules)
    {
        (string Rules, string Options, int Exit, string Said)[] cases = [.. Outcomes.Where(o => o.Rules == rules)];
        (int Exit, string Said)[] seen = await ProbeAsync(rules, [.. cases.Select(o => o.Options.Contains("--to") ? o.Options : $"--to 198.18.2.2 {o.Options}")]);
        foreach (((_, string options, int exit, string expected), (int Exit, string Said) got) in cases.Zip(seen))
        {
            Assert.True(got.Said.Contains(expected), $"{options}: expected '{expected}', got {got}");
            Assert.True(got.Exit == exit, $"{options}: expected exit code {exit}, got {got}");
        }
    }

    [Fact]
    public async Task A_mistake_is_one_line()
    {
        (string Options, string Expected)[] cases =
        [
            ("--to 198.18.2.300", "--to 198.18.2.300: not an address"),
            ("--to 198.18.0.012", "--to 198.18.0.012: not an address: IPv4 as four decimal numbers without leading zeros, or IPv6"),
            ("--to 198.18.2", "--to 198.18.2: not an address: IPv4 as four decimal numbers without leading zeros, or IPv6"),
            ("--to fe80::1::2", "--to fe80::1::2: not an address (IPv4 as four decimal numbers without leading zeros, or IPv6), nor a host's name"),
            ("--to 198.18.2.2 --from 198.18.1.02", "--from 198.18.1.02: not an address: IPv4 as four decimal numbers without leading zeros, or IPv6"),
            ("--to 198.18.2.2 --from 198.18.1.77", "198.18.1.77 cannot be a source: no interface has that address here; there are 198.18.1.2 (eth9), 198.18.8.2 (eth8)"),
            ("--to 198.18.2.2 --from 2001:2:0:1::2", "198.18.2.2 cannot be probed from 2001:2:0:1::2: one is IPv4, the other IPv6"),
            ("--to 198.18.1.2", "198.18.1.2 is this machine's own address, on eth9: a probe of it would not leave the machine"),
            ("--to 2001:2:0:1::2", "2001:2:0:1::2 is this machine's own address, on eth9: a probe of it would not leave the machine"),
            ("--to fe80::2%eth9", "fe80::2 is this machine's own address, on eth9: a probe of it would not leave the machine"),
            ("--to 198.18.1.255", "198.18.1.255 is the broadcast address of the segment at eth9: there is nobody to probe"),
            ("--to 255.255.255.255", "255.255.255.255 is the broadcast address of every segment: there is nobody to probe"),
            ("--to 224.1.2.3", "224.1.2.3 is a multicast group: there is nobody to probe"),
            ("--to ff02::1", "ff02::1 is a multicast group: there is nobody to probe"),
            ("--to 0.0.0.0", "0.0.0.0 is the address of a host that has none yet: there is nobody to probe"),
            ("--to localhost.test", "localhost.test: 127.0.0.1 is a loopback address, which leads nowhere but to this machine: there is nobody to probe"),
            ("--to fe80::1", "fe80::1 may be in any segment: say which, as fe80::1%eth0, or with --interface"),
            ("--to fe80::1%eth9 -i lo", "fe80::1 on interface eth9 cannot be reached through lo: the two contradict each other"),
            ("--to 2001:2:0:2::2%eth9", "2001:2:0:2::2%eth9: only a link-local address has a zone; --interface names the way of any other"),
            ("--to 198.18.2.2 --control-from @router", "--control-from @router: allowed are IF and IF@NETNS, as eth1 or eth0@blade3"),
            ("--to 198.18.2.2 --port 0", "--port 0: allowed are 1 to 65535"),
            ("--to 198.18.2.2 --timeout never", "--timeout never: allowed are 50ms to 2m"),
        ];
        foreach (((string options, string expected), (int Exit, string Said) got) in cases.Zip(await ProbeAsync("", [.. cases.Select(c => c.Options)])))
        {
            Assert.Equal($"vsanemu probe: {expected}", got.Said.Trim());
            Assert.True(got.Exit == 2, $"{options}: expected exit code 2, got {got}");
        }
    }

    [Fact]
    public async Task What_cannot_be_done_now_is_one_line()
    {
        (string Options, string Expected)[] cases =
        [
            ("--to 203.0.113.1", "there is no route to 203.0.113.1 from here"),
            ("--to 198.18.4.1", "there is no route to 198.18.4.1 from here: a route says that it is unreachable"),
            ("--to 198.18.5.1", "there is no route to 198.18.5.1 from here: a route prohibits it"),
            ("--to 2001:db8::1", "there is no route to 2001:db8::1 from here"),
            ("--to 198.18.2.2 -i eth7", "there is no interface eth7 here"),
            ("--to fe80::1%eth7", "there is no interface eth7 here"),
            ("--to fe80::1%eth8", "interface eth8 has no link-local IPv6 address to probe from"),
            ("--to 198.18.8.1", "interface eth8, which leads to 198.18.8.1, has no carrier"),
            ("--to nobody.test", "the name nobody.test does not resolve: "),
        ];
        foreach (((string options, string expected), (int Exit, string Said) got) in cases.Zip(await ProbeAsync("", [.. cases.Select(c => c.Options)])))
        {
            Assert.StartsWith($"vsanemu probe: {expected}", got.Said);
            Assert.Single(got.Said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.True(got.Exit == 3, $"{options}: expected exit code 3, got {got}");
        }
    }

    // What the router itself gets: no TCP, and no echo request, while ARP and neighbour discovery are no packet filter's.
    private const string Deaf =
        "accept; }; chain input { type filter hook input priority 0; meta l4proto tcp drop; icmp type echo-request drop; icmpv6 type echo-request drop";

    // The router answers ARP for the upper half of the segment, and forwards nothing of it.
    private const string Proxy = "ip daddr 198.18.1.128/25 drop";

    // The router listens, and this host's own firewall has rules (see the script).
    private const string OwnInput = "accept; # input tcp sport 2233 drop";
    private const string OwnOutput = "accept; # output tcp dport 2233 drop";
    private const string OwnReject = "accept; # output tcp dport 2233 reject with tcp reset";

    // The server's port is open.
    private const string Served = "ct state established accept; ";

    private static async Task<(int Exit, string Said)[]> ProbeAsync(string rules, IReadOnlyList<string> options)
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
            rules="${1%%#*}" own="${1#*# }"
            [ -z "$rules" ] || ip netns exec router nft "table inet t { chain forward { type filter hook forward priority 0; ${rules%; }; }; }"
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
            # Addresses of the segment that are known beforehand; another interface, without a carrier; routes that say no.
            ip -n router addr add fe80::1/64 dev eth0 nodad
            ip addr add fe80::2/64 dev eth9 nodad
            ip link add eth8 type veth peer name eth8x
            echo 1 >/proc/sys/net/ipv6/conf/eth8/addr_gen_mode
            ip link set eth8 up
            ip addr add 198.18.8.2/24 dev eth8
            ip route add unreachable 198.18.4.0/24
            ip route add prohibit 198.18.5.0/24
            printf '198.18.2.2 server.test\n127.0.0.1 localhost.test\n' >/run/netns/hosts.txt
            mount --bind /run/netns/hosts.txt /etc/hosts
            case "$1" in "ct state established accept"*)
              ip -n server link set lo up
              ip netns exec server redis-server --port 2233 --bind 198.18.2.2 --protected-mode no --save '' --daemonize no >/dev/null 2>&1 &
              server=$!
              trap 'kill $server' EXIT
              until ip netns exec server bash -c 'exec 3<>/dev/tcp/198.18.2.2/2233' 2>/dev/null; do sleep 0.1; done;;
            esac
            case "$1" in
              "ip daddr 198.18.1.128/25 drop")
                ip -n router link add d0 type veth peer name d1
                ip -n router link set d0 up
                ip -n router link set d1 up
                ip -n router route add 198.18.1.128/25 dev d0
                ip netns exec router sh -c 'echo 1 >/proc/sys/net/ipv4/conf/eth0/proxy_arp';;
              *'# '*)
                ip -n router link set lo up
                ip netns exec router redis-server --port 2233 --bind 198.18.1.1 --protected-mode no --save '' --daemonize no >/dev/null 2>&1 &
                server=$!
                trap 'kill $server' EXIT
                until ip netns exec router bash -c 'exec 3<>/dev/tcp/198.18.1.1/2233' 2>/dev/null; do sleep 0.1; done
                nft "table ip own { chain o { type filter hook ${own%% *} priority 0; ${own#* }; }; }";;
            esac
            sleep 1.2
            set +e
            while read -r options; do
              case "$options" in *--timeout*) ;; *) options="--timeout 1200ms $options";; esac
              "${command[@]}" probe $options </dev/null 2>&1
              echo "exit code $?"
            done <<<"$2"
            """;
        using Process process = Process.Start(
            new ProcessStartInfo("unshare", ["-nm", "bash", "-c", script, "bash", rules, string.Join('\n', options), .. Command.Words]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        var runs = new List<(int, string)>();
        string said = "";
        foreach (string line in (await output).Split('\n'))
        {
            if (!line.StartsWith("exit code ", StringComparison.Ordinal))
            {
                said += line + '\n';
                continue;
            }

            runs.Add((int.Parse(line["exit code ".Length..]), said));
            said = "";
        }

        Assert.True(runs.Count == options.Count, $"{runs.Count} of {options.Count} probes ended: {await error}");
        return [.. runs];
    }
}
