using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Tools;

namespace VsanEmu.Net.Tests.Namespaces;

public sealed class ToolTests
{
    [Fact]
    public void A_failed_batch_is_one_line_that_quotes_the_command()
    {
        using var place = NetworkNamespace.Create();
        string message = Assert.Throws<ToolException>(() => place.Run(() => Tool.IpBatch(["link add name a type veth peer name b", "link set dev nothing up"]))).Message;
        Assert.Equal("ip link set dev nothing up: Cannot find device \"nothing\"", message);
    }

    [Fact]
    public void A_missing_tool_is_named() =>
        Assert.Equal("no-such-tool is not installed", Assert.Throws<ToolException>(() => Tool.Run("no-such-tool", [])).Message);

    [Fact]
    public void A_tool_that_hangs_is_ended() =>
        Assert.Equal("sleep 20: was killed, or did not end in time",
            Assert.Throws<ToolException>(() => Tool.Run("sleep", ["20"], limit: TimeSpan.FromMilliseconds(100))).Message);

    [Fact]
    public void Much_input_and_output_do_not_block_each_other()
    {
        string much = string.Join('\n', Enumerable.Range(0, 200_000));
        Assert.Equal(much, Tool.Run("cat", [], much));
    }
}
