using VsanEmu.Core.Tests.Checks;

namespace VsanEmu.Report.Tests;

/// <summary>Colour only where it is wanted. The tests change the environment, which is why they are all in this class: they run one after the other.</summary>
public sealed class ReportConsoleTests : IDisposable
{
    private const char Escape = '\u001b';

    private readonly string? _before = Environment.GetEnvironmentVariable("NO_COLOR");

    public ReportConsoleTests() => Environment.SetEnvironmentVariable("NO_COLOR", null);

    public void Dispose() => Environment.SetEnvironmentVariable("NO_COLOR", _before);

    [Fact]
    public void A_terminal_gets_colours()
    {
        string text = Printed(terminal: true);
        Assert.Contains($"{Escape}[32mpass", text);
    }

    [Fact]
    public void A_file_gets_none() => Assert.DoesNotContain(Escape, Printed(terminal: false));

    [Theory]
    [InlineData("1", false)]
    [InlineData("", true)]
    public void NO_COLOR_is_honoured_unless_it_is_empty(string value, bool coloured)
    {
        Environment.SetEnvironmentVariable("NO_COLOR", value);
        Assert.Equal(coloured, Printed(terminal: true).Contains($"{Escape}[32mpass"));
    }

    [Fact]
    public void Without_a_terminal_a_line_has_120_columns() => Assert.Equal(120, ReportConsole.Of(new StringWriter(), terminal: false).Profile.Width);

    private static string Printed(bool terminal)
    {
        var output = new StringWriter();
        VerdictTable.Write(ReportConsole.Of(output, terminal, 120), Seen.Healthy(3).Verdict, TimeSpan.FromSeconds(1));
        return output.ToString();
    }
}
