namespace VsanEmu.Cli.Hosts;

/// <summary>Told things that are nobody's to see: what is printed belongs to the outcome.</summary>
internal sealed class Silent : IProgress<string>
{
    public void Report(string value)
    {
    }
}
