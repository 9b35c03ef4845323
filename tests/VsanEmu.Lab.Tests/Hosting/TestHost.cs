using System.Runtime.CompilerServices;
using VsanEmu.Lab.Hosting;

namespace VsanEmu.Lab.Tests.Hosting;

/// <summary>These tests build fabrics: an ordinary user runs them in a user namespace, as he would the lab.</summary>
internal static class TestHost
{
    [ModuleInitializer]
    internal static void Start() => Privilege.EnsureOrReexec();
}
