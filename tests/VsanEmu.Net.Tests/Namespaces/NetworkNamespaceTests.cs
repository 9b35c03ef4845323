using System.Net;
using System.Net.Sockets;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Tools;

namespace VsanEmu.Net.Tests.Namespaces;

public sealed class NetworkNamespaceTests
{
    [Fact]
    public void A_new_namespace_holds_nothing_but_the_loopback_interface_up()
    {
        using var place = NetworkNamespace.Create();
        string[] links = place.Run(() => Tool.Run("ip", ["-br", "link"])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(links, l => l.StartsWith("lo ", StringComparison.Ordinal) && l.Contains("LOWER_UP", StringComparison.Ordinal));
        Assert.DoesNotContain(links, l => l.StartsWith("eth", StringComparison.Ordinal));
    }

    [Fact]
    public void Work_runs_inside_and_the_caller_stays_where_it_is()
    {
        using NetworkNamespace place = NetworkNamespace.Create(), home = NetworkNamespace.Current();
        string before = Here();
        string inside = place.Run(Here);
        Assert.NotEqual(before, inside);
        Assert.Equal(before, Here());
        Assert.Equal(inside, place.Run(() => NetworkNamespace.Open("/proc/thread-self/ns/net").Run(Here)));
        Assert.Equal(before, place.Run(() => home.Run(Here)));
        Assert.Equal(inside, place.Run(() => Tool.Run("readlink", ["/proc/self/ns/net"])).Trim());
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("/proc/self/ns/mnt")]
    [InlineData("/tmp")]
    public void What_is_no_network_namespace_is_told_so(string path) =>
        Assert.Equal($"{path} is no network namespace", Assert.Throws<NetworkNamespaceException>(() => NetworkNamespace.Open(path)).Message);

    [Fact]
    public void What_the_work_throws_reaches_the_caller()
    {
        using var place = NetworkNamespace.Create();
        Assert.Throws<TimeoutException>(() => place.Run(() => throw new TimeoutException()));
    }

    [Fact]
    public async Task Sockets_from_inside_work_on_the_pool()
    {
        List<NetworkNamespace> places = [.. Enumerable.Range(0, 20).Select(_ => NetworkNamespace.Create())];
        await Task.WhenAll(places.Select(async place =>
        {
            (Socket listener, Socket client, Task<Socket> accepting) = place.Run(() =>
            {
                var l = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                l.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                l.Listen();
                Tool.Run("ip", ["link"]);
                return (l, new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), l.AcceptAsync());
            });
            using (listener)
            using (client)
            {
                await client.ConnectAsync(listener.LocalEndPoint!);
                using Socket accepted = await accepting;
                await client.SendAsync(new byte[] { 7 });
                byte[] got = new byte[1];
                Assert.Equal(1, await accepted.ReceiveAsync(got));
                await Task.Delay(1);
            }
        }));
        places.ForEach(p => p.Dispose());
    }

    [Fact]
    public void No_thread_of_the_runtime_is_left_inside() => Assert.Empty(FreshProcess.StrayThreads());

    [Fact]
    public void Nor_is_a_network_needed_for_that() => Assert.Empty(FreshProcess.StrayThreads("unshare", "-Urn"));

    private static string Here() => new FileInfo("/proc/thread-self/ns/net").LinkTarget!;
}
