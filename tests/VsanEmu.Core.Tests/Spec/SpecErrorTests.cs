using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Spec;

/// <summary>What a bad file gives: one clear line for each mistake. The minimal file's first free line is 6.</summary>
public sealed class SpecErrorTests
{
    [Theory]
    [InlineData("timers: {hartbeat: 1s}", "t.yaml:6:10: timers: unknown key 'hartbeat'; did you mean 'heartbeat'? (allowed: heartbeat, missedHeartbeats, ")]
    [InlineData("Observer: {}", "t.yaml:6:1: unknown key 'Observer'; did you mean 'observer'?")]
    [InlineData("agent-group: 224.2.3.5", "t.yaml:6:1: unknown key 'agent-group' (allowed: name, ")]
    [InlineData("name: again", "t.yaml:6:1: name: is here twice: first in line 1")]
    [InlineData("timers: {heartbeat: 10ms}", "t.yaml:6:21: timers.heartbeat: 10ms is out of range (allowed: 50ms to 1m)")]
    [InlineData("timers: {heartbeat: 1}", "t.yaml:6:21: timers.heartbeat: '1' is not a duration: write a number and a unit (us, ms, s, m, h), as in 50ms (allowed: 50ms to 1m)")]
    [InlineData("timers: {heartbeat: }", "t.yaml:6:21: timers.heartbeat: has no value (allowed: 50ms to 1m)")]
    [InlineData("timers: {missedHeartbeats: many}", "timers.missedHeartbeats: 'many' is not a whole number (allowed: 2 to 100)")]
    [InlineData("timers: {missedHeartbeats: \"5\"}", "timers.missedHeartbeats: \"5\" is text, not a number: write it without quotes (allowed: 2 to 100)")]
    [InlineData("timers: {missedHeartbeats: 99999999999999999999}", "99999999999999999999 is out of range (allowed: 2 to 100)")]
    [InlineData("timers: {missedHeartbeats: [5]}", "timers.missedHeartbeats: a list stands where a single value is expected")]
    [InlineData("timers: 1s", "t.yaml:6:9: timers: '1s' stands where a section of keys is expected")]
    [InlineData("timers: {heartbeat: 5s}", "t.yaml:6:21: timers.heartbeat: listen is 3s, which is less than one heartbeat; timers.listen 3s is the default (allowed: listen of 5s or more)")]
    [InlineData("timers: {queryInterval: 10s}", "the query response interval 10s is not below the query interval 10s")]
    [InlineData("channels: {agentPort: 0}", "t.yaml:6:23: channels.agentPort: 0 is out of range (allowed: 1 to 65535)")]
    [InlineData("channels: {reliablePort: 65536}", "channels.reliablePort: 65536 is out of range (allowed: 1 to 65535)")]
    [InlineData("channels: {igmpVersion: 1}", "channels.igmpVersion: 1 is out of range (allowed: 2 to 3)")]
    [InlineData("channels: {agentGroup: 198.18.0.9}", "198.18.0.9 is not a multicast group (allowed: 224.0.1.0 to 239.255.255.255)")]
    [InlineData("channels: {agentGroup: 224.0.0.5}", "224.0.0.5 is a link-local group, which switches never prune (allowed: 224.0.1.0 to 239.255.255.255)")]
    [InlineData("channels: {agentGroup: 224.1.2.3, masterGroup: 224.1.2.3, agentPort: 1, masterPort: 1}", "both groups have the same address and port")]
    [InlineData("profile: vsan7", "t.yaml:6:10: profile: 'vsan7' is not one of them (allowed: article, vsan65, vsan66)")]
    [InlineData("profile: artcle", "profile: 'artcle' is not one of them; did you mean 'article'?")]
    [InlineData("profile: vsan66\nchannels: {agentGroup: 224.2.3.5}", "t.yaml:7:24: channels.agentGroup: profile vsan66 is unicast and has no groups")]
    [InlineData("gateway: 198.18.0.1", "members[0].address: 198.18.0.1 is taken: line 6 (gateway) (allowed: each address once)")]
    [InlineData("gateway: 198.18.0.0", "gateway: 198.18.0.0 is the subnet's network address (allowed: 198.18.0.1 to 198.18.0.254)")]
    [InlineData("gateway: 198.18.0.255", "gateway: 198.18.0.255 is the subnet's broadcast address (allowed: 198.18.0.1 to 198.18.0.254)")]
    [InlineData("gateway: 198.19.0.1", "gateway: 198.19.0.1 is outside the subnet 198.18.0.0/24 (allowed: 198.18.0.1 to 198.18.0.254)")]
    [InlineData("gateway: 198.18.1", "gateway: '198.18.1' is not an IPv4 address")]
    [InlineData("gateway: 198.18.0.010", "gateway: '198.18.0.010' is not an IPv4 address")]
    [InlineData("gateway: fe80::1", "gateway: 'fe80::1' is not an IPv4 address")]
    [InlineData("gateway: 224.1.2.3", "gateway: 224.1.2.3 is a multicast group, not a host")]
    [InlineData("id: 00000000-0000-0000-0000-000000000000", "id: '00000000-0000-0000-0000-000000000000' is not one (allowed: a UUID, not all zero)")]
    [InlineData("observer: {name: a}", "t.yaml:6:18: observer.name: 'a' is taken: line 4 (allowed: each name once)")]
    [InlineData("observer: {name: gateway}", "observer.name: 'gateway' is reserved")]
    [InlineData("observer: {name: -x}", "observer.name: '-x' does not begin with a letter or digit")]
    [InlineData("outsiders: [{name: o, address: 198.18.0.77, place: beyond-gateway}]\ngateway: 198.18.0.254", "198.18.0.77 is in the segment, not beyond its gateway")]
    [InlineData("outsiders: [{name: o, address: 198.19.0.77, place: beyond-gateway}]", "outsiders[0].place: there is no gateway to be beyond")]
    [InlineData("outsiders: [{name: o, address: 198.19.0.77, place: segment}]", "outsiders[0].address: 198.19.0.77 is outside the subnet")]
    [InlineData("outsiders: [{name: o, place: segment}]", "t.yaml:6:13: outsiders[0]: 'address' is missing")]
    [InlineData("vms: [{name: v, host: c, copies: [a]}]", "t.yaml:6:23: vms[0].host: there is no member 'c' (allowed: a, b)")]
    [InlineData("vms: [{name: v, host: a, copies: [b, z]}]", "t.yaml:6:38: vms[0].copies[1]: there is no member 'z' (allowed: a, b)")]
    [InlineData("vms: [{name: v, host: a, copies: [b, b]}]", "vms[0].copies[1]: b holds a copy already (allowed: each member once)")]
    [InlineData("vms: [{name: v, host: a, copies: []}]", "vms[0].copies: there are 0 (allowed: a list of 1 to 4)")]
    [InlineData("vms: [{name: v, host: a, copies: b}]", "vms[0].copies: 'b' stands where a list is expected (allowed: a list of 1 to 4)")]
    [InlineData("vms: [{name: v, host: a, copies: [b]}, {name: v, host: a, copies: [b]}]", "vms[1].name: VM 'v' is there already: line 6")]
    [InlineData("vms: [{name: v, host: a, copies: [b], blockSize: 511}]", "vms[0].blockSize: 511 is out of range (allowed: 512 to 65536)")]
    [InlineData("vms: [{name: v, host: a, copies: [b], blockSize: 65537}]", "vms[0].blockSize: 65537 is out of range (allowed: 512 to 65536)")]
    [InlineData("thresholds: {lossPercent: 100.1}", "thresholds.lossPercent: 100.1 is out of range (allowed: 0 to 100)")]
    [InlineData("thresholds: {lossPercent: .nan}", "thresholds.lossPercent: '.nan' is not a number (allowed: 0 to 100)")]
    [InlineData("x: &a 1", "t.yaml:6:4: anchors (&name) are not part of a spec")]
    [InlineData("x: *a", "t.yaml:6:4: aliases (*name) are not part of a spec")]
    [InlineData("x: !!int 1", "t.yaml:6:4: tags (!name) are not part of a spec")]
    [InlineData("[a]: b", "a key must be a single word")]
    [InlineData("---\nname: second", "t.yaml:6:1: a second document begins here: a spec is one document")]
    [InlineData("x: [1, 2", "this is not valid YAML")]
    [InlineData("\tx: 1", "this is not valid YAML")]
    [InlineData("x: [[[[[[[[[[[[1]]]]]]]]]]]]", "t.yaml:6:")]
    public void One_mistake_gives_one_line(string added, string expected)
    {
        SpecResult result = SpecFile.Parse($"{SpecFileTests.Minimal}{added}\n", "t.yaml");
        Assert.Null(result.Spec);
        string line = Assert.Single(result.Lines);
        Assert.Contains(expected, line);
        Assert.DoesNotContain('\n', line);
    }

