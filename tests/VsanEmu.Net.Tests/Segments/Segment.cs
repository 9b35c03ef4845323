using System.Diagnostics;
using System.Net;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Namespaces;

namespace VsanEmu.Net.Tests.Segments;

/// <summary>
/// A Layer 2 segment of a test's own: a bridge in an unnamed namespace, and endpoints in theirs. All of it vanishes with the test's process.
/// It floods multicast (no snooping): these tests are about sockets, not about switches.
/// </summary>
public sealed class Segment : IDisposable
{
    private readonly NetworkNamespace _switch = NetworkNamespace.Create();
    private readonly List<Endpoint> _endpoints = [];

    public Segment() => Ip(_switch, "link add br0 type bridge mcast_snooping 0", "link set br0 up");

    /// <summary>A new endpoint with eth0 and this address, prefix length 24.</summary>
    public Endpoint Add(string address)
    {
        var place = NetworkNamespace.Create();
        string port = $"p{_endpoints.Count + 1}";
        Ip(_switch, $"link add {port} type veth peer name eth0 netns {place.Path}", $"link set {port} master br0 up");
        Ip(place, "link set lo up", $"addr add {address}/24 dev eth0", "link set eth0 up", "route add 224.0.0.0/4 dev eth0");
        // The kernel may take up to a second to let a new link carry frames (linkwatch), and drops them silently until then.
        Eventually.Until(() => Ip(_switch, $"link show {port}").Contains("state UP") && Ip(place, "link show eth0").Contains("state UP"), $"the link of {address} does not come up");
        var endpoint = new Endpoint(place, IPAddress.Parse(address), () => Ip(_switch, $"link set {port} down"));
        _endpoints.Add(endpoint);
        return endpoint;
    }

    public void Dispose()
    {
        foreach (Endpoint e in _endpoints) e.Place.Dispose();
        _switch.Dispose();
    }

    /// <summary>Runs ip(8) commands inside a namespace, all in one process.</summary>
    public static string Ip(NetworkNamespace place, params string[] commands)
    {
        using Process ip = place.Run(() => Process.Start(new ProcessStartInfo("ip", ["-batch", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!);
        ip.StandardInput.Write(string.Join('\n', commands) + "\n");
        ip.StandardInput.Close();
        string output = ip.StandardOutput.ReadToEnd();
        string error = ip.StandardError.ReadToEnd();
        ip.WaitForExit();
        return ip.ExitCode == 0 ? output : throw new InvalidOperationException($"ip {string.Join("; ", commands)}: {error}");
    }
}

/// <summary>One endpoint of a <see cref="Segment"/>.</summary>
public sealed record Endpoint(NetworkNamespace Place, IPAddress Address, Action Unplug)
{
    public LocalInterface Interface() => Place.Run(() => LocalInterface.Find("eth0", Address));
}
