using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Spec;

/// <summary>A default counts as what is written does: the error stands at the key that the file has, and says which others are defaults.</summary>
public sealed class ResolvedRulesTests
{
    private const string TwoNamed = "name: x\nsubnet: 198.18.0.0/24\nmembers:\n";

    [Theory]
    [InlineData("channels: {masterGroup: 224.2.3.5, masterPort: 23451}", "6:25: channels.masterGroup: both groups have the same address and port; channels.agentGroup 224.2.3.5, channels.agentPort 23451 are defaults")]
    [InlineData("channels: {agentGroup: 224.1.2.3, agentPort: 12345}", "6:24: channels.agentGroup: both groups have the same address and port; channels.masterGroup 224.1.2.3, channels.masterPort 12345 are defaults")]
    [InlineData("channels: {agentGroup: 224.1.2.3, masterPort: 23451}", "6:47: channels.masterPort: both groups have the same address and port; channels.masterGroup 224.1.2.3, channels.agentPort 23451 are defaults")]
    [InlineData("channels: {agentGroup: 239.1.1.1, masterGroup: 239.1.1.1, masterPort: 23451}", "6:48: channels.masterGroup: both groups have the same address and port; channels.agentPort 23451 is the default")]
    [InlineData("channels: {masterGroup: 224.2.3.4, masterPort: 23451}\nprofile: vsan65", "6:25: channels.masterGroup: both groups have the same address and port; channels.agentGroup 224.2.3.4, channels.agentPort 23451 are defaults")]
    [InlineData("trials: {firstGroup: 224.2.3.0}", "6:22: trials.firstGroup: the test groups, up to 224.2.18.255, hold the cluster's own 224.2.3.5; channels.agentGroup 224.2.3.5 is the default")]
    [InlineData("trials: {firstGroup: 224.1.0.0}", "6:22: trials.firstGroup: the test groups, up to 224.1.15.255, hold the cluster's own 224.1.2.3; channels.masterGroup 224.1.2.3 is the default")]
    [InlineData("trials: {firstGroup: 224.2.3.0}\nprofile: vsan65", "channels.agentGroup 224.2.3.4 is the default")]
    [InlineData("channels: {masterGroup: 239.255.42.7}", "6:25: channels.masterGroup: 239.255.42.7 is one of the test groups, 239.255.42.0 to 239.255.57.255; trials.firstGroup 239.255.42.0 is the default (allowed: a group outside them)")]
    [InlineData("channels: {agentGroup: 239.255.57.255}", "6:24: channels.agentGroup: 239.255.57.255 is one of the test groups")]
    [InlineData("timers: {listen: 500ms}", "6:18: timers.listen: listen is 500ms, which is less than one heartbeat; timers.heartbeat 1s is the default (allowed: listen of 1s or more)")]
    [InlineData("timers: {heartbeat: 5s}", "6:21: timers.heartbeat: listen is 3s, which is less than one heartbeat; timers.listen 3s is the default (allowed: listen of 5s or more)")]
    [InlineData("timers: {tcpIdle: 1s}", "6:19: timers.tcpIdle: tcpIdle is 1s, which is less than two heartbeats; timers.heartbeat 1s is the default")]
    [InlineData("timers: {queryResponse: 125s}", "6:25: timers.queryResponse: the query response interval 125s is not below the query interval 125s; timers.queryInterval 125s is the default")]
    [InlineData("timers: {queryInterval: 10s}", "6:25: timers.queryInterval: the query response interval 10s is not below the query interval 10s; timers.queryResponse 10s is the default")]
    public void A_default_is_held_to_the_rules(string added, string expected) =>
        Assert.Contains($"{(char.IsDigit(expected[0]) ? "t.yaml:" : "")}{expected}", Assert.Single(SpecFile.Parse($"{SpecFileTests.Minimal}{added}\n", "t.yaml").Lines));

    [Fact]
    public void The_observers_default_name_is_taken_too()
    {
        const string members = "  - {name: observer, address: 198.18.0.1}\n  - {name: b, address: 198.18.0.2}\n";
        foreach (string observer in (string[])["observer: {address: 198.18.0.9}", "observer: {interface: eth1}"])
        {
            Assert.Equal(
                "t.yaml:4:12: members[0].name: 'observer' is taken; observer.name observer is the default (allowed: each name once)",
                Assert.Single(SpecFile.Parse($"{TwoNamed}{members}{observer}\n", "t.yaml").Lines));
        }

        Assert.Empty(SpecFile.Parse($"{TwoNamed}{members}observer:\n", "t.yaml").Lines);
        Assert.Empty(SpecFile.Parse($"{TwoNamed}{members}observer: {{name: eye}}\n", "t.yaml").Lines);
    }

    [Theory]
    [InlineData("channels: {masterGroup: 224.2.3.5}")]
    [InlineData("channels: {masterGroup: 224.2.3.4, masterPort: 23451}")]
    [InlineData("channels: {masterGroup: 224.2.3.5, masterPort: 23451}\nprofile: vsan65")]
    [InlineData("trials: {firstGroup: 224.2.3.6}")]
    [InlineData("trials: {firstGroup: 224.2.3.5}\nprofile: vsan65")]
    [InlineData("trials: {firstGroup: 224.2.3.0}\nprofile: vsan66")]
    [InlineData("trials: {firstGroup: 239.255.240.0}")]
    [InlineData("channels: {agentGroup: 239.255.41.255, masterGroup: 239.255.58.0}")]
    [InlineData("timers: {listen: 1s, tcpIdle: 2s}")]
    public void What_only_comes_near_is_accepted(string added) => Assert.Empty(SpecFile.Parse($"{SpecFileTests.Minimal}{added}\n", "t.yaml").Lines);

    // What could not be read may have been meant otherwise than the default that stands in for it.
    [Theory]
    [InlineData("timers: {heartbeat: 5s, listen: soon}", "timers.listen: 'soon'")]
    [InlineData("timers: {heartbeat: 5s, lsten: 10s}", "unknown key 'lsten'")]
    [InlineData("timers: {heartbeat: x, tcpIdle: 1s}", "timers.heartbeat: 'x'")]
    [InlineData("channels: {masterGroup: 224.2.3.5, masterPort: 23451, agentGroup: x}", "channels.agentGroup: 'x'")]
    [InlineData("channels: {masterGroup: 224.2.3.5, masterPort: 23451}\nprofile: x", "profile: 'x'")]
    [InlineData("channels: [1]\ntrials: {firstGroup: 224.2.3.0}", "channels: a list stands where a section of keys is expected")]
    [InlineData("chanels: {agentGroup: 239.1.1.1}\ntrials: {firstGroup: 224.2.3.0}", "unknown key 'chanels'")]
    [InlineData("outsiders: [{name: o, address: 198.19.0.77, place: beyond}]", "outsiders[0].place: 'beyond'")]
    [InlineData("outsiders: [{name: o, address: 198.19.0.77, place: beyond-gateway}]\ngateway: x", "gateway: 'x'")]
    public void No_rule_is_held_against_what_could_not_be_read(string added, string expected) =>
        Assert.Contains(expected, Assert.Single(SpecFile.Parse($"{SpecFileTests.Minimal}{added}\n", "t.yaml").Lines));

    [Fact]
    public void A_number_that_is_no_number_takes_nobodys() =>
        Assert.Contains("members[0].id: 65 is out of range", Assert.Single(SpecFile.Parse($"{TwoNamed}  - {{name: a, address: 198.18.0.1, id: 65}}\n  - {{name: b, address: 198.18.0.2, id: 1}}\n", "t.yaml").Lines));
}
