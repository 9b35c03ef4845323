using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace VsanEmu.Architecture.Tests;

/// <summary>The arrows between the rooms: data goes one way, and nothing points back.</summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["VsanEmu.Core"] = [],
        ["VsanEmu.Net"] = ["VsanEmu.Core"],
        ["VsanEmu.Node"] = ["VsanEmu.Core", "VsanEmu.Net"],
        ["VsanEmu.Traffic"] = ["VsanEmu.Core", "VsanEmu.Net"],
        ["VsanEmu.Lab"] = ["VsanEmu.Core", "VsanEmu.Net"],
        ["VsanEmu.Control"] = ["VsanEmu.Core"],
        ["VsanEmu.Report"] = ["VsanEmu.Core"],
        ["vsanemu"] = ["VsanEmu.Core", "VsanEmu.Net", "VsanEmu.Node", "VsanEmu.Traffic", "VsanEmu.Lab", "VsanEmu.Control", "VsanEmu.Report"],
    };

    public static TheoryData<string> Rooms => new(Arrows.Keys);

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_refers_only_to_rooms_before_it(string room)
    {
        string[] found = [.. References(room).Where(Arrows.ContainsKey).Except(Arrows[room])];
        Assert.True(found.Length == 0, $"{room} must not refer to {string.Join(", ", found)}");
    }

    [Fact]
    public void Every_room_has_its_arrows_here()
    {
        string[] rooms = [.. Directory.EnumerateDirectories(Path.Combine(Root(), "src")).Select(d => Path.GetFileName(d)!).Order()];
        string[] listed = [.. Arrows.Keys.Select(k => k == "vsanemu" ? "VsanEmu.Cli" : k).Order()];
        Assert.Equal(listed, rooms);
    }

    [Fact]
    public void Core_refers_to_no_socket_thread_or_process()
    {
        string[] banned = ["System.Net.Sockets", "System.Threading.Tasks.Parallel", "System.IO.Pipelines", "System.Diagnostics.Process", "System.Console"];
        Assert.Empty(References("VsanEmu.Core").Intersect(banned));
    }

    [Fact]
    public void Every_system_call_lives_in_the_native_folder()
    {
        string root = Path.Combine(Root(), "src");
        string[] strays = [.. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}"))
            .Where(f => !f.Contains(Path.Combine("VsanEmu.Net", "Native")))
            .Where(f => File.ReadAllText(f) is var text && (text.Contains("[LibraryImport(") || text.Contains("[DllImport(")))
            .Select(f => Path.GetRelativePath(root, f))];
        Assert.Empty(strays);
    }

    private static IEnumerable<string> References(string assembly)
    {
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        using var image = new PEReader(file);
        MetadataReader metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(h => metadata.GetString(metadata.GetAssemblyReference(h).Name))];
    }

    internal static string Root()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "VsanEmu.sln"))) return d.FullName;
        throw new InvalidOperationException("VsanEmu.sln is in no folder above the tests");
    }
}