    [Theory]
    [InlineData("- {name: a, address: 198.18.0.1}", "members: there are 1 (allowed: a list of 2 to 64)")]
    [InlineData("- {name: a, address: 198.18.0.1}\n- {name: a, address: 198.18.0.2}", "t.yaml:5:10: members[1].name: 'a' is taken: line 4")]
    [InlineData("- {name: a, address: 198.18.0.1}\n- {name: b, address: 198.18.0.1}", "t.yaml:5:22: members[1].address: 198.18.0.1 is taken: line 4 (members[0].address)")]
    [InlineData("- {name: a, address: 198.18.0.1, id: 2}\n- {name: b, address: 198.18.0.2}", "t.yaml:5:3: members[1]: b has no id, so its place in the list gives it id 2, which is a's")]
    [InlineData("- {name: a, address: 198.18.0.1, id: 7}\n- {name: b, address: 198.18.0.2, id: 7}", "t.yaml:5:38: members[1].id: b has id 7, which is a's")]
    [InlineData("- {name: a, address: 198.18.0.1, id: 65}\n- {name: b, address: 198.18.0.2}", "members[0].id: 65 is out of range (allowed: 1 to 64)")]
    [InlineData("- {name: a, address: 198.18.0.1, role: master}\n- {name: b, address: 198.18.0.2, role: master}", "t.yaml:5:40: members[1].role: a is fixed as Master already (allowed: one Master at most)")]
    [InlineData("- {name: a, address: 198.18.0.1, role: agent}\n- {name: b, address: 198.18.0.2, role: agent}", "members: every member is fixed as agent")]
    [InlineData("- {name: a, address: 198.18.0.1, priority: 256}\n- {name: b, address: 198.18.0.2}", "members[0].priority: 256 is out of range (allowed: 0 to 255)")]
    [InlineData("- {name: a, address: 198.18.0.1}\n- b", "t.yaml:5:3: members[1]: 'b' stands where a section of keys is expected (allowed: name, address, ")]
    [InlineData("- {name: a, address: 198.18.0.1}\n- {name: abc_def, address: 198.18.0.2}", "members[1].name: 'abc_def' has '_', which host names do not have (allowed: a host name: labels of 1 to 63 of")]
    public void A_mistake_among_the_members_too(string members, string expected)
    {
        SpecResult result = SpecFile.Parse($"name: x\nsubnet: 198.18.0.0/24\nmembers:\n{members}\n", "t.yaml");
        Assert.Contains(expected, Assert.Single(result.Lines));
    }

