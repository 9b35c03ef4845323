namespace VsanEmu.Containers;

/// <summary>A compose file of the repository's, as a project with the tests' images.</summary>
/// <param name="file">Its name in the folder compose.</param>
/// <param name="project">The project's name.</param>
/// <param name="environment">What the file is told.</param>
internal sealed class Compose(string file, string project, params (string Name, string Value)[] environment)
{
    /// <summary>The project's name, with which those of its networks begin.</summary>
    public string Project => project;

    /// <summary>docker-compose with this file.</summary>
    public Task<(int Exit, string Said)> RunAsync(params string[] arguments) => Shell.RunAsync(
        "docker-compose", ["-f", Path.Combine(Engine.Root, "compose", file), "-p", project, .. arguments], [("VSANEMU_IMAGE", Engine.Image), ("REDIS_IMAGE", Engine.Redis), .. environment]);

    /// <summary>The same where it must succeed; returns what it said.</summary>
    public async Task<string> MustAsync(params string[] arguments)
    {
        (int exit, string said) = await RunAsync(arguments);
        return exit == 0 ? said.TrimEnd() : throw new InvalidOperationException($"docker-compose {string.Join(' ', arguments)}: exit code {exit}: {said}");
    }

    /// <summary>Removes all of it.</summary>
    public Task DownAsync() => RunAsync("down", "--timeout", "5");
}
