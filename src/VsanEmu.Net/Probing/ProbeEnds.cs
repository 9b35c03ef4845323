using System.Net;
using VsanEmu.Net.Namespaces;

namespace VsanEmu.Net.Probing;

/// <summary>Where probes come from.</summary>
/// <param name="Name">Its name, under which its port is captured.</param>
/// <param name="Namespace">The namespace it lives in.</param>
/// <param name="Interface">Its interface there.</param>
/// <param name="Address">Its address on it.</param>
/// <param name="OnlyThere">Whether probes leave through this interface whatever the routes say.</param>
public sealed record ProbeSource(string Name, NetworkNamespace Namespace, string Interface, IPAddress Address, bool OnlyThere = false);

/// <summary>What is probed.</summary>
/// <param name="Name">Its name, under which its port is captured.</param>
/// <param name="Address">Its address.</param>
/// <param name="Captured">False when there is no capture at its port: then it stays open where an unanswered probe was lost.</param>
public sealed record ProbeTarget(string Name, IPAddress Address, bool Captured = true);