    [Theory]
    [InlineData("198.18.0.0", "'198.18.0.0' is not a network")]
    [InlineData("198.18.0.5/24", "198.18.0.5/24 has host bits set: the network is 198.18.0.0/24")]
    [InlineData("198.18.0.0/30", "prefix length 30 is out of range")]
    [InlineData("198.0.0.0/7", "prefix length 7 is out of range")]
    [InlineData("224.0.0.0/8", "224.0.0.0/8 holds no hosts' addresses")]
    [InlineData("127.0.0.0/8", "127.0.0.0/8 holds no hosts' addresses")]
    public void A_subnet_must_be_one(string subnet, string expected)
    {
        SpecResult result = SpecFile.Parse(SpecFileTests.Minimal.Replace("198.18.0.0/24", subnet), "t.yaml");
        Assert.Contains($"t.yaml:2:9: subnet: {expected}", Assert.Single(result.Lines));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n# nothing but a comment\n")]
    [InlineData("---\n...\n")]
    [InlineData("~")]
    public void An_empty_file_is_told_so(string yaml) =>
        Assert.Contains("t.yaml:1:1: the file is empty", Assert.Single(SpecFile.Parse(yaml, "t.yaml").Lines));

    [Fact]
    public void A_huge_file_is_refused_unread()
    {
        Assert.Contains("(allowed: up to 262144)", Assert.Single(SpecFile.Parse(new string('#', SpecLimits.MaxFileLength + 1), "t.yaml").Lines));
        Assert.Contains("the file is empty", Assert.Single(SpecFile.Parse(new string('#', SpecLimits.MaxFileLength), "t.yaml").Lines));
    }

    [Fact]
    public void Sixty_five_members_are_too_many()
    {
        IEnumerable<string> members = Enumerable.Range(1, 65).Select(i => $"  - {{name: m{i}, address: 198.18.0.{i}}}");
        SpecResult result = SpecFile.Parse($"name: x\nsubnet: 198.18.0.0/24\nmembers:\n{string.Join('\n', members)}\n", "t.yaml");
        Assert.Equal("t.yaml:68:5: members: there are 65 (allowed: a list of 2 to 64)", Assert.Single(result.Lines));
    }

    [Fact]
    public void Many_mistakes_are_all_told_in_the_order_of_lines()
    {
        SpecResult result = SpecFile.Parse(
            """
            nmae: x
            subnet: 198.18.0.0/24
            members:
              - {name: a, address: 198.18.0.300}
              - {name: a, adress: 198.18.0.2}
            timers:
              heartbeat: soon
            """,
            "t.yaml");
        Assert.Equal(
            ["1:1", "1:1", "4:24", "5:5", "5:12", "5:15", "7:14"],
            result.Errors.Select(e => $"{e.At.Line}:{e.At.Column}"));
    }

    [Fact]
    public void What_comes_after_the_first_fifty_is_counted()
    {
        IEnumerable<string> wrong = Enumerable.Range(1, 70).Select(i => $"key{i}: 1");
        SpecResult result = SpecFile.Parse(SpecFileTests.Minimal + string.Join('\n', wrong), "t.yaml");
        Assert.Equal(SpecLimits.MaxErrors + 1, result.Errors.Count);
        Assert.EndsWith("and 20 more errors", result.Lines.Last());
    }
}
