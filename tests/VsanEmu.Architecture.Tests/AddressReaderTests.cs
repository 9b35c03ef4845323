using System.Text.RegularExpressions;

namespace VsanEmu.Architecture.Tests;

/// <summary>Addresses are read in one place, and strictly: what the base library also takes (<c>198.18.0.012</c> in octal) nobody means.</summary>
public sealed partial class AddressReaderTests
{
    // A check reads what a node wrote of itself, for now.
    private static readonly string[] Exempt = [Path.Combine("VsanEmu.Core", "Checks", "Rules", "SettingsAgree.cs")];

    [Fact]
    public void Only_literals_are_read_by_the_base_library()
    {
        string root = Path.Combine(ArrowTests.Root(), "src");
        string[] strays =
        [
            .. from file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
               let name = Path.GetRelativePath(root, file)
               where !name.Split(Path.DirectorySeparatorChar).Contains("obj") && !Exempt.Contains(name)
               from line in File.ReadLines(file)
               where Reader().IsMatch(line) && !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
               select $"{name}: {line.Trim()}",
        ];
        Assert.Empty(strays);
    }

    [GeneratedRegex(@"\b(IPAddress|IPNetwork|IPEndPoint)\.(TryParse\(|Parse\((?!\$?""))")]
    private static partial Regex Reader();
}
