using System.Globalization;

namespace VsanEmu.Containers;

/// <summary>The image: small, nobody's root, and the whole tool.</summary>
public sealed class ImageTests
{
    private const int MostBytes = 40_000_000;

    [Fact]
    public async Task It_is_small_and_says_its_version_with_no_rights_at_all()
    {
        string version = await Engine.DockerAsync("run", "--rm", "--pull", "never", "--network", "none", "--cap-drop", "ALL", "--read-only", "--security-opt", "no-new-privileges", Engine.Image, "--version");
        string label = await Engine.DockerAsync("image", "inspect", "-f", "{{index .Config.Labels \"org.opencontainers.image.version\"}}", Engine.Image);
        Assert.StartsWith(label, version);
        Assert.Equal("65532:65532", await Engine.DockerAsync("image", "inspect", "-f", "{{.Config.User}}", Engine.Image));
        Assert.InRange(long.Parse(await Engine.DockerAsync("image", "inspect", "-f", "{{.Size}}", Engine.Image), CultureInfo.InvariantCulture), 1, MostBytes);
    }

    [Fact]
    public async Task A_whole_lab_runs_in_one_container()
    {
        (int exit, string said) = await Shell.RunAsync(
            "docker", ["run", "--rm", "--pull", "never", "--network", "none", "--privileged", Engine.Image, "lab", "--members", "3", "--plain", "--only", "F,M1,M4,A2,V"]);
        Assert.True(exit == 0, said);
        Assert.Matches("V3 +split and heal +pass", said);
    }

    [Fact]
    public async Task Without_the_rights_that_a_lab_takes_it_says_which()
    {
        (int exit, string said) = await Shell.RunAsync("docker", ["run", "--rm", "--pull", "never", "--network", "none", "--cap-drop", "ALL", Engine.Image, "lab"]);
        Assert.NotEqual(0, exit);
        Assert.Contains("vsanemu", Assert.Single(said.TrimEnd().Split('\n')));
    }
}
