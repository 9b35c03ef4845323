namespace VsanEmu.Cli.Tests.Hosts;

/// <summary>What is said where no server can be reached.</summary>
public sealed class NoServerTests
{
    [Fact]
    public async Task A_unix_socket_that_is_not_there_is_told_so()
    {
        Ran ran = await Ran.Async("hosts", "--control", "unix:///no/such/socket");
        Assert.Equal((3, "vsanemu hosts: unix:///no/such/socket cannot be reached: there is no such socket"), (ran.Code, ran.Error.TrimEnd()));
    }
}
